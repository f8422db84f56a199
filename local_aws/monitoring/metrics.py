"""Metrics on their way to CloudWatch, counted together and out of the way of events.

From "PutMetricData" in the Amazon CloudWatch API Reference.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any, Final, NamedTuple

from local_aws.aws_client import AwsClient, AwsClientError, json_call
from local_aws.credentials import ROOT
from local_aws.monitoring.periodic import Periodic

_SECONDS_BETWEEN: Final = 2.0
_CLOSE_SECONDS: Final = 3.0
# So many different values of one metric, and so many metrics, fit into one call.
_MAXIMUM_VALUES: Final = 150
_MAXIMUM_METRICS: Final = 1_000

Dimensions = tuple[tuple[str, str], ...]


class Sample(NamedTuple):
    """One value of a metric."""

    name: str
    value: float = 1.0
    unit: str = "Count"


class _Place(NamedTuple):
    """Where and when samples are counted together: they have their dimensions in common."""

    region: str
    every_dimensions: tuple[Dimensions, ...]
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
        self._counted = _nothing_counted()
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
        second = int(self._clock() if seconds is None else seconds)
        counts = self._counted[_Place(region, tuple(dimensions), second)]
        for sample in samples:
            counts[sample] += 1
        self._periodic.request()

    async def close(self) -> None:
        """Deliver what has been counted."""
        await self._periodic.close(_CLOSE_SECONDS)

    async def _deliver(self) -> None:
        counted, self._counted = self._counted, _nothing_counted()
        by_region: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        for place, counts in counted.items():
            by_region[place.region] += _data(place, counts)
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


def _nothing_counted() -> defaultdict[_Place, defaultdict[Sample, int]]:
    return defaultdict(partial(defaultdict, int))


def _data(place: _Place, counts: Mapping[Sample, int]) -> Iterator[dict[str, Any]]:
    """Yield every metric under each of its dimensions, with the values that it had."""
    metrics: defaultdict[tuple[str, str], list[tuple[float, int]]] = defaultdict(list)
    for sample, count in counts.items():
        metrics[sample.name, sample.unit].append((sample.value, count))
    for dimensions in place.every_dimensions:
        for (name, unit), values in metrics.items():
            for start in range(0, len(values), _MAXIMUM_VALUES):
                part = values[start : start + _MAXIMUM_VALUES]
                yield {
                    "MetricName": name,
                    "Timestamp": place.second,
                    "Unit": unit,
                    "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions],
                    "Values": [value for value, _ in part],
                    "Counts": [float(count) for _, count in part],
                }
