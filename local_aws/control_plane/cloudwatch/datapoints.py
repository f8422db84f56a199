"""Metrics in and out: what PutMetricData puts, and datapoints by their periods."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, Final

from local_aws.control_plane.cloudwatch.alarm_evaluation import AlarmRule, Datapoint
from local_aws.control_plane.cloudwatch.metric_store import Metric, MetricStore, Point
from local_aws.control_plane.cloudwatch.statistics import statistic

_NO_UNIT: Final = "None"
_MINUTE: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class StatisticsQuery:
    """Which statistics of which metric, from when on and until before when; of one unit or any."""

    metric: Metric
    statistics: Sequence[str]
    period_seconds: int
    start: datetime
    end: datetime
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class PeriodStatistics:
    """The statistics of the period that begins at a time."""

    time: datetime
    unit: str
    values: Mapping[str, float]


def metric_of(namespace: str, described: Mapping[str, Any]) -> Metric:
    """Return the metric that a call names by MetricName and Dimensions."""
    dimensions = described.get("Dimensions") or ()
    return Metric(
        namespace,
        described["MetricName"],
        frozenset((each["Name"], each["Value"]) for each in dimensions),
    )


def point_of(datum: Mapping[str, Any], now: float) -> Point:
    """Return what one of PutMetricData's MetricData says; without a Timestamp it is of now."""
    timestamp: datetime | None = datum.get("Timestamp")
    time = now if timestamp is None else seconds_of(timestamp)
    unit = datum.get("Unit") or _NO_UNIT
    if (known := datum.get("StatisticValues")) and not datum.get("Values"):
        least, greatest = float(known["Minimum"]), float(known["Maximum"])
        count = float(known["SampleCount"])
        return Point(
            time=time,
            unit=unit,
            sample_count=count,
            sum=float(known["Sum"]),
            minimum=least,
            maximum=greatest,
            values={least: count} if least == greatest else None,
        )
    values = datum.get("Values") or [datum.get("Value", 0.0)]
    counts = datum.get("Counts") or [1.0] * len(values)
    summed: dict[float, float] = {}
    for value, count in zip(values, counts, strict=True):
        summed[float(value)] = summed.get(float(value), 0.0) + float(count)
    return Point.of(time, unit, summed)


def datapoints_of_alarm(
    store: MetricStore, rule: AlarmRule, now: float
) -> tuple[Datapoint | None, ...]:
    """Return the datapoint of each period that ends now or before, the latest first."""
    return tuple(
        _datapoint(store, rule, now - (number + 1) * rule.period_seconds)
        for number in range(rule.range_periods)
    )


def statistics_of(store: MetricStore, query: StatisticsQuery) -> Iterator[PeriodStatistics]:
    """Return the statistics of each period that has any, the earliest first.

    The first period begins at the full minute, to which CloudWatch rounds, or at the very second if
    periods are of less than a minute.

    Raises:
        UnknownStatisticError: One of the statistics is not computed here.
    """
    period = query.period_seconds
    step = _MINUTE if period >= _MINUTE else 1
    begin = seconds_of(query.start) // step * step
    found = store.points(query.metric, begin, seconds_of(query.end), query.unit)
    for number, group in groupby(found, lambda point: (point.time - begin) // period):
        points = list(group)
        computed = ((name, statistic(name, points)) for name in query.statistics)
        values = {name: value for name, value in computed if value is not None}
        if values:
            yield PeriodStatistics(time_of(begin + number * period), points[0].unit, values)


def seconds_of(time: datetime) -> float:
    """Return seconds since the epoch; a time without a zone is in UTC."""
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()


def time_of(seconds: float) -> datetime:
    """Return a time in UTC without a zone, which is what moto answers with."""
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)


def _datapoint(store: MetricStore, rule: AlarmRule, start: float) -> Datapoint | None:
    points = store.points(rule.metric, start, start + rule.period_seconds, rule.unit)
    value = statistic(rule.statistic, points)
    if value is None:
        return None
    return Datapoint(start, value, sum(point.sample_count for point in points))
