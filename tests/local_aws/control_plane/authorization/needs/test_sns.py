from typing import Any

import pytest

from tests.local_aws.control_plane.authorization.needs.given import PLACE, needed

TOPIC = f"arn:aws:sns:{PLACE}:news"


@pytest.mark.parametrize(
    ("operation", "parameters", "expected"),
    [
        ("Publish", {"TopicArn": TOPIC}, ("SNS:Publish", TOPIC)),
        ("Publish", {"PhoneNumber": "+1"}, ("SNS:Publish", "+1")),
        ("ListTopics", {}, ("SNS:ListTopics", "*")),
        ("PublishBatch", {"TopicArn": TOPIC}, ("SNS:Publish", TOPIC)),
        ("CreateTopic", {"Name": "news"}, ("SNS:CreateTopic", TOPIC)),
        ("Unsubscribe", {"SubscriptionArn": f"{TOPIC}:u1"}, ("SNS:Unsubscribe", TOPIC)),
    ],
)
def test_call_needs_its_topic(
    operation: str, parameters: dict[str, Any], expected: tuple[str, str]
) -> None:
    assert needed("sns", operation, **parameters) == [expected]
