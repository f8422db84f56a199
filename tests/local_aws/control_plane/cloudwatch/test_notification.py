from datetime import UTC, datetime, timedelta, timezone

import pytest

from local_aws.control_plane.cloudwatch.notification import (
    message,
    region_name,
    subject,
    timestamp,
)
from tests.local_aws.control_plane.cloudwatch.given import ACCOUNT_ID, Given

TOPIC = "arn:aws:sns:us-east-1:123456789012:alarms"


def test_message_says_what_those_of_aws_say(given: Given) -> None:
    alarm = given.alarm(alarm_actions=[TOPIC], ok_actions=[TOPIC])
    given.errors(2)
    given.evaluate_after(1)
    assert message(alarm, account_id=ACCOUNT_ID, old_state="OK") == {
        "AlarmName": "errors",
        "AlarmDescription": "The function fails.",
        "AWSAccountId": ACCOUNT_ID,
        "AlarmConfigurationUpdatedTimestamp": timestamp(alarm.configuration_updated_timestamp),
        "NewStateValue": "ALARM",
        "NewStateReason": alarm.state_reason,
        "StateChangeTime": "2023-11-15T12:00:01.000+0000",
        "Region": "US East (N. Virginia)",
        "AlarmArn": "arn:aws:cloudwatch:us-east-1:123456789012:alarm:errors",
        "OldStateValue": "OK",
        "OKActions": [TOPIC],
        "AlarmActions": [TOPIC],
        "InsufficientDataActions": [],
        "Trigger": {
            "MetricName": "Errors",
            "Namespace": "AWS/Lambda",
            "StatisticType": "Statistic",
            "Statistic": "SUM",
            "Unit": None,
            "Dimensions": [{"value": "greeter", "name": "FunctionName"}],
            "Period": 60,
            "EvaluationPeriods": 1,
            "DatapointsToAlarm": 1,
            "ComparisonOperator": "GreaterThanOrEqualToThreshold",
            "Threshold": 1.0,
            "TreatMissingData": "notBreaching",
            "EvaluateLowSampleCountPercentile": "",
        },
    }


def test_percentile_is_an_extended_statistic(given: Given) -> None:
    alarm = given.alarm(statistic=None, extended_statistic="p99")
    trigger = message(alarm, account_id=ACCOUNT_ID, old_state="OK")["Trigger"]
    assert trigger["StatisticType"] == "ExtendedStatistic"
    assert trigger["ExtendedStatistic"] == "p99"


def test_sample_count_is_two_words(given: Given) -> None:
    alarm = given.alarm(statistic="SampleCount")
    trigger = message(alarm, account_id=ACCOUNT_ID, old_state="OK")["Trigger"]
    assert trigger["Statistic"] == "SAMPLE_COUNT"


def test_subject_of_a_long_name_is_cut(given: Given) -> None:
    assert len(subject(given.alarm(name="x" * 255))) == 100


@pytest.mark.parametrize(
    ("region", "name"),
    [
        ("us-east-1", "US East (N. Virginia)"),
        ("cn-north-1", "China (Beijing)"),
        ("xx-east-1", "xx-east-1"),
    ],
)
def test_region_has_a_name(region: str, name: str) -> None:
    assert region_name(region) == name


@pytest.mark.parametrize("zone", [None, UTC, timezone(timedelta(hours=2))])
def test_timestamp_is_in_milliseconds_of_utc(zone: timezone | None) -> None:
    hour = 14 if zone not in {None, UTC} else 12
    time = datetime(2023, 11, 15, hour, 0, 0, 1_999, tzinfo=zone)
    assert timestamp(time) == "2023-11-15T12:00:00.001+0000"
