from typing import Any

import pytest

from tests.local_aws.control_plane.authorization.needs.given import PLACE, needed

QUEUE = f"arn:aws:sqs:{PLACE}:work"


@pytest.mark.parametrize(
    ("operation", "parameters", "expected"),
    [
        (
            "SendMessage",
            {"QueueUrl": "http://127.0.0.1:4566/123456789012/work"},
            ("sqs:sendmessage", QUEUE),
        ),
        (
            "DeleteMessageBatch",
            {"QueueUrl": "http://127.0.0.1:4566/111111111111/work"},
            ("sqs:deletemessage", QUEUE.replace("123456789012", "111111111111")),
        ),
        ("ReceiveMessage", {"QueueUrl": "work"}, ("sqs:receivemessage", QUEUE)),
        ("CreateQueue", {"QueueName": "work"}, ("sqs:createqueue", QUEUE)),
        ("StartMessageMoveTask", {"SourceArn": QUEUE}, ("sqs:startmessagemovetask", QUEUE)),
        ("ListQueues", {}, ("sqs:listqueues", "*")),
    ],
)
def test_call_needs_its_queue(
    operation: str, parameters: dict[str, Any], expected: tuple[str, str]
) -> None:
    assert needed("sqs", operation, **parameters) == [expected]
