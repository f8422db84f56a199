from local_aws.control_plane.cloudwatch.metric_store import Metric, MetricStore, Point

ERRORS = Metric("AWS/Lambda", "Errors", frozenset({("FunctionName", "greeter")}))
OF_ALIAS = Metric(
    "AWS/Lambda", "Errors", frozenset({("FunctionName", "greeter"), ("Resource", "greeter:live")})
)


def point(time: float, *values: float, unit: str = "Count") -> Point:
    return Point.of(time, unit, {value: values.count(value) for value in values})


def test_point_knows_its_sum_count_and_extremes() -> None:
    of_five = Point.of(1.0, "Count", {2.0: 3.0, 5.0: 2.0})
    assert (of_five.sample_count, of_five.sum, of_five.minimum, of_five.maximum) == (5, 16, 2, 5)


def test_points_of_other_dimensions_are_not_among_a_metrics() -> None:
    store = MetricStore()
    store.put(ERRORS, point(1, 1.0))
    store.put(OF_ALIAS, point(1, 2.0))
    assert [each.sum for each in store.points(ERRORS, 0, 10)] == [1.0]
    assert store.metrics() == [ERRORS, OF_ALIAS]


def test_points_are_found_by_time_however_late_they_came() -> None:
    store = MetricStore()
    for time in (3, 1, 2, 4):
        store.put(ERRORS, point(time, time))
    assert [each.time for each in store.points(ERRORS, 2, 4)] == [2, 3]


def test_points_of_another_unit_are_left_out() -> None:
    store = MetricStore()
    store.put(ERRORS, point(1, 1.0, unit="Seconds"))
    store.put(ERRORS, point(1, 2.0))
    assert [each.sum for each in store.points(ERRORS, 0, 10, "Count")] == [2.0]
    assert len(store.points(ERRORS, 0, 10)) == 2


def test_metric_that_was_never_put_has_no_points_and_is_not_listed() -> None:
    store = MetricStore()
    assert store.points(ERRORS, 0, 10) == []
    assert store.metrics() == []
