from datetime import UTC, datetime
from typing import Any

import pytest
from moto.cloudwatch.exceptions import (
    InvalidFormat,
    InvalidParameterValue,
    ResourceNotFound,
    ValidationError,
)
from moto.cloudwatch.models import Alarm

from local_aws.control_plane.cloudwatch.backend import Backend
from tests.local_aws.control_plane.cloudwatch.given import NOON, Given

START, END = (datetime.fromtimestamp(NOON + offset, UTC) for offset in (-600, 600))


def query(identifier: str = "errors", stat: str = "Sum", **changes: Any) -> dict[str, Any]:
    dimensions = [{"Name": "FunctionName", "Value": "greeter"}]
    metric = {"Namespace": "AWS/Lambda", "MetricName": "Errors", "Dimensions": dimensions}
    return {
        "Id": identifier,
        "MetricStat": {"Metric": metric, "Period": 60, "Stat": stat},
        **changes,
    }


def values(backend: Backend, **options: Any) -> list[float]:
    (found,) = backend.get_metric_data([query()], START, END, **options)
    return list(found["Values"])


def test_sum_is_of_exactly_the_dimensions_that_are_asked_for(given: Given) -> None:
    given.errors(1)
    given.errors(10, FunctionName="greeter", Resource="greeter")
    given.errors(100, FunctionName="other")
    assert values(given.backend) == [1.0]


def test_latest_period_comes_first_unless_told_otherwise(given: Given) -> None:
    given.errors(1)
    given.clock.now += 120
    given.errors(2)
    assert values(given.backend) == [2.0, 1.0]
    assert values(given.backend, scan_by="TimestampAscending") == [1.0, 2.0]


def test_query_that_returns_no_data_is_left_out(given: Given) -> None:
    queries = [query("hidden", ReturnData=False), query(Label="of today"), query("p99", "p99")]
    found = given.backend.get_metric_data(queries, START, END)
    assert [each["Label"] for each in found] == ["of today", "Errors p99"]


def test_metric_math_is_refused_as_it_would_be_wrong(given: Given) -> None:
    with pytest.raises(ValidationError, match="computes no expression such as errors \\* 2; ask"):
        given.backend.get_metric_data([{"Id": "e", "Expression": "errors * 2"}], START, END)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"start_time": END, "end_time": START}, "StartTime must be less than"),
        ({"queries": [query(stat="tm99")]}, "The statistic tm99 is not known here"),
    ],
)
def test_wrong_query_is_refused(given: Given, changes: dict[str, Any], problem: str) -> None:
    asked = {"queries": [query()], "start_time": START, "end_time": END, **changes}
    with pytest.raises(InvalidParameterValue, match=problem):
        given.backend.get_metric_data(**asked)


def test_period_of_nothing_is_refused(given: Given) -> None:
    asked = query()
    asked["MetricStat"]["Period"] = 0
    with pytest.raises(InvalidParameterValue, match="Period must be greater than 0"):
        given.backend.get_metric_data([asked], START, END)


def test_none_of_some_values_is_kept_if_one_is_wrong(given: Given) -> None:
    fine = {"MetricName": "Errors", "Value": 1.0}
    with pytest.raises(InvalidParameterValue):
        given.backend.put_metric_data("AWS/Lambda", [fine, {**fine, "Value": float("nan")}])
    assert "AWS/Lambda" not in {metric.namespace for metric in given.backend.get_all_metrics()}


def test_each_metric_is_listed_once(given: Given) -> None:
    for _ in range(2):
        given.errors(1)
        given.errors(1, FunctionName="greeter", Resource="greeter")
    found = given.backend.get_filtered_metrics("Errors", "AWS/Lambda", [])
    assert [{each.name: each.value for each in metric.dimensions} for metric in found] == [
        {"FunctionName": "greeter"},
        {"FunctionName": "greeter", "Resource": "greeter"},
    ]


def test_state_that_is_set_holds_until_the_next_evaluation(given: Given) -> None:
    alarm = given.alarm()
    given.backend.set_alarm_state("errors", "a drill", None, "ALARM")
    assert (alarm.state_value, alarm.state_reason) == ("ALARM", "a drill")
    given.evaluate_after(1)
    assert alarm.state_value == "OK"


@pytest.mark.parametrize(
    ("name", "data", "state", "error"),
    [
        ("missing", None, "ALARM", ResourceNotFound),
        ("errors", "{", "ALARM", InvalidFormat),
        ("errors", None, "RINGING", ValidationError),
    ],
)
def test_wrong_state_is_refused(
    given: Given, name: str, data: str | None, state: str, error: type[Exception]
) -> None:
    alarm = given.alarm()
    with pytest.raises(error):
        given.backend.set_alarm_state(name, "a drill", data, state)
    assert alarm.state_value == "INSUFFICIENT_DATA"


def test_alarm_that_is_deleted_during_an_evaluation_is_not_evaluated(
    given: Given, monkeypatch: pytest.MonkeyPatch
) -> None:
    evaluated = list[str]()

    def evaluate(alarm: Alarm) -> None:
        evaluated.append(alarm.name)
        given.backend.delete_alarms(["other"])

    monkeypatch.setattr(given.backend.states, "evaluate", evaluate)
    given.alarm()
    given.alarm(name="other")
    given.backend.evaluate_alarms()
    assert evaluated == ["errors"]
