"""Functions that are invoked in the name of an integration's role, by Lambda's Invoke API."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from local_aws.api_gateway.integrations.function_caller import FunctionCaller
from local_aws.api_gateway.integrations.integration import IntegrationError
from local_aws.api_gateway.roles.gateway_roles import GatewayRoles
from local_aws.api_gateway.roles.invoke_api import InvokeApi
from local_aws.aws_client import AwsClient
from local_aws.http1 import Response
from local_aws.http1.client import HttpClient
from local_aws.lambda_service.invocation import InvocationType
from tests.local_aws.api_gateway.given import FUNCTION_ARN, Functions
from tests.local_aws.api_gateway.integrations.given import backend, call
from tests.local_aws.api_gateway.roles.given import ROLE_ARN, Lambda, serving_aws

WITH_ROLE = call(backend("AWS_PROXY", function_arn=FUNCTION_ARN, credentialsArn=ROLE_ARN), "{}")


@asynccontextmanager
async def caller_of(aws: Lambda) -> AsyncIterator[FunctionCaller]:
    http = HttpClient()
    async with serving_aws(aws) as url:
        roles = GatewayRoles.of(AwsClient(http, endpoint_url=url))
        yield FunctionCaller(Functions(), InvokeApi(url, http, roles))
    await http.close()


async def test_function_is_invoked_in_the_name_of_the_integration_s_role() -> None:
    aws = Lambda()
    async with caller_of(aws) as caller:
        result = await caller.call(WITH_ROLE, FUNCTION_ARN, b"{}", InvocationType.EVENT)
    assert result.payload == b'{"a": 1}'
    (request,) = aws.requests
    assert request.header("x-amz-security-token") == "token"
    assert request.header("x-amz-invocation-type") == "Event"


async def test_role_that_may_not_invoke_is_named() -> None:
    denied = Response(403, (), b'{"__type": "AccessDeniedException", "message": "not authorized"}')
    async with caller_of(Lambda(denied)) as caller:
        with pytest.raises(IntegrationError, match=rf"{ROLE_ARN}: AccessDeniedException: not auth"):
            await caller.call(WITH_ROLE, FUNCTION_ARN, b"{}")


async def test_invoke_api_that_is_not_there_is_an_error() -> None:
    aws = Lambda()
    async with caller_of(aws) as caller:
        api = caller.invoke_api
        assert api is not None
        lost = FunctionCaller(Functions(), InvokeApi("http://127.0.0.1:1", api.client, api.roles))
        with pytest.raises(IntegrationError, match="cannot be reached"):
            await lost.call(WITH_ROLE, FUNCTION_ARN, b"{}")


async def test_integration_without_a_role_asks_no_invoke_api() -> None:
    aws, functions = Lambda(), Functions()
    without = call(backend("AWS_PROXY", function_arn=FUNCTION_ARN), "{}")
    event = b'{"requestContext": {"routeKey": "send"}, "body": "hi"}'
    async with caller_of(aws) as caller:
        await FunctionCaller(functions, caller.invoke_api).call(without, FUNCTION_ARN, event)
    assert functions.arns == [FUNCTION_ARN]
    assert aws.requests == []
