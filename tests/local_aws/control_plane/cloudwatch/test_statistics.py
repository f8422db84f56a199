import pytest

from local_aws.control_plane.cloudwatch.metric_store import Point
from local_aws.control_plane.cloudwatch.statistics import (
    UnknownStatisticError,
    is_statistic,
    least_sample_count,
    statistic,
)

POINTS = [
    Point.of(1.0, "Count", {1.0: 8.0, 2.0: 1.0}),
    Point.of(2.0, "Count", {9.0: 1.0}),
]
SUMMED = Point(time=1.0, unit="Count", sample_count=4, sum=10, minimum=1, maximum=4, values=None)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Sum", 19),
        ("SampleCount", 10),
        ("Average", 1.9),
        ("Minimum", 1),
        ("Maximum", 9),
        ("p50", 1),
        ("p80", 1),
        ("p90", 2),
        ("p99", 9),
        ("p99.9", 9),
        ("p0", 1),
        ("p100", 9),
    ],
)
def test_statistic_is_of_all_values(name: str, value: float) -> None:
    assert statistic(name, POINTS) == value


def test_percentile_takes_the_value_that_so_many_do_not_exceed() -> None:
    points = [Point.of(1.0, "Count", {float(value): 0.1 for value in range(1, 11)})]
    assert statistic("p100", points) == 10
    assert statistic("p30", points) == 3


@pytest.mark.parametrize("name", ["Sum", "Average", "Maximum", "p99"])
def test_there_is_no_statistic_of_nothing(name: str) -> None:
    assert statistic(name, []) is None


def test_sums_have_statistics_but_no_percentiles() -> None:
    assert statistic("Average", [SUMMED]) == 2.5
    assert statistic("p50", [*POINTS, SUMMED]) is None


@pytest.mark.parametrize("name", ["sum", "tm99", "p101", "p", "p99th", "IQM", "pr(1:2)"])
def test_unknown_statistic_is_refused_by_name(name: str) -> None:
    assert not is_statistic(name)
    with pytest.raises(UnknownStatisticError) as refused:
        statistic(name, POINTS)
    assert str(refused.value) == (
        f"The statistic {name} is not known here; use one of Average, Maximum, Minimum,"
        " SampleCount, Sum, or a percentile such as p99."
    )


@pytest.mark.parametrize(
    ("percent", "count"), [(99, 1_000), (50, 20), (90, 100), (10, 100), (1, 1_000), (100, 0)]
)
def test_percentile_needs_ten_samples_beyond_it(percent: float, count: float) -> None:
    assert least_sample_count(percent) == count
