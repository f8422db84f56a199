from typing import Any

import pytest

from local_aws.control_plane.cloudwatch.alarm_evaluation import (
    COMPARISONS,
    AlarmRule,
    AlarmState,
    Datapoint,
    MissingData,
    Verdict,
    evaluate,
)
from local_aws.control_plane.cloudwatch.metric_store import Metric

NOON = 1_700_049_600.0
PERIOD = 60
NO_CHANGE = "no change"
OK, ALARM, INSUFFICIENT = "OK", "ALARM", "INSUFFICIENT_DATA"
TREATMENTS = (
    MissingData.MISSING,
    MissingData.IGNORE,
    MissingData.BREACHING,
    MissingData.NOT_BREACHING,
)


def rule(**changes: Any) -> AlarmRule:
    return AlarmRule(
        **{
            "metric": Metric("AWS/Lambda", "Errors", frozenset()),
            "statistic": "Sum",
            "unit": None,
            "period_seconds": PERIOD,
            "evaluation_periods": 1,
            "datapoints_to_alarm": 1,
            "comparison": COMPARISONS["GreaterThanOrEqualToThreshold"],
            "threshold": 1.0,
            "missing_data": MissingData.MISSING,
            **changes,
        }
    )


def periods(text: str, sample_count: float = 1.0) -> list[Datapoint | None]:
    """Write periods as AWS does, the latest last: `X` breaches, `0` does not, `-` has no data."""
    values = {"X": 2.0, "0": 0.0}
    return [
        Datapoint(NOON - number * PERIOD, values[each], sample_count) if each in values else None
        for number, each in enumerate(reversed(text.split()))
    ]


def state_of(verdict: Verdict | None) -> str:
    return NO_CHANGE if verdict is None else verdict.state.value


# The tables of "Configuring how CloudWatch alarms treat missing data": what becomes of an alarm if
# missing data is missing, ignored, breaching, or not breaching.
@pytest.mark.parametrize(
    ("data", "states"),
    [
        ("0 - X - X", (OK, OK, OK, OK)),
        ("- - - - 0", (OK, OK, OK, OK)),
        ("- - - - -", (INSUFFICIENT, NO_CHANGE, ALARM, OK)),
        ("0 X X - X", (ALARM, ALARM, ALARM, ALARM)),
        ("- - X - -", (ALARM, NO_CHANGE, ALARM, OK)),
    ],
)
def test_alarm_of_three_out_of_three(data: str, states: tuple[str, ...]) -> None:
    found = [
        evaluate(
            rule(evaluation_periods=3, datapoints_to_alarm=3, missing_data=missing), periods(data)
        )
        for missing in TREATMENTS
    ]
    assert tuple(map(state_of, found)) == states


@pytest.mark.parametrize(
    ("data", "states"),
    [
        ("0 - X - X", (ALARM, ALARM, ALARM, ALARM)),
        ("0 0 X 0 X", (ALARM, ALARM, ALARM, ALARM)),
        ("0 - X - -", (OK, OK, ALARM, OK)),
        ("- - - - 0", (OK, OK, ALARM, OK)),
        ("- - - X -", (ALARM, NO_CHANGE, ALARM, OK)),
    ],
)
def test_alarm_of_two_out_of_three(data: str, states: tuple[str, ...]) -> None:
    found = [
        evaluate(
            rule(evaluation_periods=3, datapoints_to_alarm=2, missing_data=missing), periods(data)
        )
        for missing in TREATMENTS
    ]
    assert tuple(map(state_of, found)) == states


def test_first_breaching_datapoint_does_not_ring_an_alarm_that_needs_more() -> None:
    of_two = rule(evaluation_periods=3, datapoints_to_alarm=2)
    assert evaluate(of_two, periods("- - - - X")) is None


def test_alarm_looks_back_further_than_its_evaluation_periods() -> None:
    of_one = rule(missing_data=MissingData.NOT_BREACHING)
    assert of_one.range_periods == 3
    assert state_of(evaluate(of_one, periods("X - -"))) == ALARM


