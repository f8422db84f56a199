"""What an alarm tells a topic.

From "Notifying users on alarm changes" in the Amazon CloudWatch User Guide, and from such messages.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final

from botocore.loaders import Loader
from moto.cloudwatch.models import Alarm

# "Publish" of the Amazon SNS API Reference.
_MAXIMUM_SUBJECT: Final = 100


def subject(alarm: Alarm) -> str:
    """Return the subject of a message: the alarm's state, its name, and where it is."""
    text = f'{alarm.state_value}: "{alarm.name}" in {region_name(alarm.region_name)}'
    return text[:_MAXIMUM_SUBJECT]


def message(alarm: Alarm, *, account_id: str, old_state: str) -> dict[str, Any]:
    """Return the message about an alarm that has come from `old_state` into its state."""
    return {
        "AlarmName": alarm.name,
        "AlarmDescription": alarm.description,
        "AWSAccountId": account_id,
        "AlarmConfigurationUpdatedTimestamp": timestamp(alarm.configuration_updated_timestamp),
        "NewStateValue": alarm.state_value,
        "NewStateReason": alarm.state_reason,
        "StateChangeTime": timestamp(alarm.state_updated_timestamp),
        "Region": region_name(alarm.region_name),
        "AlarmArn": alarm.alarm_arn,
        "OldStateValue": old_state,
        "OKActions": alarm.ok_actions,
        "AlarmActions": alarm.alarm_actions,
        "InsufficientDataActions": alarm.insufficient_data_actions,
        "Trigger": _trigger(alarm),
    }


def timestamp(time: datetime) -> str:
    """Write a time as alarms do, in milliseconds of UTC; one without a zone is in UTC."""
    moment = time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1_000:03d}+0000"


def region_name(region: str) -> str:
    """Return the name of a Region, such as `US East (N. Virginia)`, or its code if it has none."""
    return _region_names().get(region, region)


def _trigger(alarm: Alarm) -> dict[str, Any]:
    statistic = (
        {"StatisticType": "Statistic", "Statistic": _capitals(alarm.statistic)}
        if alarm.statistic
        else {
            "StatisticType": "ExtendedStatistic",
            "ExtendedStatistic": alarm.extended_statistic,
        }
    )
    return {
        "MetricName": alarm.metric_name,
        "Namespace": alarm.namespace,
        **statistic,
        "Unit": alarm.unit,
        "Dimensions": [{"value": each.value, "name": each.name} for each in alarm.dimensions],
        "Period": alarm.period,
        "EvaluationPeriods": alarm.evaluation_periods,
        "DatapointsToAlarm": alarm.datapoints_to_alarm or alarm.evaluation_periods,
        "ComparisonOperator": alarm.comparison_operator,
        "Threshold": alarm.threshold,
        "TreatMissingData": alarm.treat_missing_data or "missing",
        "EvaluateLowSampleCountPercentile": alarm.evaluate_low_sample_count_percentile or "",
    }


def _capitals(statistic: str) -> str:
    return "SAMPLE_COUNT" if statistic == "SampleCount" else statistic.upper()


@cache
def _region_names() -> Mapping[str, str]:
    endpoints: Mapping[str, Any] = Loader().load_data("endpoints")
    return {
        region: described["description"]
        for partition in endpoints["partitions"]
        for region, described in partition["regions"].items()
    }
