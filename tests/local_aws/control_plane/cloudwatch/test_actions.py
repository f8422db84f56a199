import json
from collections.abc import Iterator

import pytest
from moto.sns.models import Topic, sns_backends

from local_aws.control_plane.cloudwatch.actions import ActionError, actions_of, execute
from tests.local_aws.control_plane.cloudwatch.given import ACCOUNT_ID, REGION, Given, new_name


@pytest.fixture
def topic() -> Iterator[Topic]:
    backend = sns_backends[ACCOUNT_ID][REGION]
    topic = backend.create_topic(new_name())
    yield topic
    backend.delete_topic(topic.arn)


def test_each_state_has_its_own_actions(given: Given) -> None:
    alarm = given.alarm(
        alarm_actions=["ring"], ok_actions=["calm"], insufficient_data_actions=["wait"]
    )
    for state, action in (("ALARM", "ring"), ("OK", "calm"), ("INSUFFICIENT_DATA", "wait")):
        alarm.state_value = state
        assert actions_of(alarm) == [action]


def test_disabled_actions_are_none(given: Given) -> None:
    alarm = given.alarm(insufficient_data_actions=["wait"], actions_enabled=False)
    assert actions_of(alarm) == []


def test_topic_gets_a_message_about_the_alarm(given: Given, topic: Topic) -> None:
    execute(topic.arn, given.alarm(), account_id=ACCOUNT_ID, old_state="OK")
    ((_, text, subject, _, _),) = topic.sent_notifications
    assert subject == 'INSUFFICIENT_DATA: "errors" in US East (N. Virginia)'
    message = json.loads(text)
    assert (message["OldStateValue"], message["NewStateValue"]) == ("OK", "INSUFFICIENT_DATA")


def test_topic_whose_policy_does_not_name_cloudwatch_gets_no_message(
    given: Given, topic: Topic
) -> None:
    topic.policy = '{"Version": "2012-10-17", "Statement": []}'
    with pytest.raises(ActionError) as refused:
        execute(topic.arn, given.alarm(), account_id=ACCOUNT_ID, old_state="OK")
    assert str(refused.value) == (
        f"CloudWatch Alarms is not authorized to perform: SNS:Publish on resource: {topic.arn}"
        " because no resource-based policy allows the SNS:Publish action"
    )
    assert topic.sent_notifications == []


@pytest.mark.parametrize(
    ("action", "problem"),
    [
        (
            "arn:aws:sns:us-east-1:123456789012:missing",
            "Topic arn:aws:sns:us-east-1:123456789012:missing does not exist",
        ),
        (
            "arn:aws:automate:us-east-1:ec2:stop",
            (
                "arn:aws:automate:us-east-1:ec2:stop is no topic, and the local AWS executes no"
                " other actions"
            ),
        ),
        ("topic", "topic is no topic, and the local AWS executes no other actions"),
    ],
)
def test_action_that_is_no_topic_cannot_be_executed(
    given: Given, action: str, problem: str
) -> None:
    with pytest.raises(ActionError) as refused:
        execute(action, given.alarm(), account_id=ACCOUNT_ID, old_state="OK")
    assert str(refused.value) == problem
