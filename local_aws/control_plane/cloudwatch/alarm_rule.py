"""The rule of an alarm, from what PutMetricAlarm said of it."""

from collections.abc import Iterable
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
