from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from local_aws.control_plane.cloudwatch.datapoints import (
    PeriodStatistics,
    StatisticsQuery,
    metric_of,
    point_of,
    seconds_of,
    statistics_of,
    time_of,
)
from local_aws.control_plane.cloudwatch.metric_store import Metric, MetricStore, Point

NOON = datetime(2023, 11, 15, 12, tzinfo=UTC)
CALLS = Metric("Test", "Calls", frozenset())


def point(**datum: Any) -> Point:
    return point_of({"MetricName": "Calls", **datum}, NOON.timestamp())


def test_metric_is_named_by_its_dimensions_in_any_order() -> None:
    one, two = {"Name": "One", "Value": "a"}, {"Name": "Two", "Value": "b"}
    metric = metric_of("Test", {"MetricName": "Calls", "Dimensions": [one, two]})
    assert metric == metric_of("Test", {"MetricName": "Calls", "Dimensions": [two, one]})
    assert metric_of("Test", {"MetricName": "Calls"}) == CALLS


def test_value_without_a_time_or_a_unit_is_of_now_and_of_none() -> None:
    assert point(Value=3) == Point.of(NOON.timestamp(), "None", {3.0: 1.0})


def test_values_occur_once_or_as_often_as_is_said() -> None:
    assert point(Values=[1, 2, 1]).values == {1.0: 2.0, 2.0: 1.0}
    assert point(Values=[1, 2], Counts=[5, 0.5]).values == {1.0: 5.0, 2.0: 0.5}


def test_time_and_unit_are_kept() -> None:
    an_hour_before = (NOON - timedelta(hours=1)).replace(tzinfo=None)
    found = point(Value=1, Timestamp=an_hour_before, Unit="Seconds")
    assert (found.time, found.unit) == (NOON.timestamp() - 3_600, "Seconds")


@pytest.mark.parametrize(("least", "greatest", "values"), [(1, 4, None), (2, 2, {2.0: 4.0})])
def test_sums_tell_single_values_only_if_all_are_the_same(
    least: float, greatest: float, values: dict[float, float] | None
) -> None:
    found = point(
        StatisticValues={"Minimum": least, "Maximum": greatest, "SampleCount": 4, "Sum": 8}
    )
    assert (found.sum, found.sample_count) == (8, 4)
    assert (found.minimum, found.maximum) == (least, greatest)
    assert found.values == values


def test_statistics_are_of_periods_from_the_full_minute_on() -> None:
    store = MetricStore()
    for seconds in (5, 59, 60, 200):
        store.put(CALLS, Point.of(NOON.timestamp() + seconds, "Count", {1.0: 1.0}))
    query = StatisticsQuery(
        metric=CALLS,
        statistics=["Sum", "p50"],
        period_seconds=60,
        start=NOON + timedelta(seconds=3),
        end=NOON + timedelta(seconds=180),
    )
    noon = time_of(NOON.timestamp())
    assert list(statistics_of(store, query)) == [
        PeriodStatistics(noon, "Count", {"Sum": 2.0, "p50": 1.0}),
        PeriodStatistics(noon + timedelta(minutes=1), "Count", {"Sum": 1.0, "p50": 1.0}),
    ]


def test_short_periods_begin_at_the_second() -> None:
    store = MetricStore()
    store.put(CALLS, Point.of(NOON.timestamp() + 3, "Count", {1.0: 1.0}))
    query = StatisticsQuery(
        metric=CALLS,
        statistics=["Sum"],
        period_seconds=10,
        start=NOON + timedelta(seconds=2.5),
        end=NOON + timedelta(seconds=60),
    )
    (found,) = statistics_of(store, query)
    assert seconds_of(found.time) == NOON.timestamp() + 2
