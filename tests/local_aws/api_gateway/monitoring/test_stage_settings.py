from typing import Any

import pytest

from local_aws.api_gateway.monitoring.stage_settings import (
    AccessLogSettings,
    LoggingLevel,
    RouteMonitoring,
    access_log_settings,
    logs_steps,
    route_monitoring,
)
from local_aws.publication import Stage

LOUD = {"loggingLevel": "INFO", "dataTraceEnabled": True, "detailedMetricsEnabled": True}


def stage(**settings: Any) -> Stage:
    return Stage(name="prod", deployment=None, variables={}, settings=settings)


@pytest.mark.parametrize(
    "settings", [{}, {"defaultRouteSettings": None}, {"defaultRouteSettings": {}}]
)
def test_stage_that_says_nothing_is_told_nothing(settings: dict[str, Any]) -> None:
    quiet = RouteMonitoring(LoggingLevel.OFF, traces_data=False, has_detailed_metrics=False)
    assert route_monitoring(stage(**settings), "send") == quiet


def test_routes_take_the_default_settings() -> None:
    loud = RouteMonitoring(LoggingLevel.INFO, traces_data=True, has_detailed_metrics=True)
    assert route_monitoring(stage(defaultRouteSettings=LOUD), "send") == loud


def test_route_with_settings_of_its_own_inherits_none() -> None:
    settings = stage(defaultRouteSettings=LOUD, routeSettings={"send": {"loggingLevel": "ERROR"}})
    own = RouteMonitoring(LoggingLevel.ERROR, traces_data=False, has_detailed_metrics=False)
    assert route_monitoring(settings, "send") == own


@pytest.mark.parametrize(
    ("settings", "are_logged"),
    [
        ({}, False),
        ({"defaultRouteSettings": {"loggingLevel": "ERROR"}, "routeSettings": None}, False),
        ({"defaultRouteSettings": LOUD}, True),
        ({"routeSettings": {"quiet": {}, "send": {"loggingLevel": "INFO"}}}, True),
    ],
)
def test_steps_are_logged_at_the_highest_level(
    settings: dict[str, Any], *, are_logged: bool
) -> None:
    assert logs_steps(stage(**settings)) is are_logged


def test_access_log_needs_a_destination_and_a_format() -> None:
    both = {"destinationArn": "arn:x", "format": "$context.requestId"}
    assert access_log_settings(stage(accessLogSettings=both)) == AccessLogSettings(
        "arn:x", "$context.requestId"
    )
    assert access_log_settings(stage(accessLogSettings={"format": "x"})) is None
    assert access_log_settings(stage()) is None
