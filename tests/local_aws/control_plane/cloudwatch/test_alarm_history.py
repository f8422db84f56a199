import json
from datetime import UTC, datetime

from local_aws.control_plane.cloudwatch import alarm_history
from local_aws.control_plane.cloudwatch.alarm_history import StateOfAlarm
from tests.local_aws.control_plane.cloudwatch.given import Given

NOW = datetime(2023, 11, 15, 12, tzinfo=UTC)


def test_change_of_a_state_tells_both_with_their_reasons(given: Given) -> None:
    old = StateOfAlarm("OK", "calm", '{"version": "1.0"}')
    item = alarm_history.state_update(given.alarm(), NOW, old)
    assert item.history_summary == "Alarm updated from OK to INSUFFICIENT_DATA"
    data = json.loads(item.history_data)
    assert data["oldState"] == {
        "stateValue": "OK",
        "stateReason": "calm",
        "stateReasonData": {"version": "1.0"},
    }
    assert data["newState"]["stateValue"] == "INSUFFICIENT_DATA"


def test_change_of_the_configuration_tells_its_kind(given: Given) -> None:
    for what, kind in (("created", "Create"), ("updated", "Update"), ("deleted", "Delete")):
        item = alarm_history.configuration_update(given.alarm(), NOW, what)
        assert item.history_summary == f'Alarm "errors" {what}'
        assert json.loads(item.history_data)["type"] == kind


def test_action_tells_whether_it_was_executed(given: Given) -> None:
    done = alarm_history.action(given.alarm(), NOW, "arn", None)
    assert done.history_summary == "Successfully executed action arn"
    assert json.loads(done.history_data)["actionState"] == "Succeeded"
    failed = alarm_history.action(given.alarm(), NOW, "arn", "it is gone")
    assert failed.history_summary == "Failed to execute action arn. Received error: it is gone"
