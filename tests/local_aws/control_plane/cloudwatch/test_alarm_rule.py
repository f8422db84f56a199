from typing import Any

import pytest
from moto.cloudwatch.exceptions import ValidationError
from moto.cloudwatch.models import Dimension, MetricDataQuery, MetricStat
from moto.cloudwatch.models import Metric as WatchedMetric

from local_aws.control_plane.cloudwatch.alarm_evaluation import COMPARISONS, AlarmRule, MissingData
from local_aws.control_plane.cloudwatch.alarm_rule import NotEvaluatedError, rule_of
from local_aws.control_plane.cloudwatch.metric_store import Metric
from tests.local_aws.control_plane.cloudwatch.given import Given

ERRORS = Metric("AWS/Lambda", "Errors", frozenset({("FunctionName", "greeter")}))
WATCHED = MetricStat(
    WatchedMetric("Errors", "AWS/Lambda", [Dimension("FunctionName", "greeter")]),
    "60",
    "p99",
    "Count",
)


def query(**changes: Any) -> MetricDataQuery:
    return MetricDataQuery(
        **{
            "query_id": "m1",
            "label": "",
            "period": "60",
            "return_data": "true",
            "metric_stat": WATCHED,
            **changes,
        }
    )


def test_rule_is_what_the_alarm_says(given: Given) -> None:
    assert rule_of(given.alarm(evaluation_periods=3)) == AlarmRule(
        metric=ERRORS,
        statistic="Sum",
        unit=None,
        period_seconds=60,
        evaluation_periods=3,
        datapoints_to_alarm=3,
        comparison=COMPARISONS["GreaterThanOrEqualToThreshold"],
        threshold=1.0,
        missing_data=MissingData.NOT_BREACHING,
    )


def test_percentile_may_ignore_few_samples(given: Given) -> None:
    rule = rule_of(
        given.alarm(
            statistic=None,
            extended_statistic="p99",
            evaluate_low_sample_count_percentile="ignore",
            treat_missing_data=None,
            datapoints_to_alarm=1,
            evaluation_periods=2,
        )
    )
    assert (rule.statistic, rule.ignores_few_samples) == ("p99", True)
    assert (rule.missing_data, rule.datapoints_to_alarm) == (MissingData.MISSING, 1)


def test_one_metric_may_be_named_as_in_metric_math(given: Given) -> None:
    rule = rule_of(given.alarm(metric_data_queries=[query()]))
    assert (rule.metric, rule.statistic, rule.unit, rule.period_seconds) == (
        ERRORS,
        "p99",
        "Count",
        60,
    )


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"metric_data_queries": [query(), query(query_id="m2")]}, "metric math"),
        ({"metric_data_queries": [query(expression="m1*2", metric_stat=None)]}, "metric math"),
        ({"comparison_operator": "GreaterThanUpperThreshold"}, "anomaly detection"),
        ({"statistic": "IQM"}, "the statistic IQM"),
    ],
)
def test_alarm_of_another_kind_is_not_evaluated(
    given: Given, changes: dict[str, Any], kind: str
) -> None:
    with pytest.raises(NotEvaluatedError, match=f"^{kind}$"):
        rule_of(given.alarm(**changes))


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"evaluation_periods": None}, "EvaluationPeriods must be at least 1"),
        ({"datapoints_to_alarm": 2}, "DatapointsToAlarm must be from 1 to EvaluationPeriods"),
        (
            {"treat_missing_data": "fine"},
            (
                "TreatMissingData is 'fine'; it must be one of breaching, notBreaching, ignore,"
                " missing"
            ),
        ),
        ({"namespace": None}, "An alarm needs MetricName and Namespace, or Metrics"),
        ({"metric_name": None}, "An alarm needs MetricName and Namespace, or Metrics"),
        ({"statistic": None}, "An alarm needs either Statistic or ExtendedStatistic"),
        ({"extended_statistic": "p99"}, "An alarm needs either Statistic or ExtendedStatistic"),
        ({"period": None}, "Period must be at least 1 second"),
        ({"threshold": None}, "An alarm on a metric needs a Threshold"),
    ],
)
def test_alarm_that_could_not_be_evaluated_is_refused(
    given: Given, changes: dict[str, Any], problem: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        given.alarm(**changes)
    assert refused.value.message == problem
    assert not given.backend.alarms
