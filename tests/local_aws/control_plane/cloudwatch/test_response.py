import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local_aws.control_plane.cloudwatch.given import new_name
from tests.local_aws.control_plane.conftest import ControlPlane

NAMESPACE = "Test"
NOW = datetime.now(UTC)
PATIENCE_SECONDS = 20.0


@pytest.fixture
def cloudwatch(control_plane: ControlPlane) -> Any:
    return control_plane.client("cloudwatch")


@pytest.fixture
def topic_and_queue(control_plane: ControlPlane) -> Iterator[tuple[str, str]]:
    """The ARN of a topic, and the address of a queue that it writes to."""
    name = new_name()
    topics, queues = control_plane.client("sns"), control_plane.client("sqs")
    topic_arn = topics.create_topic(Name=name)["TopicArn"]
    queue_url = queues.create_queue(QueueName=name)["QueueUrl"]
    topics.subscribe(
        TopicArn=topic_arn,
        Protocol="sqs",
        Endpoint=topic_arn.replace(":sns:", ":sqs:"),
        Attributes={"RawMessageDelivery": "true"},
    )
    yield topic_arn, queue_url
    topics.delete_topic(TopicArn=topic_arn)
    queues.delete_queue(QueueUrl=queue_url)


@pytest.fixture
def put_alarm(cloudwatch: Any) -> Iterator[Callable[..., str]]:
    """Put an alarm of a new name, with what a test says beside the least, and return the name."""
    names = list[str]()

    def put(**changes: Any) -> str:
        names.append(new_name())
        cloudwatch.put_metric_alarm(
            **{
                "AlarmName": names[-1],
                "Namespace": NAMESPACE,
                "MetricName": names[-1],
                **({} if "ExtendedStatistic" in changes else {"Statistic": "Sum"}),
                "Period": 60,
                "EvaluationPeriods": 1,
                "Threshold": 1.0,
                "ComparisonOperator": "GreaterThanOrEqualToThreshold",
                **changes,
            }
        )
        return names[-1]

    yield put
    cloudwatch.delete_alarms(AlarmNames=names)


def put(cloudwatch: Any, name: str, *values: float, **dimensions: str) -> None:
    named = [{"Name": key, "Value": value} for key, value in dimensions.items()]
    datum = {"MetricName": name, "Values": values, "Dimensions": named, "Unit": "Count"}
    cloudwatch.put_metric_data(Namespace=NAMESPACE, MetricData=[datum])


def statistics(cloudwatch: Any, name: str, **asked: Any) -> list[dict[str, Any]]:
    found = cloudwatch.get_metric_statistics(
        Namespace=NAMESPACE,
        MetricName=name,
        StartTime=NOW - timedelta(hours=1),
        EndTime=NOW + timedelta(hours=1),
        **{"Period": 7_200, **asked},
    )
    assert found["Label"] == name
    return list(found["Datapoints"])


def test_statistics_and_percentiles_are_of_the_dimensions_asked_for(cloudwatch: Any) -> None:
    name = new_name()
    put(cloudwatch, name, 1, 2, 6, Function="a")
    put(cloudwatch, name, 50, Function="a", Resource="a:live")
    (found,) = statistics(
        cloudwatch,
        name,
        Dimensions=[{"Name": "Function", "Value": "a"}],
        Statistics=["Sum", "Maximum"],
        ExtendedStatistics=["p50"],
    )
    del found["Timestamp"]
    assert found == {
        "Sum": 9.0,
        "Maximum": 6.0,
        "ExtendedStatistics": {"p50": 2.0},
        "Unit": "Count",
    }


def test_statistics_of_another_unit_are_none(cloudwatch: Any) -> None:
    name = new_name()
    put(cloudwatch, name, 1)
    assert statistics(cloudwatch, name, Statistics=["Sum"], Unit="Seconds") == []


def test_question_for_no_statistic_is_refused(cloudwatch: Any) -> None:
    with pytest.raises(ClientError, match="InvalidParameterCombination"):
        statistics(cloudwatch, new_name())


def test_question_for_too_many_datapoints_is_refused(cloudwatch: Any) -> None:
    with pytest.raises(ClientError, match="requested up to 7,200 datapoints, which exceeds"):
        statistics(cloudwatch, new_name(), Statistics=["Sum"], Period=1)


def test_alarm_that_fires_tells_its_topic(
    cloudwatch: Any,
    control_plane: ControlPlane,
    put_alarm: Callable[..., str],
    topic_and_queue: tuple[str, str],
) -> None:
    topic_arn, queue_url = topic_and_queue
    name = put_alarm(AlarmActions=[topic_arn])
    put(cloudwatch, name, 3)
    queue = control_plane.client("sqs")
    received = list[dict[str, Any]]()
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not received and time.monotonic() < deadline:
        received = queue.receive_message(QueueUrl=queue_url, WaitTimeSeconds=1).get("Messages", [])
    (message,) = (json.loads(each["Body"]) for each in received)
    assert (message["AlarmName"], message["NewStateValue"]) == (name, "ALARM")


def test_history_is_told_latest_first_and_in_pages(
    cloudwatch: Any, put_alarm: Callable[..., str]
) -> None:
    # Ignored missing data changes nothing, so that only this test does.
    name = put_alarm(TreatMissingData="ignore")
    cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="a drill")
    summaries = [f'Alarm "{name}" created', "Alarm updated from INSUFFICIENT_DATA to ALARM"]

    def history(**asked: Any) -> list[str]:
        found = cloudwatch.describe_alarm_history(AlarmName=name, **asked)
        return [each["HistorySummary"] for each in found["AlarmHistoryItems"]]

    assert history() == summaries[::-1]
    assert history(ScanBy="TimestampAscending") == summaries
    assert history(HistoryItemType="StateUpdate") == summaries[1:]
    assert history(AlarmTypes=["CompositeAlarm"]) == []
    assert history(StartDate=NOW + timedelta(days=1)) == []
    assert history(EndDate=NOW - timedelta(days=1)) == []
    first = cloudwatch.describe_alarm_history(AlarmName=name, MaxRecords=1)
    assert history(MaxRecords=1, NextToken=first["NextToken"]) == summaries[:1]
    with pytest.raises(ClientError, match="NextToken is invalid"):
        history(NextToken="-1")


def test_alarm_answers_what_it_was_put_with(cloudwatch: Any, put_alarm: Callable[..., str]) -> None:
    name = put_alarm(
        ExtendedStatistic="p99",
        EvaluateLowSampleCountPercentile="ignore",
        TreatMissingData="ignore",
        DatapointsToAlarm=1,
    )
    (alarm,) = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    assert (alarm["StateValue"], alarm["ExtendedStatistic"]) == ("INSUFFICIENT_DATA", "p99")
    assert alarm["StateReason"] == "Unchecked: Initial alarm creation"
