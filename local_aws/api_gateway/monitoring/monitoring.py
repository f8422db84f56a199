"""Every event's way into the access log, the execution log and the metrics of its stage."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from local_aws.api_gateway.access_log import Notice, printable
from local_aws.api_gateway.addressing import DeployedStage, StageKey
from local_aws.api_gateway.events import Occurrence
from local_aws.api_gateway.monitoring.access_log_format import (
    context_variables,
    render_access_log,
)
from local_aws.api_gateway.monitoring.execution_log import execution_lines
from local_aws.api_gateway.monitoring.metrics import NAMESPACE, EventMeasurement
from local_aws.api_gateway.monitoring.stage_settings import (
    AccessLogSettings,
    LoggingLevel,
    RouteMonitoring,
    access_log_settings,
    logs_steps,
    route_monitoring,
)
from local_aws.api_gateway.pipeline import Outcome
from local_aws.api_gateway.selection import DEFAULT_KEY
from local_aws.aws_client import AwsClient
from local_aws.http1.client import HttpClient
from local_aws.monitoring.log_delivery import LogDelivery, LogGroup
from local_aws.monitoring.metrics import Metrics

_LOG_GROUP_ARN: Final = re.compile(
    r"arn:[^:]+:logs:(?P<region>[^:]+):[0-9]+:log-group:(?P<name>[^:]+)(?::\*)?"
)
_LIFECYCLE: Final = frozenset({"CONNECT", "MESSAGE", "DISCONNECT"})


@dataclass(frozen=True, slots=True)
class _Delivery:
    """What takes logs and metrics to AWS."""

    client: HttpClient
    logs: LogDelivery
    metrics: Metrics


@dataclass(frozen=True, slots=True)
class _MonitoredStage:
    """What is told of the events of a stage; routes are added as events choose them."""

    deployed: DeployedStage
    access_log: AccessLogSettings | None
    routes: dict[str, RouteMonitoring] = field(default_factory=dict)

    def route(self, route_key: str) -> RouteMonitoring:
        """Return what is told of a route's events; "" stands for those that have none."""
        route = self.routes.get(route_key)
        if route is None:
            route = route_monitoring(self.deployed.stage, route_key or DEFAULT_KEY)
            self.routes[route_key] = route
        return route


class Monitoring:
    """Tells of events what their stages want to be told.

    Log lines go to the terminal too; without an AWS endpoint, nowhere else. `logs_steps` is whether
    any of them wants to be told what became of events step by step.
    """

    def __init__(
        self, output: Callable[[Notice], None], aws_endpoint_url: str | None = None
    ) -> None:
        """Prepare, with nothing deployed.

        Args:
            output: Takes lines for the terminal.
            aws_endpoint_url: The `http://host:port` address of CloudWatch and its logs.
        """
        self.logs_steps = False
        self._output = output
        self._stages: Mapping[StageKey, _MonitoredStage] = {}
        self._delivery: _Delivery | None = None
        if aws_endpoint_url is not None:
            client = HttpClient()
            aws = AwsClient(client, endpoint_url=aws_endpoint_url)
            self._delivery = _Delivery(
                client, LogDelivery(aws, self._notify), Metrics(NAMESPACE, aws, self._notify)
            )

    def update(self, stages: Mapping[StageKey, DeployedStage]) -> None:
        """Go on with what is deployed now."""
        monitored = {
            key: _MonitoredStage(stage, access_log_settings(stage.stage))
            for key, stage in stages.items()
        }
        for key, stage in monitored.items():
            settings = stage.access_log
            if key not in self._stages and settings is not None and _log_group(settings) is None:
                self._notify(
                    f"The access log of stage {'/'.join(key)} goes to"
                    f" {settings.destination_arn}, which is no log group: it is shown here alone."
                )
        self._stages = monitored
        self.logs_steps = any(logs_steps(stage.stage) for stage in stages.values())

    def observe(
        self, stage_key: StageKey, event: str, occurrence: Occurrence, outcome: Outcome
    ) -> None:
        """Take note of an event that has ended; one of no stage is told to nobody."""
        stage = self._stages.get(stage_key)
        if stage is None:
            return
        route = stage.route(outcome.route_key)
        if self._delivery is not None:
            measurement = _measure(stage.deployed, route, event, occurrence, outcome)
            self._delivery.metrics.add(measurement)
        if event not in _LIFECYCLE:
            return
        if route.logging_level is not LoggingLevel.OFF:
            self._log_execution(stage.deployed, route, occurrence, outcome)
        if stage.access_log is not None:
            context = context_variables(occurrence.record, outcome.status, outcome.error)
            line = render_access_log(stage.access_log.format, context)
            self._log(_log_group(stage.access_log), occurrence, [line])

    async def close(self) -> None:
        """Deliver what has not been delivered yet."""
        if self._delivery is not None:
            await self._delivery.logs.close()
            await self._delivery.metrics.close()
            await self._delivery.client.close()

    def _log_execution(
        self,
        stage: DeployedStage,
        route: RouteMonitoring,
        occurrence: Occurrence,
        outcome: Outcome,
    ) -> None:
        group = f"/aws/apigateway/{stage.api.api_id}/{stage.stage.name}"
        lines = execution_lines(
            occurrence.record, route, status=outcome.status, detail=outcome.detail
        )
        self._log(LogGroup(stage.api.region, group, is_own=True), occurrence, lines)

    def _log(self, group: LogGroup | None, occurrence: Occurrence, lines: list[str]) -> None:
        for line in lines:
            self._output(Notice(printable(line)))
        if self._delivery is not None and group is not None and lines:
            self._delivery.logs.put(group, occurrence.time, lines)

    def _notify(self, text: str) -> None:
        self._output(Notice(text))


def _measure(
    stage: DeployedStage,
    route: RouteMonitoring,
    event: str,
    occurrence: Occurrence,
    outcome: Outcome,
) -> EventMeasurement:
    """Return what an event adds to the metrics."""
    has_message = outcome.reply is not None or outcome.error is not None
    return EventMeasurement(
        stage.api.region,
        stage.api.api_id,
        stage.stage.name,
        (outcome.route_key or None) if route.has_detailed_metrics else None,
        event,
        outcome.status,
        event == "MESSAGE" and has_message,
        occurrence.record.integration,
    )


def _log_group(settings: AccessLogSettings) -> LogGroup | None:
    """Return the log group of an access log, or None if it goes to Firehose."""
    matched = _LOG_GROUP_ARN.fullmatch(settings.destination_arn)
    return matched and LogGroup(matched["region"], matched["name"], is_own=False)
