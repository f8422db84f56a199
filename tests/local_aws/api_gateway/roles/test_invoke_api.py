from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from local_aws.api_gateway.roles.gateway_roles import GatewayRoles
from local_aws.api_gateway.roles.invoke_api import InvocationRefusedError, InvokeApi
from local_aws.aws_client import AwsClient
from local_aws.http1 import Response
from local_aws.http1.client import HttpClient, HttpClientError
from local_aws.lambda_service.invocation import InvocationType
from tests.local_aws.api_gateway.given import FUNCTION_ARN
from tests.local_aws.api_gateway.roles.given import ROLE_ARN, Lambda, role, serving_aws


@asynccontextmanager
async def invoke_api_of(aws: Lambda, *, is_lost: bool = False) -> AsyncIterator[InvokeApi]:
    http = HttpClient()
    async with serving_aws(aws) as url:
        roles = GatewayRoles.of(AwsClient(http, endpoint_url=url))
        yield InvokeApi("http://127.0.0.1:1" if is_lost else url, http, roles)
    await http.close()


async def test_function_is_invoked_with_the_role_s_credentials() -> None:
    aws = Lambda()
    async with invoke_api_of(aws) as lambda_:
        result = await lambda_.invoke(f"{FUNCTION_ARN}:$LATEST", b"{}", role())
    assert result.payload == b'{"a": 1}'
    assert result.function_error is None
    (request,) = aws.requests
    arn = "arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Afunction%3Achat%3A%24LATEST"
    assert request.target == f"/2015-03-31/functions/{arn}/invocations"
    assert request.header("x-amz-invocation-type") == "RequestResponse"
    assert request.header("x-amz-security-token") == "token"
    assert "/us-east-1/lambda/aws4_request" in str(request.header("authorization"))


async def test_error_of_the_function_is_a_result() -> None:
    error = Response(200, (("X-Amz-Function-Error", "Unhandled"),), b'{"errorMessage": "no"}')
    async with invoke_api_of(Lambda(error)) as lambda_:
        result = await lambda_.invoke(FUNCTION_ARN, b"{}", role())
    assert result.function_error == "Unhandled"


async def test_function_may_be_invoked_without_waiting() -> None:
    aws = Lambda(Response(202))
    async with invoke_api_of(aws) as lambda_:
        await lambda_.invoke(FUNCTION_ARN, b"{}", role(), InvocationType.EVENT)
    assert aws.requests[0].header("x-amz-invocation-type") == "Event"


async def test_role_that_may_not_invoke_is_named() -> None:
    denied = Response(403, (), b'{"__type": "AccessDeniedException", "message": "not authorized"}')
    async with invoke_api_of(Lambda(denied)) as lambda_:
        with pytest.raises(InvocationRefusedError) as refused:
            await lambda_.invoke(FUNCTION_ARN, b"{}", role())
    assert str(refused.value) == (
        f"{FUNCTION_ARN} could not be invoked in the name of {ROLE_ARN}: AccessDeniedException:"
        " not authorized"
    )


async def test_invoke_api_that_is_not_there_is_an_error() -> None:
    async with invoke_api_of(Lambda(), is_lost=True) as lambda_:
        with pytest.raises(HttpClientError):
            await lambda_.invoke(FUNCTION_ARN, b"{}", role())
