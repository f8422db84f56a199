"""What state an alarm is in, and why, by the datapoints of its metric.

From "Alarm evaluation" and "Configuring how CloudWatch alarms treat missing data" in the Amazon
CloudWatch User Guide.
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from local_aws.control_plane.cloudwatch.metric_store import Metric
from local_aws.control_plane.cloudwatch.statistics import least_sample_count, percent_of

# AWS looks back further than the evaluation periods, by a number that it does not document; its
# examples show five datapoints for three periods.
_MORE_PERIODS: Final = 2


class AlarmState(StrEnum):
    """What an alarm says of its metric."""

    OK = "OK"
    ALARM = "ALARM"
    INSUFFICIENT_DATA = "INSUFFICIENT_DATA"


class MissingData(StrEnum):
    """What a period without data counts as."""

    BREACHING = "breaching"
    NOT_BREACHING = "notBreaching"
    IGNORE = "ignore"
    MISSING = "missing"


# What takes the place of missing datapoints, as AWS names it in reasons.
_FILLED: Final = {MissingData.BREACHING: "Breaching", MissingData.NOT_BREACHING: "NonBreaching"}


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a value is compared with the threshold, and how AWS puts it into words."""

    breaches: Callable[[float, float], bool]
    words: str


COMPARISONS: Final[Mapping[str, Comparison]] = {
    "GreaterThanOrEqualToThreshold": Comparison(operator.ge, "greater than or equal to"),
    "GreaterThanThreshold": Comparison(operator.gt, "greater than"),
    "LessThanOrEqualToThreshold": Comparison(operator.le, "less than or equal to"),
    "LessThanThreshold": Comparison(operator.lt, "less than"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmRule:
    """When an alarm rings, in the words of PutMetricAlarm."""

    metric: Metric
    statistic: str
    unit: str | None
    period_seconds: int
    evaluation_periods: int
    datapoints_to_alarm: int
    comparison: Comparison
    threshold: float
    missing_data: MissingData
    ignores_few_samples: bool = False

    @property
    def range_periods(self) -> int:
        """How many periods are looked at, so that late or sparse data can be judged too."""
        return self.evaluation_periods + _MORE_PERIODS

    def is_breaching(self, datapoint: "Datapoint") -> bool:
        """Tell whether a datapoint is beyond the threshold."""
        return self.comparison.breaches(datapoint.value, self.threshold)


@dataclass(frozen=True, slots=True)
class Datapoint:
    """The statistic of one period, which begins at `time`, in seconds since the epoch."""

    time: float
    value: float
    sample_count: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """The state of an alarm, why it is so, and the datapoints that say so, the latest first."""

    state: AlarmState
    reason: str
    datapoints: tuple[Datapoint, ...] = ()


def evaluate(rule: AlarmRule, periods: Sequence[Datapoint | None]) -> Verdict | None:
    """Judge the datapoints of an alarm's metric; None leaves the alarm in the state it is in.

    Args:
        rule: When the alarm rings.
        periods: The datapoint of each period of the alarm's range, None for one without data, the
            latest period first.
    """
    datapoints = [each for each in periods if each is not None][: rule.evaluation_periods]
    missing = rule.evaluation_periods - len(datapoints)
    if not datapoints:
        return _without_data(rule)
    if _has_too_few_samples(rule, datapoints):
        return None
    breaching = [each for each in datapoints if rule.is_breaching(each)]
    filled = missing if rule.missing_data is MissingData.BREACHING else 0
    if len(breaching) + filled >= rule.datapoints_to_alarm:
        return _crossed(rule, AlarmState.ALARM, breaching, missing)
    if breaching == datapoints and rule.missing_data not in _FILLED:
        # Nothing speaks against an alarm, but it waits for as many periods as it needs.
        is_old_enough = periods.index(breaching[-1]) + 1 >= rule.datapoints_to_alarm
        if rule.missing_data is MissingData.MISSING and is_old_enough:
            return _crossed(rule, AlarmState.ALARM, breaching, missing)
        return None
    others = [each for each in datapoints if each not in breaching]
    return _crossed(rule, AlarmState.OK, others, missing)


def _has_too_few_samples(rule: AlarmRule, datapoints: Sequence[Datapoint]) -> bool:
    percent = percent_of(rule.statistic)
    if percent is None or not rule.ignores_few_samples:
        return False
    return sum(each.sample_count for each in datapoints) < least_sample_count(percent)


def _without_data(rule: AlarmRule) -> Verdict | None:
    count = rule.evaluation_periods
    match rule.missing_data:
        case MissingData.IGNORE:
            return None
        case MissingData.MISSING:
            reason = f"Insufficient Data: {_counted(count, 'datapoint')} unknown."
            return Verdict(AlarmState.INSUFFICIENT_DATA, reason)
        case MissingData.BREACHING:
            state = AlarmState.ALARM
        case MissingData.NOT_BREACHING:
            state = AlarmState.OK
    return Verdict(
        state,
        f"Threshold Crossed: no datapoints were received for {count}"
        f" {'period' if count == 1 else 'periods'} and {_treated(rule, count)}.",
    )


def _crossed(
    rule: AlarmRule, state: AlarmState, datapoints: Sequence[Datapoint], missing: int
) -> Verdict:
    is_alarm = state is AlarmState.ALARM
    parts = []
    if datapoints:
        values = ", ".join(f"{each.value} ({_written(each.time)})" for each in datapoints)
        parts.append(
            f"{len(datapoints)} out of the last {rule.evaluation_periods} datapoints [{values}]"
            f" {'was' if len(datapoints) == 1 else 'were'}{'' if is_alarm else ' not'}"
            f" {rule.comparison.words} the threshold ({rule.threshold})"
        )
    if missing and rule.missing_data in _FILLED:
        parts.append(_treated(rule, missing))
    needed, transition = rule.datapoints_to_alarm, "OK -> ALARM"
    if not is_alarm:
        needed, transition = rule.evaluation_periods - needed + 1, "ALARM -> OK"
    return Verdict(
        state,
        f"Threshold Crossed: {' and '.join(parts)} (minimum {needed}"
        f" {'datapoint' if needed == 1 else 'datapoints'} for {transition} transition).",
        tuple(datapoints),
    )


def _treated(rule: AlarmRule, count: int) -> str:
    return f"{_counted(count, 'missing datapoint')} treated as [{_FILLED[rule.missing_data]}]"


def _counted(count: int, noun: str) -> str:
    return f"1 {noun} was" if count == 1 else f"{count} {noun}s were"


def _written(time: float) -> str:
    return datetime.fromtimestamp(time, UTC).strftime("%d/%m/%y %H:%M:%S")
