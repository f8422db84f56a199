import json

import pytest

from local_aws.deployed import Deployed, StageAddress
from local_aws.publication import State, parse_publication

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
