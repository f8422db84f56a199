import asyncio
import json
from dataclasses import replace

import pytest

from local_aws.deployed import Deployed, StageAddress
from local_aws.publication import Domain, StageReference, State, parse_publication

FUNCTION_ARN = "arn:aws:lambda:eu-west-1:123456789012:function:"
URI = "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/{arn}/invocations"


def state() -> State:
    """An API with a stage that serves three routes of two functions, and one that serves none."""
    integrations = [
        {
            "integrationId": name,
            "integrationType": "AWS_PROXY",
            "integrationUri": URI.format(arn=f"{FUNCTION_ARN}{name}"),
            "timeoutInMillis": 29000,
        }
        for name in ("lifecycle", "messages")
    ]
    mock = {"integrationId": "mock", "integrationType": "MOCK", "timeoutInMillis": 29000}
    targets = {
        "$connect": "lifecycle",
        "$disconnect": "lifecycle",
        "$default": "messages",
        "ping": "mock",
    }
    routes = [
        {"routeId": key, "routeKey": key, "target": f"integrations/{target}"}
        for key, target in targets.items()
    ]
    routes[0] |= {"authorizationType": "CUSTOM", "authorizerId": "guard"}
    deployment = {
        "deploymentId": "d1",
        "api": {
            "routeSelectionExpression": "$request.body.action",
            "apiKeySelectionExpression": "$request.header.x-api-key",
        },
        "routes": [*routes, {"routeId": "none", "routeKey": "none"}],
        "integrations": [*integrations, mock],
        "models": [],
        "authorizers": [
            {
                "authorizerId": "guard",
                "name": "guard",
                "authorizerType": "REQUEST",
                "authorizerUri": URI.format(arn=f"{FUNCTION_ARN}guard:${{stageVariables.colour}}"),
            }
        ],
    }
    stages = [
        {
            "stage": {"stageName": "prod", "stageVariables": {"colour": "red", "size": "big"}},
            "deployment": deployment,
        },
        {"stage": {"stageName": "idle"}, "deployment": None},
    ]
    api = {
        "account_id": "123456789012",
        "region": "eu-west-1",
        "api_id": "a1b2c3",
        "name": "chat",
        "stages": stages,
    }
    domain = {
        "account_id": "123456789012",
        "region": "eu-west-1",
        "name": "chat.example.com",
        "mappings": [],
    }
    published = {
        "type": "state",
        "version": 1,
        "apis": [api],
        "functions": [],
        "domains": [domain],
    }
    parsed = parse_publication(json.dumps(published))
    assert isinstance(parsed, State)
    return parsed


@pytest.fixture
def deployed() -> Deployed:
    following = Deployed(gateway_address="127.0.0.1:4567", stage_variables={"colour": "blue"})
    following.take(state())
    return following


def test_nothing_is_deployed_at_first() -> None:
    deployed = Deployed(gateway_address="127.0.0.1:4567", stage_variables={})
    assert deployed.addresses() == ()
    assert deployed.routed_functions() == ()


def test_each_stage_with_a_deployment_has_an_address(deployed: Deployed) -> None:
    assert deployed.addresses() == (
        StageAddress(
            api_id="a1b2c3",
            region="eu-west-1",
            stage_name="prod",
            websocket_url="ws://127.0.0.1:4567/prod",
            management_endpoint="http://127.0.0.1:4567/prod",
        ),
    )


def test_domain_name_is_another_way_to_its_stage() -> None:
    deployed = Deployed(gateway_address="127.0.0.1:4567", stage_variables={})
    deployed.take(replace(state(), domains=(domain("chat.example.com", key="rooms/big"),)))
    ways = [(address.websocket_url, address.host) for address in deployed.addresses()]
    assert ways == [
        ("ws://127.0.0.1:4567/prod", None),
        ("ws://127.0.0.1:4567/rooms/big", "chat.example.com"),
    ]


def test_disabled_default_address_is_no_way() -> None:
    (api,) = state().apis
    stage = next(stage for stage in api.stages if stage.deployment is not None)
    assert stage.deployment is not None
    deployment = replace(stage.deployment, disable_execute_api_endpoint=True)
    disabled = replace(api, stages=(replace(stage, deployment=deployment),))
    deployed = Deployed(gateway_address="127.0.0.1:4567", stage_variables={})
    deployed.take(replace(state(), apis=(disabled,), domains=(domain("*.example.com", key=""),)))
    (address,) = deployed.addresses()
    assert address.websocket_url == "ws://127.0.0.1:4567"
    assert address.management_endpoint == "http://127.0.0.1:4567"
    assert address.host == "any.example.com"


def test_stages_of_one_name_are_told_apart_by_host() -> None:
    (api,) = state().apis
    deployed = Deployed(gateway_address="127.0.0.1:4567", stage_variables={})
    deployed.take(replace(state(), apis=(api, replace(api, api_id="d4e5f6"))))
    assert [address.host for address in deployed.addresses()] == [
        "a1b2c3.localhost",
        "d4e5f6.localhost",
    ]


def domain(name: str, *, key: str) -> Domain:
    mappings = {key: StageReference("a1b2c3", "prod")}
    return Domain(account_id="123456789012", region="eu-west-1", name=name, mappings=mappings)


def test_given_stage_variables_replace_the_deployed_ones(deployed: Deployed) -> None:
    (api,) = deployed.apis
    assert [dict(stage.variables) for stage in api.stages] == [
        {"colour": "blue", "size": "big"},
        {"colour": "blue"},
    ]


def test_each_function_that_a_route_needs_is_listed_once(deployed: Deployed) -> None:
    assert deployed.routed_functions() == (
        f"{FUNCTION_ARN}guard:blue",
        f"{FUNCTION_ARN}lifecycle",
        f"{FUNCTION_ARN}messages",
    )


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("a1b2c3.execute-api.eu-west-1.amazonaws.com", "127.0.0.1:4567"),
        ("a1b2c3.execute-api.cn-north-1.amazonaws.com.cn", "127.0.0.1:4567"),
        ("other.execute-api.eu-west-1.amazonaws.com", None),
        ("chat.example.com", "127.0.0.1:4567"),
        ("a1b2c3.example.com", None),
        ("example.com", None),
    ],
)
def test_host_of_a_deployed_api_is_served_here(
    deployed: Deployed, host: str, address: str | None
) -> None:
    assert deployed.rewrite_host(host) == address


async def test_state_of_which_something_is_true_can_be_waited_for(deployed: Deployed) -> None:
    await deployed.until(lambda: bool(deployed.apis))
    waiting = asyncio.create_task(deployed.until(lambda: not deployed.apis))
    await asyncio.sleep(0)
    deployed.take(state())
    await asyncio.sleep(0)
    assert not waiting.done()
    deployed.take(State(version=2, apis=(), functions=()))
    await waiting
