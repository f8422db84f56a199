from dataclasses import replace
from typing import Any

from local_aws.console.stages import stages_of
from local_aws.publication import Api
from tests.local_aws.api_gateway.given import (
    FUNCTION_ARN,
    api,
    deployment,
    route,
)


def with_settings(served: Api, **settings: Any) -> Api:
    (stage,) = served.stages
    changed = replace(stage, settings={**stage.settings, **settings}, variables={"colour": "blue"})
    return replace(served, stages=(changed,))


def test_routes_are_shown_with_what_answers_and_limits_them() -> None:
    keys = [
        route("$default", two_way=True),
        route("bye", target_integration_id=None),
        route("say", target_integration_id=None),
    ]
    served = with_settings(
        api(deployment(*keys)),
        defaultRouteSettings={"throttlingRateLimit": 100.0, "throttlingBurstLimit": 50},
        routeSettings={
            "bye": {"throttlingRateLimit": 5.0, "throttlingBurstLimit": 2},
            "say": {"loggingLevel": "INFO", "throttlingRateLimit": None},
        },
    )
    (shown,) = stages_of([served])
    assert (shown["apiId"], shown["name"]) == ("abc123", "prod")
    assert shown["variables"] == {"colour": "blue"}
    assert shown["routes"] == [
        {
            "key": "$default",
            "target": FUNCTION_ARN.split(":")[6],
            "isTwoWay": True,
            "authorization": "NONE",
            "apiKeyRequired": False,
            "rateLimit": 100.0,
            "burstLimit": 50,
        },
        {
            "key": "bye",
            "target": "",
            "isTwoWay": False,
            "authorization": "NONE",
            "apiKeyRequired": False,
            "rateLimit": 5.0,
            "burstLimit": 2,
        },
        {  # which has settings of its own, and so none of the default's
            "key": "say",
            "target": "",
            "isTwoWay": False,
            "authorization": "NONE",
            "apiKeyRequired": False,
            "rateLimit": None,
            "burstLimit": None,
        },
    ]


def test_stage_without_a_deployment_is_not_shown() -> None:
    served = api(deployment())
    (stage,) = served.stages
    assert stages_of([replace(served, stages=(replace(stage, deployment=None),))]) == []
