from typing import Any

import pytest
from moto.sns.models import Topic, sns_backends

from local_aws.control_plane.cloudwatch.topic_policy import takes_messages_of_alarms
from tests.local_aws.control_plane.cloudwatch.given import ACCOUNT_ID, REGION, new_name

TOPIC = "arn:aws:sns:us-east-1:123456789012:alarms"
ALARM = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:errors"
CLOUDWATCH = {"Service": "cloudwatch.amazonaws.com"}


def statement(**changes: Any) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Principal": CLOUDWATCH,
        "Action": "sns:Publish",
        "Resource": TOPIC,
        **changes,
    }


def takes(*statements: dict[str, Any]) -> bool:
    return takes_messages_of_alarms(
        {"Version": "2012-10-17", "Statement": list(statements)},
        topic_arn=TOPIC,
        alarm_arn=ALARM,
        account_id=ACCOUNT_ID,
    )


def test_policy_that_a_topic_has_at_first_lets_alarms_of_its_account_publish() -> None:
    topic: Topic = sns_backends[ACCOUNT_ID][REGION].create_topic(new_name())
    for account_id, expected in ((ACCOUNT_ID, True), ("999999999999", False)):
        assert expected == takes_messages_of_alarms(
            topic._policy_json, topic_arn=topic.arn, alarm_arn=ALARM, account_id=account_id
        )


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"Principal": "*"},
        {"Principal": {"AWS": ["*"]}},
        {"Principal": {"Service": ["events.amazonaws.com", "cloudwatch.amazonaws.com"]}},
        {"Condition": {"ArnLike": {"aws:SourceArn": f"{ALARM[:-6]}*"}}},
        {"Condition": {"StringEquals": {"AWS:SourceAccount": ACCOUNT_ID}}},
    ],
)
def test_statement_about_cloudwatch_lets_alarms_publish(changes: dict[str, Any]) -> None:
    assert takes(statement(**changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"Principal": {"Service": "events.amazonaws.com"}},
        {"Principal": {"AWS": "arn:aws:iam::123456789012:root"}},
        {"Principal": None},
        {"Action": "sns:Subscribe"},
        {"Resource": "arn:aws:sns:us-east-1:123456789012:other"},
        {"Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::bucket"}}},
        {"Effect": "Perhaps"},
    ],
)
def test_any_other_statement_does_not(changes: dict[str, Any]) -> None:
    assert not takes(statement(**changes))


def test_denial_wins() -> None:
    assert not takes(statement(), statement(Effect="Deny"))


def test_single_statement_need_not_be_in_a_list() -> None:
    policy = {"Version": "2012-10-17", "Statement": statement()}
    assert takes_messages_of_alarms(policy, topic_arn=TOPIC, alarm_arn=ALARM, account_id=ACCOUNT_ID)
