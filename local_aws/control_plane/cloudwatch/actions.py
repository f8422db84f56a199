"""What alarms do as their state changes: they tell topics."""

import json
from typing import Final

from moto.cloudwatch.models import Alarm
from moto.sns.models import Topic, sns_backends

from local_aws.control_plane.cloudwatch import notification
from local_aws.control_plane.cloudwatch.topic_policy import takes_messages_of_alarms

_ARN_PARTS: Final = 6


class ActionError(Exception):
    """An action could not be executed; the message says why."""


def actions_of(alarm: Alarm) -> list[str]:
    """Return the ARNs of what an alarm does on coming into its state."""
    if not alarm.actions_enabled:
        return []
    return {
        "OK": alarm.ok_actions,
        "ALARM": alarm.alarm_actions,
        "INSUFFICIENT_DATA": alarm.insufficient_data_actions,
    }[alarm.state_value]


def execute(action: str, alarm: Alarm, *, account_id: str, old_state: str) -> None:
    """Tell a topic that an alarm has come from `old_state` into its state.

    Raises:
        ActionError: The action is no topic, there is no such topic, or it does not take messages of
            alarms.
    """
    topic = _topic(action)
    if not takes_messages_of_alarms(
        json.loads(topic.policy),
        topic_arn=topic.arn,
        alarm_arn=alarm.alarm_arn,
        account_id=account_id,
    ):
        raise ActionError(
            f"CloudWatch Alarms is not authorized to perform: SNS:Publish on resource: {topic.arn}"
            " because no resource-based policy allows the SNS:Publish action"
        )
    document = notification.message(alarm, account_id=account_id, old_state=old_state)
    text = json.dumps(document, separators=(",", ":"))
    topic.publish(text, subject=notification.subject(alarm))


def _topic(arn: str) -> Topic:
    parts = arn.split(":")
    if len(parts) != _ARN_PARTS or parts[2] != "sns":
        raise ActionError(f"{arn} is no topic, and the local AWS executes no other actions")
    _, _, _, region, account_id, _ = parts
    topic = sns_backends[account_id][region].topics.get(arn)
    if topic is None:
        raise ActionError(f"Topic {arn} does not exist")
    return topic
