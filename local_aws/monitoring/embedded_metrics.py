"""Metrics that log lines bring along, which CloudWatch Logs makes of lines in the embedded format.

From "Specification: Embedded metric format" in the Amazon CloudWatch User Guide.
"""

import json
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

from local_aws.aws_client import AwsClient
from local_aws.monitoring.metrics import Dimensions, GivenSamples, Metrics, Sample

_MAXIMUM_DIMENSIONS: Final = 30
_MAXIMUM_METRICS: Final = 100
_MAXIMUM_VALUES: Final = 100
_MAXIMUM_NAME: Final = 1_024
_MILLISECONDS: Final = 1_000


@dataclass(frozen=True, slots=True)
class EmbeddedMetrics:
    """Samples that a line brings along.

    Attributes:
        namespace: Their namespace in CloudWatch.
        seconds: When they were taken, in seconds since the epoch.
        dimensions: Under each of which they are counted.
        samples: The samples.
    """

    namespace: str
    seconds: float
    dimensions: tuple[Dimensions, ...]
    samples: tuple[Sample, ...]


class LineMetrics:
    """Puts the metrics that lines bring along into CloudWatch, whatever their namespaces."""

    def __init__(self, client: AwsClient, notify: Callable[[str], None]) -> None:
        """Prepare.

        Args:
            client: Calls CloudWatch.
            notify: Is told, once a namespace, why metrics are lost.
        """
        self._client = client
        self._notify = notify
        self._metrics: dict[str, Metrics] = {}

    def take(self, region: str, line: str) -> None:
        """Count what a line of a log in a Region brings along; most lines bring nothing."""
        for found in parse(line):
            metrics = self._metrics.get(found.namespace)
            if metrics is None:
                metrics = Metrics(found.namespace, self._client, self._notify)
                self._metrics[found.namespace] = metrics
            samples = GivenSamples(region, found.dimensions, found.samples)
            metrics.add(samples, seconds=found.seconds)

    async def close(self) -> None:
        """Deliver what has been counted."""
        for metrics in self._metrics.values():
            await metrics.close()


def parse(line: str) -> list[EmbeddedMetrics]:
    """Return the metrics of a line; one that is not as specified is a line like any other."""
    if '"CloudWatchMetrics"' not in line:
        return []
    try:
        root = json.loads(line)
        metadata = root["_aws"]
        seconds = _number(metadata["Timestamp"]) / _MILLISECONDS
        return [_of(directive, root, seconds) for directive in metadata["CloudWatchMetrics"]]
    # A member is missing, of another type, or beyond a limit.
    except (KeyError, TypeError, ValueError, RecursionError):
        return []


def _of(directive: dict[str, Any], root: dict[str, Any], seconds: float) -> EmbeddedMetrics:
    definitions = _limited(directive["Metrics"], _MAXIMUM_METRICS)
    return EmbeddedMetrics(
        namespace=_text(directive["Namespace"]),
        seconds=seconds,
        dimensions=tuple(
            tuple((name, _text(root[name])) for name in _limited(names, _MAXIMUM_DIMENSIONS))
            for names in directive["Dimensions"]
        ),
        samples=tuple(chain.from_iterable(_samples(each, root) for each in definitions)),
    )


def _samples(definition: dict[str, Any], root: dict[str, Any]) -> Iterable[Sample]:
    name, unit = _text(definition["Name"]), definition.get("Unit", "None")
    target = root[name]
    values = _limited(target, _MAXIMUM_VALUES) if isinstance(target, list) else [target]
    return [Sample(name, _number(value), _text(unit)) for value in values]


def _limited(value: Any, maximum: int) -> list[Any]:
    if not isinstance(value, list) or len(value) > maximum:
        raise ValueError
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= _MAXIMUM_NAME:
        raise ValueError
    return value


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError
    return float(value)
