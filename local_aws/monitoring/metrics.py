"""Metrics on their way to CloudWatch, counted together and out of the way of events.

From "PutMetricData" in the Amazon CloudWatch API Reference.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from local_aws.aws_client import AwsClient, AwsClientError, json_call
from local_aws.credentials import ROOT
from local_aws.monitoring.periodic import Periodic

_SECONDS_BETWEEN: Final = 2.0
_CLOSE_SECONDS: Final = 3.0
# So many different values of one metric, and so many metrics, fit into one call.
_MAXIMUM_VALUES: Final = 150
_MAXIMUM_METRICS: Final = 1_000

Dimensions = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Sample:
    """One value of a metric."""

    name: str
    value: float = 1.0
    unit: str = "Count"


@dataclass(frozen=True, slots=True)
class _Metric:
    """What is counted together: a metric, in one Region and in one second."""

    region: str
    dimensions: Dimensions
    name: str
    unit: str
    second: int


class Metrics:
    """Counts the samples of one namespace, and puts them into CloudWatch every few seconds."""

    def __init__(
        self,
        namespace: str,
        client: AwsClient,
        notify: Callable[[str], None],
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Prepare.

        Args:
            namespace: The service's namespace in CloudWatch.
            client: Calls CloudWatch.
            notify: Is told, once, why metrics are lost.
            clock: Returns the time in seconds since the epoch.
        """
        self._namespace = namespace
        self._client = client
        self._notify = notify
        self._clock = clock
        self._has_failed = False
        self._values: defaultdict[_Metric, Counter[float]] = defaultdict(Counter)
        self._periodic = Periodic(self._deliver, _SECONDS_BETWEEN)

    def add(
        self,
        region: str,
        dimensions: Iterable[Dimensions],
        samples: Iterable[Sample],
        *,
        seconds: float | None = None,
    ) -> None:
        """Count samples of now, or of a time, each once under each of the dimensions."""
        every_dimensions = tuple(dimensions)
        second = int(self._clock() if seconds is None else seconds)
        for sample in samples:
            for each in every_dimensions:
                metric = _Metric(region, each, sample.name, sample.unit, second)
                self._values[metric][sample.value] += 1
        if self._values:
            self._periodic.request()

    async def close(self) -> None:
        """Deliver what has been counted."""
        await self._periodic.close(_CLOSE_SECONDS)

    async def _deliver(self) -> None:
        values, self._values = self._values, defaultdict(Counter)
        by_region: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        for metric, counter in values.items():
            by_region[metric.region] += _data(metric, counter)
        try:
            for region, data in by_region.items():
                for start in range(0, len(data), _MAXIMUM_METRICS):
                    await self._put(region, data[start : start + _MAXIMUM_METRICS])
        except AwsClientError as error:
            if not self._has_failed:
                self._has_failed = True
                self._notify(f"Metrics of {self._namespace} are lost: {error}.")

    async def _put(self, region: str, data: list[dict[str, Any]]) -> None:
        call = json_call(
            "monitoring",
            region=region,
            target="GraniteServiceVersion20100801.PutMetricData",
            version="1.0",
            document={"Namespace": self._namespace, "MetricData": data},
        )
        await self._client.send(call, ROOT)


def _data(metric: _Metric, counter: Counter[float]) -> Iterator[dict[str, Any]]:
    values = list(counter.items())
    for start in range(0, len(values), _MAXIMUM_VALUES):
        part = values[start : start + _MAXIMUM_VALUES]
        yield {
            "MetricName": metric.name,
            "Timestamp": metric.second,
            "Unit": metric.unit,
            "Dimensions": [{"Name": key, "Value": value} for key, value in metric.dimensions],
            "Values": [value for value, _ in part],
            "Counts": [float(count) for _, count in part],
        }
