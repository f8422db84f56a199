"""How functions are found, permitted, waited for and mapped."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from local_aws.api_gateway.integrations.function_caller import FunctionCaller
from local_aws.api_gateway.integrations.integration import Answer, IntegrationError
from local_aws.api_gateway.integrations.lambda_function import LambdaIntegration
from local_aws.lambda_service.invocation import InvocationOptions, InvocationType
from local_aws.publication import Api, Integration
from tests.local_aws.api_gateway.given import (
    ECHO_ROUTES,
    FUNCTION_ARN,
    LIFECYCLE,
    NO_OPTIONS,
    Functions,
    Result,
    api,
    crash,
    deployment,
    function,
    hang,
    integration,
    permission,
    route,
    serving,
)
from tests.local_aws.api_gateway.integrations.given import backend, call, response

SOURCE = "arn:aws:execute-api:us-east-1:123456789012:abc123"


async def test_connect_that_takes_too_long_is_a_504() -> None:
    slow = deployment(*ECHO_ROUTES, integrations=[integration(timeout_milliseconds=50)])
    functions = Functions({"$connect": hang})
    async with serving(api(slow), functions=functions) as running:
        with pytest.raises(InvalidStatus) as refused:
            await running.connect()
        assert refused.value.response.status_code == 504
        assert b'"message": "Endpoint request timed out"' in refused.value.response.body
        assert "timeout of 0.05 s" in running.logged("CONNECT")[0].detail


async def test_integration_timeout_is_an_error_frame() -> None:
    slow = deployment(*ECHO_ROUTES, integrations=[integration(timeout_milliseconds=50)])
    functions = Functions({"$default": hang})
    async with serving(api(slow), functions=functions) as running, running.connect() as client:
        await client.send("x")
        assert str(await client.recv()).startswith('{"message": "Endpoint request timed out", ')
        assert running.logged("MESSAGE")[0].status == 504


@pytest.mark.parametrize(
    ("routes", "integrations", "detail"),
    [
        ([route("$default", target_integration_id=None)], [], "has no integration"),
        ([route("$default", target_integration_id="lost")], [], "not in the deployment"),
        ([route("$default")], [integration(integration_type="SQL")], "of type SQL"),
        ([route("$default")], [integration(function_arn=None)], "names no Lambda function"),
    ],
)
async def test_route_that_leads_nowhere_is_an_error_frame_and_says_why(
    routes: list[Any], integrations: list[Any], detail: str
) -> None:
    deployed = deployment(*routes, integrations=integrations)
    async with serving(api(deployed)) as running, running.connect() as client:
        await client.send("x")
        assert "Internal server error" in str(await client.recv())
        assert detail in running.logged("MESSAGE")[0].detail


async def test_stage_variables_choose_the_function_and_are_in_the_event() -> None:
    named = integration(function_arn=f"{FUNCTION_ARN}-${{stageVariables.color}}")
    deployed = deployment(*ECHO_ROUTES, integrations=[named])
    async with (
        serving(api(deployed, variables={"color": "blue"})) as running,
        running.connect(),
    ):
        assert running.functions.arns == [f"{FUNCTION_ARN}-blue"]
        assert running.functions.events[0]["stageVariables"] == {"color": "blue"}


async def test_permission_for_the_route_lets_the_gateway_invoke() -> None:
    allowed = function(permission(f"{SOURCE}/*/*"))
    async with serving(policies=[allowed]) as running, running.connect() as client:
        await client.send("hello")
        assert await client.recv() == "hello"


async def test_permission_for_another_source_is_a_500_that_names_the_arn() -> None:
    async with serving(policies=[function(permission(f"{SOURCE}/*/*/*"))]) as running:
        with pytest.raises(InvalidStatus) as refused:
            await running.connect()
        assert refused.value.response.status_code == 500
        assert f"source ARN {SOURCE}/prod/$connect" in running.logged("CONNECT")[0].detail
        assert running.functions.events == []


async def test_permission_for_one_route_alone_fails_the_others() -> None:
    only_connect = function(permission(f"{SOURCE}/*/$connect"))
    async with serving(policies=[only_connect]) as running, running.connect() as client:
        await client.send("hello")
        assert "Internal server error" in str(await client.recv())


async def test_credentials_of_an_integration_need_no_permission() -> None:
    with_role = integration(raw={"credentialsArn": "arn:aws:iam::123456789012:role/invoke"})
    deployed = deployment(*ECHO_ROUTES, integrations=[with_role])
    async with serving(api(deployed), policies=[function()]) as running, running.connect():
        assert len(running.functions.events) == 1


async def test_unknown_function_is_left_to_the_lambda_service() -> None:
    async with serving(policies=[]) as running, running.connect():
        assert running.functions.arns == [FUNCTION_ARN]


async def test_alias_needs_a_permission_of_its_own() -> None:
    alias = f"{FUNCTION_ARN}:live"
    deployed = deployment(*ECHO_ROUTES, integrations=[integration(function_arn=alias)])
    for_alias = function(permission(f"{SOURCE}/*/*", Resource=alias))
    async with serving(api(deployed), policies=[for_alias]) as running, running.connect():
        assert running.functions.arns == [alias]
    async with serving(api(deployed), policies=[function(permission(f"{SOURCE}/*/*"))]) as running:
        with pytest.raises(InvalidStatus) as refused:
            await running.connect()
        assert refused.value.response.status_code == 500


async def test_latest_version_may_be_named() -> None:
    deployed = deployment(
        *ECHO_ROUTES, integrations=[integration(function_arn=f"{FUNCTION_ARN}:$LATEST")]
    )
    policy = function(permission(f"{SOURCE}/*/*"))
    async with serving(api(deployed), policies=[policy]) as running, running.connect():
        assert running.functions.arns == [f"{FUNCTION_ARN}:$LATEST"]


def mapped(*responses: dict[str, Any], **raw: Any) -> Integration:
    """Make an integration of a function by templates."""
    return backend(
        "AWS",
        function_arn=FUNCTION_ARN,
        integrationResponses=list(responses) or [response()],
        **raw,
    )


def by_templates(*responses: dict[str, Any], **raw: Any) -> Api:
    """Serve every event by a function that is integrated by templates."""
    used = mapped(*responses, **raw)
    return api(deployment(*LIFECYCLE, route("$default", two_way=True), integrations=[used]))


@dataclass(slots=True)
class Function:
    """A function that is not told of connections: it takes whatever a template makes."""

    result: Result = field(default_factory=lambda: Result(b'{"greeting": "hi"}'))
    payloads: list[bytes] = field(default_factory=list)
    invocation_types: list[str] = field(default_factory=list)

    async def __call__(
        self,
        function_arn: str,
        payload: bytes,
        *,
        invocation_type: InvocationType = InvocationType.REQUEST_RESPONSE,
        options: InvocationOptions = NO_OPTIONS,
    ) -> Result:
        del options
        assert function_arn == FUNCTION_ARN
        self.payloads.append(payload)
        self.invocation_types.append(invocation_type)
        return self.result


async def answer_of(function: Function, used: Integration, body: str | None = "{}") -> Answer:
    route_key = "$connect" if body is None else "send"
    caller = FunctionCaller(function)
    return await LambdaIntegration(caller).call(call(used, body, route_key=route_key))


async def test_templates_write_the_event_and_the_reply() -> None:
    function = Function()
    used = mapped(
        response(template="$input.path('$.greeting')!"),
        requestTemplates={"$default": '{"who": "$context.authorizer.principalId"}'},
    )
    answer = await answer_of(function, used)
    assert function.payloads == [b'{"who": "user-17"}']
    assert answer == Answer(200, (), b"hi!")


async def test_function_gets_the_message_where_there_is_no_template() -> None:
    function = Function()
    await answer_of(function, mapped(), '{"a": 1}')
    await answer_of(function, mapped(), None)
    assert function.payloads == [b'{"a": 1}', b"{}"]


async def test_function_is_not_invoked_with_what_is_not_json() -> None:
    function = Function()
    with pytest.raises(IntegrationError, match="can be invoked with JSON alone"):
        await answer_of(function, mapped(), "hello")
    assert function.payloads == []


async def test_invocation_type_may_be_asynchronous() -> None:
    function = Function()
    header = {"integration.request.header.X-Amz-Invocation-Type": "'Event'"}
    await answer_of(function, mapped(requestParameters=header))
    await answer_of(function, mapped())
    assert function.invocation_types == ["Event", "RequestResponse"]


async def test_unknown_invocation_type_is_refused() -> None:
    header = {"integration.request.header.X-Amz-Invocation-Type": "'Later'"}
    with pytest.raises(IntegrationError, match=r"is 'Later'; it has to be one of Requ.*, Event"):
        await answer_of(Function(), mapped(requestParameters=header))


async def test_error_message_selects_the_response() -> None:
    error = Result(b'{"errorMessage": "user not found"}', "Unhandled")
    used = mapped(response("/.*not found/", "nobody"), response(template="fine"))
    assert (await answer_of(Function(error), used)).body == b"nobody"
    assert (await answer_of(Function(), used)).body == b"fine"


@pytest.mark.parametrize("result", [b"not json", b"[]", b"null", b'{"errorMessage": 1}'])
async def test_result_without_an_error_message_is_mapped_by_default(result: bytes) -> None:
    answer = await answer_of(Function(Result(result)), mapped(response(template="fine")))
    assert answer.body == b"fine"


async def test_function_that_raises_lets_nobody_in_whatever_it_is_mapped_to() -> None:
    functions = Functions({"$connect": crash})
    template = {"$default": '{"requestContext": {"routeKey": "$context.routeKey"}}'}
    async with serving(by_templates(requestTemplates=template), functions=functions) as running:
        with pytest.raises(InvalidStatus) as refused:
            await running.connect()
        assert refused.value.response.status_code == 502
        assert "raised an error" in running.logged("CONNECT")[0].detail


async def test_mapped_function_needs_its_permission_too() -> None:
    async with serving(by_templates(), policies=[function()]) as running:
        with pytest.raises(InvalidStatus) as refused:
            await running.connect()
        assert refused.value.response.status_code == 500
        assert "has no permission" in running.logged("CONNECT")[0].detail
