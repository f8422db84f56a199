"""Functions that are invoked in the name of an integration's role, by Lambda's Invoke API."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from local_aws.api_gateway.integrations.function_caller import FunctionCaller, InvokeApi
from local_aws.api_gateway.integrations.integration import IntegrationError
from local_aws.api_gateway.integrations.integration_roles import IntegrationRoles
from local_aws.aws_client import AwsClient
from local_aws.http1 import HttpServer, HttpServerProtocol, Request, Response
from local_aws.http1.client import HttpClient
from local_aws.lambda_service.invocation import InvocationType
from tests.local_aws.api_gateway.given import FUNCTION_ARN, Functions
from tests.local_aws.api_gateway.integrations.given import about_roles, backend, call

ROLE_ARN = "arn:aws:iam::123456789012:role/api"
WITH_ROLE = call(backend("AWS_PROXY", function_arn=FUNCTION_ARN, credentialsArn=ROLE_ARN), "{}")


@dataclass(slots=True)
class Lambda:
    """An AWS whose Lambda answers what a test has set."""

    response: Response = field(default_factory=lambda: Response(200, (), b'{"a": 1}'))
    requests: list[Request] = field(default_factory=list)

    async def handle(self, request: Request, protocol: HttpServerProtocol) -> Response:
        del protocol
        answer = about_roles(request)
        if answer is None:
            self.requests.append(request)
        return answer or self.response


@asynccontextmanager
async def caller_of(aws: Lambda) -> AsyncIterator[FunctionCaller]:
    server, http = await HttpServer.start(aws.handle), HttpClient()
    url = f"http://127.0.0.1:{server.port}"
    roles = IntegrationRoles.of(AwsClient(http, endpoint_url=url))
    try:
        yield FunctionCaller(Functions(), InvokeApi(url, http, roles))
    finally:
        await http.close()
        await server.close()


async def test_function_is_invoked_with_the_role_s_credentials() -> None:
    aws = Lambda()
    async with caller_of(aws) as caller:
        result = await caller.call(WITH_ROLE, f"{FUNCTION_ARN}:$LATEST", b"{}")
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
    async with caller_of(Lambda(error)) as caller:
        result = await caller.call(WITH_ROLE, FUNCTION_ARN, b"{}")
    assert result.function_error == "Unhandled"


async def test_function_may_be_invoked_without_waiting() -> None:
    aws = Lambda(Response(202))
    async with caller_of(aws) as caller:
        await caller.call(WITH_ROLE, FUNCTION_ARN, b"{}", InvocationType.EVENT)
    assert aws.requests[0].header("x-amz-invocation-type") == "Event"


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
