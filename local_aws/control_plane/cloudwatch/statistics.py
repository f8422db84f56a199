"""One number for many values of a metric.

From "CloudWatch statistics definitions" in the Amazon CloudWatch User Guide.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from local_aws.control_plane.cloudwatch.metric_store import Point

_PERCENTILE: Final = re.compile(r"p(\d{1,2}(?:\.\d{1,10})?|100(?:\.0{1,10})?)")
_WHOLE: Final = 100.0
# So many have to lie beyond the percentile.
_SIGNIFICANT_SAMPLES: Final = 10.0


def _average(points: Sequence[Point]) -> float:
    return _sum(points) / _sample_count(points)


def _maximum(points: Sequence[Point]) -> float:
    return max(point.maximum for point in points)


def _minimum(points: Sequence[Point]) -> float:
    return min(point.minimum for point in points)


def _sample_count(points: Sequence[Point]) -> float:
    return sum(point.sample_count for point in points)


def _sum(points: Sequence[Point]) -> float:
    return sum(point.sum for point in points)


_STATISTICS: Final[Mapping[str, Callable[[Sequence[Point]], float]]] = {
    "Average": _average,
    "Maximum": _maximum,
    "Minimum": _minimum,
    "SampleCount": _sample_count,
    "Sum": _sum,
}


class UnknownStatisticError(ValueError):
    """There is no such statistic, or none that is computed here; the message names it."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"The statistic {name} is not known here; use one of {', '.join(_STATISTICS)}, or a"
            " percentile such as p99."
        )


def is_statistic(name: str) -> bool:
    """Tell whether a statistic is one of those that are computed here."""
    return name in _STATISTICS or percent_of(name) is not None


def statistic(name: str, points: Sequence[Point]) -> float | None:
    """Compute a statistic; None if there are no values, or none from which it could be told.

    A percentile is the least value that so many of all values do not exceed. It needs the values
    themselves, which points that were put as sums do not have.

    Raises:
        UnknownStatisticError: It is none of those that are computed here.
    """
    percent, compute = percent_of(name), _STATISTICS.get(name)
    if percent is not None:
        return _percentile(percent, points) if _sample_count(points) else None
    if compute is None:
        raise UnknownStatisticError(name)
    return compute(points) if _sample_count(points) else None


def percent_of(name: str) -> float | None:
    """Return the number of a percentile, 99 for p99, or None for another statistic."""
    found = _PERCENTILE.fullmatch(name)
    return float(found[1]) if found else None


def least_sample_count(percent: float) -> float:
    """Return how many samples a percentile needs to be significant.

    From "Percentile-based alarms and low data samples".
    """
    rest = min(percent, _WHOLE - percent)
    return _SIGNIFICANT_SAMPLES * _WHOLE / rest if rest else 0.0


def _percentile(percent: float, points: Sequence[Point]) -> float | None:
    counts: defaultdict[float, float] = defaultdict(float)
    for point in points:
        if point.values is None:
            return None
        for value, count in point.values.items():
            counts[value] += count
    needed, reached = percent / _WHOLE * sum(counts.values()), 0.0
    for value in sorted(counts):
        reached += counts[value]
        if reached >= needed:
            return value
    return max(counts)  # where adding up has lost a fraction
