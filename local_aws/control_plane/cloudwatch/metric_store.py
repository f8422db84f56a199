"""The metrics that were put, each under exactly the dimensions that it came with.

From "Metrics concepts" in the Amazon CloudWatch User Guide.
"""

import threading
from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Final, Self

_TIME: Final = attrgetter("time")


@dataclass(frozen=True, slots=True)
class Metric:
    """What identifies a metric: with one more dimension it is another one."""

    namespace: str
    name: str
    dimensions: frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """Values of a metric that were put together.

    Attributes:
        time: Seconds since the epoch.
        unit: Such as `Count`, or `None` as CloudWatch has it.
        sample_count: How many values there are.
        sum: All of them together.
        minimum: The least of them.
        maximum: The greatest of them.
        values: How often each value occurs, or None if no more is known than the above.
    """

    time: float
    unit: str
    sample_count: float
    sum: float
    minimum: float
    maximum: float
    values: Mapping[float, float] | None

    @classmethod
    def of(cls, time: float, unit: str, values: Mapping[float, float]) -> Self:
        """Make a point of values, each with how often it occurs."""
        return cls(
            time=time,
            unit=unit,
            sample_count=sum(values.values()),
            sum=sum(value * count for value, count in values.items()),
            minimum=min(values),
            maximum=max(values),
            values=values,
        )


class MetricStore:
    """Points by their metric, in the order of their times; safe to use from several threads."""

    def __init__(self) -> None:
        self._points: defaultdict[Metric, list[Point]] = defaultdict(list)
        self._lock = threading.Lock()

    def put(self, metric: Metric, point: Point) -> None:
        """Keep a point."""
        with self._lock:
            insort(self._points[metric], point, key=_TIME)

    def metrics(self) -> list[Metric]:
        """Return every metric that has a point."""
        with self._lock:
            return list(self._points)

    def points(
        self, metric: Metric, start: float, end: float, unit: str | None = None
    ) -> list[Point]:
        """Return a metric's points from `start` on and before `end`, of one unit or of any."""
        with self._lock:
            points = self._points.get(metric, [])
            first = bisect_left(points, start, key=_TIME)
            found = points[first : bisect_left(points, end, lo=first, key=_TIME)]
        return found if unit is None else [point for point in found if point.unit == unit]
