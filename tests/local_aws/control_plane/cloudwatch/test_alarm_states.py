import json
import logging

import pytest

from local_aws.control_plane.cloudwatch.alarm_evaluation import AlarmState
from tests.local_aws.control_plane.cloudwatch.given import Given

MISSING_TOPIC = "arn:aws:sns:us-east-1:123456789012:missing"


def summaries(given: Given) -> list[str]:
    return [item.history_summary for item in given.backend.states.history]


def test_new_alarm_has_insufficient_data_until_it_is_evaluated(given: Given) -> None:
    alarm = given.alarm()
    assert alarm.state_value == "INSUFFICIENT_DATA"
    assert alarm.state_reason == "Unchecked: Initial alarm creation"
    given.evaluate_after(1)
    assert alarm.state_value == "OK"


def test_alarm_rings_and_is_well_again_when_its_range_has_passed(given: Given) -> None:
    alarm = given.alarm()
    given.evaluate_after(1)
    given.errors(2)
    given.evaluate_after(1)
    assert alarm.state_value == "ALARM"
    assert alarm.state_reason == (
        "Threshold Crossed: 1 out of the last 1 datapoints [2.0 (15/11/23 11:59:02)] was greater"
        " than or equal to the threshold (1.0) (minimum 1 datapoint for OK -> ALARM transition)."
    )
    assert json.loads(alarm.state_reason_data) == {
        "version": "1.0",
        "queryDate": "2023-11-15T12:00:02.000+0000",
        "startDate": "2023-11-15T11:59:02.000+0000",
        "statistic": "Sum",
        "period": 60,
        "recentDatapoints": [2.0],
        "threshold": 1.0,
        "evaluatedDatapoints": [
            {"timestamp": "2023-11-15T11:59:02.000+0000", "sampleCount": 1.0, "value": 2.0}
        ],
    }
    given.evaluate_after(180)
    assert alarm.state_value == "OK"
    assert summaries(given) == [
        'Alarm "errors" created',
        "Alarm updated from INSUFFICIENT_DATA to OK",
        "Alarm updated from OK to ALARM",
        "Alarm updated from ALARM to OK",
    ]


def test_alarm_of_one_unit_says_so(given: Given) -> None:
    alarm = given.alarm(unit="Count", treat_missing_data="breaching")
    given.evaluate_after(1)
    assert json.loads(alarm.state_reason_data)["unit"] == "Count"


def test_errors_of_an_alias_do_not_ring_the_alarm_of_the_function(given: Given) -> None:
    alarm = given.alarm()
    given.errors(5, FunctionName="greeter", Resource="greeter:live")
    given.evaluate_after(1)
    assert alarm.state_value == "OK"


def test_updated_alarm_keeps_its_state(given: Given) -> None:
    given.alarm()
    given.errors(2)
    given.evaluate_after(1)
    updated = given.alarm(threshold=3.0)
    assert updated.state_value == "ALARM"
    assert updated.state_reason.startswith("Threshold Crossed: 1 out of")
    given.evaluate_after(1)
    assert updated.state_value == "OK"
    assert 'Alarm "errors" updated' in summaries(given)


def test_deleted_alarm_is_not_evaluated(given: Given) -> None:
    alarm = given.alarm()
    given.backend.delete_alarms([alarm.name, "unknown"])
    given.evaluate_after(1)
    assert alarm.state_value == "INSUFFICIENT_DATA"
    assert summaries(given) == ['Alarm "errors" created', 'Alarm "errors" deleted']


def test_state_that_stays_is_not_told_again(given: Given) -> None:
    alarm = given.alarm()
    for _ in range(2):
        given.backend.states.change(alarm, AlarmState.OK, "because", "{}")
    assert summaries(given).count("Alarm updated from INSUFFICIENT_DATA to OK") == 1


def test_action_that_fails_is_remembered_with_its_reason(
    given: Given, caplog: pytest.LogCaptureFixture
) -> None:
    given.alarm(ok_actions=[MISSING_TOPIC])
    given.evaluate_after(1)
    item = given.backend.states.history[-1]
    assert item.history_summary == (
        f"Failed to execute action {MISSING_TOPIC}. Received error: Topic {MISSING_TOPIC} does not"
        " exist"
    )
    assert json.loads(item.history_data)["actionState"] == "Failed"
    assert f"the action {MISSING_TOPIC} failed: Topic" in caplog.text


def test_subscriber_that_fails_leaves_other_alarms_alone(
    given: Given, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ConnectionError

    monkeypatch.setattr("local_aws.control_plane.cloudwatch.alarm_states.execute", fail)
    given.alarm(ok_actions=[MISSING_TOPIC])
    other = given.alarm(name="other")
    given.evaluate_after(1)
    assert other.state_value == "OK"
    assert f"Failed to execute action {MISSING_TOPIC}. Received error: Internal failure" in (
        summaries(given)
    )
    assert "ConnectionError" in caplog.text


def test_alarm_that_is_not_evaluated_says_so_when_it_is_put(
    given: Given, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        alarm = given.alarm(extended_statistic="pr", statistic=None)
        given.evaluate_after(1)
    assert alarm.state_value == "INSUFFICIENT_DATA"
    assert caplog.messages == [
        "Alarm errors is not evaluated, as it uses the statistic pr, which the local AWS does not."
    ]


def test_change_of_a_state_is_shown(given: Given, caplog: pytest.LogCaptureFixture) -> None:
    alarm = given.alarm()
    given.evaluate_after(1)
    assert caplog.messages == [f"Alarm errors: INSUFFICIENT_DATA -> OK. {alarm.state_reason}"]
