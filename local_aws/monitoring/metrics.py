"""Metrics on their way to CloudWatch, counted together and out of the way of events.

From "PutMetricData" in the Amazon CloudWatch API Reference.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any, Final, NamedTuple, Protocol

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


class Measurement(Protocol):
    """What something adds to metrics; it can be hashed, as equal ones are counted together."""

    @property
    def region(self) -> str:
        """The AWS Region that has the metrics."""

    @property
    def dimensions(self) -> tuple[Dimensions, ...]:
        """The dimensions under each of which the samples are counted."""

    @property
    def samples(self) -> Iterable[Sample]:
        """The samples."""


class GivenSamples(NamedTuple):
    """A measurement whose samples are at hand."""

    region: str
    dimensions: tuple[Dimensions, ...]
    samples: tuple[Sample, ...]


class _Place(NamedTuple):
    """Where and when samples are counted together: they have their dimensions in common."""

    region: str
    dimensions: tuple[Dimensions, ...]
    second: int


class Metrics:
    """Counts measurements of one namespace, and puts their samples into CloudWatch.

    Samples are made every few seconds, of all measurements that were different.
    """

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

    def add(self, measurement: Measurement, *, seconds: float | None = None) -> None:
        """Count a measurement of now, or of a time."""
        second = int(self._clock() if seconds is None else seconds)
        if not self._counted:
            self._periodic.request()
        self._counted[second, measurement] += 1

    async def close(self) -> None:
        """Deliver what has been counted."""
        await self._periodic.close(_CLOSE_SECONDS)

    async def _deliver(self) -> None:
        counted, self._counted = self._counted, _nothing_counted()
        by_region: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        for place, counts in _by_place(counted).items():
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


def _nothing_counted() -> defaultdict[tuple[int, Measurement], int]:
    return defaultdict(int)


def _by_place(
    counted: Mapping[tuple[int, Measurement], int],
) -> Mapping[_Place, Mapping[Sample, int]]:
    """Return how often there was each sample in each place."""
    places: defaultdict[_Place, defaultdict[Sample, int]] = defaultdict(partial(defaultdict, int))
    for (second, measurement), count in counted.items():
        counts = places[_Place(measurement.region, measurement.dimensions, second)]
        for sample in measurement.samples:
            counts[sample] += count
    return places


def _data(place: _Place, counts: Mapping[Sample, int]) -> Iterator[dict[str, Any]]:
    """Yield every metric under each of its dimensions, with the values that it had."""
    metrics: defaultdict[tuple[str, str], list[tuple[float, int]]] = defaultdict(list)
    for sample, count in counts.items():
        metrics[sample.name, sample.unit].append((sample.value, count))
    for dimensions in place.dimensions:
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
