"""The rule of an alarm, from what PutMetricAlarm said of it."""

from collections.abc import Iterable, Mapping
from typing import Any

from moto.cloudwatch.models import Alarm, Dimension

from local_aws.control_plane.cloudwatch.alarm_evaluation import (
    COMPARISONS,
    AlarmRule,
    MissingData,
)
from local_aws.control_plane.cloudwatch.metric_store import Metric
from local_aws.control_plane.cloudwatch.statistics import is_statistic


class NotEvaluatedError(Exception):
    """An alarm is of a kind that is not evaluated here; the message names the kind."""


class WrongAlarmError(Exception):
    """What PutMetricAlarm says makes no alarm; the message names what is wrong."""


def check_settings(settings: Mapping[str, Any]) -> None:
    """Check what PutMetricAlarm says, by the names that moto has for it.

    Raises:
        WrongAlarmError: It makes no alarm that could be evaluated.
    """
    periods = settings.get("evaluation_periods") or 0
    if periods < 1:
        raise WrongAlarmError("EvaluationPeriods must be at least 1")
    if not 1 <= (settings.get("datapoints_to_alarm") or 1) <= periods:
        raise WrongAlarmError("DatapointsToAlarm must be from 1 to EvaluationPeriods")
    treatment = settings.get("treat_missing_data")
    if treatment and treatment not in list(MissingData):
        raise WrongAlarmError(
            f"TreatMissingData is {treatment!r:.40}; it must be one of {', '.join(MissingData)}"
        )
    if settings.get("metric_data_queries"):
        return
    if not settings.get("metric_name") or not settings.get("namespace"):
        raise WrongAlarmError("An alarm needs MetricName and Namespace, or Metrics")
    if bool(settings.get("statistic")) == bool(settings.get("extended_statistic")):
        raise WrongAlarmError("An alarm needs either Statistic or ExtendedStatistic")
    if (settings.get("period") or 0) < 1:
        raise WrongAlarmError("Period must be at least 1 second")
    if settings.get("threshold") is None:
        raise WrongAlarmError("An alarm on a metric needs a Threshold")


def rule_of(alarm: Alarm) -> AlarmRule:
    """Return when an alarm rings.

    Raises:
        NotEvaluatedError: It is about more than one metric and a threshold.
    """
    comparison = COMPARISONS.get(alarm.comparison_operator)
    if comparison is None:
        raise NotEvaluatedError("anomaly detection")
    watched = _watched(alarm)
    if not is_statistic(watched["statistic"]):
        raise NotEvaluatedError(f"the statistic {watched['statistic']}")
    return AlarmRule(
        comparison=comparison,
        threshold=float(alarm.threshold),
        evaluation_periods=int(alarm.evaluation_periods),
        datapoints_to_alarm=int(alarm.datapoints_to_alarm or alarm.evaluation_periods),
        missing_data=MissingData(alarm.treat_missing_data or MissingData.MISSING),
        ignores_few_samples=alarm.evaluate_low_sample_count_percentile == "ignore",
        **watched,
    )


def _watched(alarm: Alarm) -> dict[str, Any]:
    """Return which metric is watched, by which statistic, unit and period."""
    if not alarm.metric_data_queries:
        return {
            "metric": _metric(alarm.namespace, alarm.metric_name, alarm.dimensions),
            "statistic": str(alarm.statistic or alarm.extended_statistic),
            "unit": alarm.unit,
            "period_seconds": int(alarm.period),
        }
    if len(alarm.metric_data_queries) > 1 or alarm.metric_data_queries[0].metric_stat is None:
        raise NotEvaluatedError("metric math")
    watched = alarm.metric_data_queries[0].metric_stat
    metric = watched.metric
    return {
        "metric": _metric(metric.namespace, metric.metric_name, metric.dimensions),
        "statistic": watched.stat,
        "unit": watched.unit,
        "period_seconds": int(watched.period),
    }


def _metric(namespace: str, name: str, dimensions: Iterable[Dimension]) -> Metric:
    named = ((str(each.name), str(each.value)) for each in dimensions)
    return Metric(namespace, name, frozenset(named))