@pytest.mark.parametrize(
    ("comparison", "value", "threshold", "state"),
    [
        ("GreaterThanOrEqualToThreshold", 1, 1, ALARM),
        ("GreaterThanThreshold", 1, 1, OK),
        ("GreaterThanThreshold", 1.5, 1, ALARM),
        ("LessThanOrEqualToThreshold", 1, 1, ALARM),
        ("LessThanThreshold", 1, 1, OK),
        ("LessThanThreshold", 0.5, 1, ALARM),
    ],
)
def test_value_is_compared_with_the_threshold(
    comparison: str, value: float, threshold: float, state: str
) -> None:
    compared = rule(comparison=COMPARISONS[comparison], threshold=threshold)
    assert state_of(evaluate(compared, [Datapoint(NOON, value, 1)])) == state


@pytest.mark.parametrize(
    ("sample_count", "ignores", "state"),
    [(999, True, NO_CHANGE), (1_000, True, ALARM), (1, False, ALARM)],
)
def test_percentile_of_few_samples_changes_nothing_if_the_alarm_ignores_them(
    sample_count: float, *, ignores: bool, state: str
) -> None:
    of_percentile = rule(statistic="p99", ignores_few_samples=ignores)
    assert state_of(evaluate(of_percentile, periods("X", sample_count))) == state


def test_other_statistics_are_judged_by_any_number_of_samples() -> None:
    assert state_of(evaluate(rule(ignores_few_samples=True), periods("X"))) == ALARM


@pytest.mark.parametrize(
    ("changes", "data", "reason"),
    [
        (
            {},
            "X",
            (
                "Threshold Crossed: 1 out of the last 1 datapoints [2.0 (15/11/23 12:00:00)] was"
                " greater than or equal to the threshold (1.0) (minimum 1 datapoint for OK -> ALARM"
                " transition)."
            ),
        ),
        (
            {"comparison": COMPARISONS["LessThanThreshold"], "evaluation_periods": 2},
            "X X",
            (
                "Threshold Crossed: 2 out of the last 2 datapoints [2.0 (15/11/23 12:00:00), 2.0"
                " (15/11/23 11:59:00)] were not less than the threshold (1.0) (minimum 2 datapoints"
                " for ALARM -> OK transition)."
            ),
        ),
        (
            {"evaluation_periods": 20, "missing_data": MissingData.NOT_BREACHING},
            "X",
            (
                "Threshold Crossed: 1 out of the last 20 datapoints [2.0 (15/11/23 12:00:00)] was"
                " greater than or equal to the threshold (1.0) and 19 missing datapoints were"
                " treated as [NonBreaching] (minimum 1 datapoint for OK -> ALARM transition)."
            ),
        ),
        (
            {
                "evaluation_periods": 2,
                "datapoints_to_alarm": 2,
                "missing_data": MissingData.NOT_BREACHING,
            },
            "X",
            (
                "Threshold Crossed: 1 missing datapoint was treated as [NonBreaching] (minimum 1"
                " datapoint for ALARM -> OK transition)."
            ),
        ),
        (
            {"missing_data": MissingData.BREACHING},
            "-",
            (
                "Threshold Crossed: no datapoints were received for 1 period and 1 missing"
                " datapoint was treated as [Breaching]."
            ),
        ),
        (
            {"evaluation_periods": 3, "missing_data": MissingData.NOT_BREACHING},
            "- - -",
            (
                "Threshold Crossed: no datapoints were received for 3 periods and 3 missing"
                " datapoints were treated as [NonBreaching]."
            ),
        ),
        ({}, "-", "Insufficient Data: 1 datapoint was unknown."),
        ({"evaluation_periods": 3}, "- - -", "Insufficient Data: 3 datapoints were unknown."),
    ],
)
def test_reason_is_in_the_words_of_aws(changes: dict[str, Any], data: str, reason: str) -> None:
    verdict = evaluate(rule(**changes), periods(data))
    assert verdict is not None
    assert verdict.reason == reason


def test_verdict_names_its_datapoints_the_latest_first() -> None:
    verdict = evaluate(rule(evaluation_periods=3), periods("X 0 X"))
    assert verdict == Verdict(
        AlarmState.ALARM,
        verdict.reason if verdict else "",
        (Datapoint(NOON, 2.0, 1.0), Datapoint(NOON - 2 * PERIOD, 2.0, 1.0)),
    )
