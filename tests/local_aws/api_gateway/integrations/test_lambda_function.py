"""How functions are found, permitted and waited for."""

from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from tests.local_aws.api_gateway.given import (
    ECHO_ROUTES,
    FUNCTION_ARN,
    Functions,
    api,
    deployment,
    function,
    hang,
    integration,
    permission,
    route,
    serving,
)

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
