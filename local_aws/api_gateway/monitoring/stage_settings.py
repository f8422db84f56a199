"""What a stage wants to be told of its events."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local_aws.publication import Stage


class LoggingLevel(IntEnum):
    """How much of each event goes into the execution log."""

    OFF = 0
    ERROR = 1
    INFO = 2


@dataclass(frozen=True, slots=True)
class RouteMonitoring:
    """What is told of the events of one route."""

    logging_level: LoggingLevel
    traces_data: bool
    has_detailed_metrics: bool


@dataclass(frozen=True, slots=True)
class AccessLogSettings:
    """Where each event's line goes, by its ARN, and what it looks like."""

    destination_arn: str
    format: str


def route_monitoring(stage: Stage, route_key: str) -> RouteMonitoring:
    """Return what is told of a route; one with settings of its own has none of the default's."""
    of_routes: Mapping[str, Any] = stage.settings.get("routeSettings") or {}
    settings = of_routes.get(route_key) or stage.settings.get("defaultRouteSettings") or {}
    return RouteMonitoring(
        _logging_level(settings),
        bool(settings.get("dataTraceEnabled")),
        bool(settings.get("detailedMetricsEnabled")),
    )


def logs_steps(stage: Stage) -> bool:
    """Tell whether the execution log of any route says what became of events step by step."""
    of_routes: Mapping[str, Any] = stage.settings.get("routeSettings") or {}
    every = (stage.settings.get("defaultRouteSettings"), *of_routes.values())
    return any(_logging_level(settings or {}) is LoggingLevel.INFO for settings in every)


def _logging_level(settings: Mapping[str, Any]) -> LoggingLevel:
    return LoggingLevel[settings.get("loggingLevel") or "OFF"]


def access_log_settings(stage: Stage) -> AccessLogSettings | None:
    """Return the settings of a stage's access log, or None if it has none."""
    settings: Mapping[str, Any] = stage.settings.get("accessLogSettings") or {}
    destination, text = settings.get("destinationArn"), settings.get("format")
    return AccessLogSettings(destination, text) if destination and text else None
