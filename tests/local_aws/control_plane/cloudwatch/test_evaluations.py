import threading

import pytest

from local_aws.control_plane.cloudwatch import evaluations
from local_aws.control_plane.cloudwatch.evaluations import evaluate_alarms, evaluated_alarms
from tests.local_aws.control_plane.cloudwatch.given import Given


def test_alarms_of_every_account_and_region_are_evaluated(
    given: Given, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Given()
    monkeypatch.setattr(
        evaluations,
        "cloudwatch_backends",
        {"123456789012": {"us-east-1": given.backend}, "2": {"eu-west-1": other.backend}},
    )
    alarms = [given.alarm(), other.alarm()]
    evaluate_alarms()
    assert [alarm.state_value for alarm in alarms] == ["OK", "OK"]


def test_evaluation_goes_on_after_one_that_failed(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    evaluated, enough = list[int](), threading.Event()

    def evaluate() -> None:
        evaluated.append(1)
        if len(evaluated) == 1:
            raise ValueError
        enough.set()

    monkeypatch.setattr(evaluations, "evaluate_alarms", evaluate)
    with evaluated_alarms(0.001):
        assert enough.wait(20)
    assert "Alarms could not be evaluated" in caplog.text
    assert not any(thread.name == "alarms" for thread in threading.enumerate())
