"""Metrics of events on their way to CloudWatch.

From "Monitor WebSocket API execution with CloudWatch metrics".
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from local_aws.api_gateway.monitoring.event_record import EventRecord
from local_aws.api_gateway.monitoring.periodic import Periodic
from local_aws.aws_client import AwsClient, AwsClientError, json_call
from local_aws.credentials import ROOT

NAMESPACE: Final = "AWS/ApiGateway"
_SECONDS_BETWEEN: Final = 5.0
_CLOSE_SECONDS: Final = 3.0
# "PutMetricData": so many different values of one metric, and so many metrics.
_MAXIMUM_VALUES: Final = 150
_MAXIMUM_METRICS: Final = 1_000

Dimensions = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where an event happened; `route_key` only where its route has metrics of its own."""

    region: str
    api_id: str
    stage: str
    route_key: str | None

    def dimensions(self) -> Iterator[Dimensions]:
        """Return the dimensions under which the event is counted."""
        api, stage = ("ApiId", self.api_id), ("Stage", self.stage)
        yield (api,)
        yield (api, stage)
        if self.route_key is not None:
            yield (api, stage, ("Route", self.route_key))


@dataclass(frozen=True, slots=True)
class Sample:
    """One value of a metric."""

    name: str
    value: float = 1.0
    unit: str = "Count"


def samples_of(
    event: str, record: EventRecord, *, status: int, is_answered: bool
) -> Iterator[Sample]:
    """Return what an event adds to the metrics.

    Args:
        event: `CONNECT`, `MESSAGE`, `DISCONNECT`, or the method of a call of `@connections`.
        record: What was noted of it.
        status: How it ended.
        is_answered: Whether the client was sent a message.
    """
    integration = record.integration
    if event == "CONNECT" and integration is not None:
        yield Sample("ConnectCount")
    if event == "MESSAGE":
        yield Sample("MessageCount")
    if is_answered or (event == "POST" and status == HTTPStatus.OK):
        yield Sample("MessageCount")
    if integration is None:
        if event in {"CONNECT", "MESSAGE"} and _is_client_error(status):
            yield Sample("ClientError")
        elif event in {"CONNECT", "MESSAGE"} and status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            yield Sample("ExecutionError")
        return
    if not integration.is_mock:
        yield Sample("IntegrationLatency", integration.latency_milliseconds, "Milliseconds")
    statuses = (integration.status or 0, integration.integration_status or 0)
    if integration.has_failed or max(statuses) >= HTTPStatus.BAD_REQUEST:
        yield Sample("IntegrationError")
    elif integration.error:
        yield Sample("ExecutionError")


def _is_client_error(status: int) -> bool:
    return HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR


class Metrics:
    """Counts samples, and puts them into CloudWatch every few seconds."""

    def __init__(self, client: AwsClient, notify: Callable[[str], None]) -> None:
        """Prepare; `notify` is told, once, why metrics are lost."""
        self._client = client
        self._notify = notify
        self._has_failed = False
        self._values: dict[tuple[str, str, str, Dimensions], Counter[float]] = {}
        self._periodic = Periodic(self._deliver, _SECONDS_BETWEEN)

    def add(self, place: Place, samples: Iterator[Sample]) -> None:
        """Count samples of one event."""
        for sample in samples:
            for dimensions in place.dimensions():
                key = place.region, sample.name, sample.unit, dimensions
                self._values.setdefault(key, Counter())[sample.value] += 1
        if self._values:
            self._periodic.request()

    async def close(self) -> None:
        """Deliver what has been counted."""
        await self._periodic.close(_CLOSE_SECONDS)

    async def _deliver(self) -> None:
        values, self._values = self._values, {}
        by_region: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        for (region, name, unit, dimensions), counter in values.items():
            by_region[region] += _data(name, unit, dimensions, counter)
        try:
            for region, data in by_region.items():
                for start in range(0, len(data), _MAXIMUM_METRICS):
                    await self._put(region, data[start : start + _MAXIMUM_METRICS])
        except AwsClientError as error:
            if not self._has_failed:
                self._has_failed = True
                self._notify(f"Metrics are lost: {error}.")

    async def _put(self, region: str, data: list[dict[str, Any]]) -> None:
        call = json_call(
            "monitoring",
            region=region,
            target="GraniteServiceVersion20100801.PutMetricData",
            version="1.0",
            document={"Namespace": NAMESPACE, "MetricData": data},
        )
        await self._client.send(call, ROOT)


def _data(
    name: str, unit: str, dimensions: Dimensions, counter: Counter[float]
) -> Iterator[dict[str, Any]]:
    values = list(counter.items())
    for start in range(0, len(values), _MAXIMUM_VALUES):
        part = values[start : start + _MAXIMUM_VALUES]
        yield {
            "MetricName": name,
            "Unit": unit,
            "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions],
            "Values": [value for value, _ in part],
            "Counts": [float(count) for _, count in part],
        }
