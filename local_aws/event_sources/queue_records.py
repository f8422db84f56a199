"""Messages of an SQS queue as the records of an event.

Their shape is that of "Using Lambda with Amazon SQS" in the AWS Lambda Developer Guide.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local_aws.event_sources.batches import Record

_ATTRIBUTE_VALUES: Mapping[str, str] = {
    "StringValue": "stringValue",
    "BinaryValue": "binaryValue",
}


@dataclass(frozen=True, slots=True)
class QueueArn:
    """The ARN of a queue, taken apart."""

    arn: str

    @property
    def region(self) -> str:
        """The AWS Region of the queue."""
        return self.arn.split(":")[3]

    @property
    def url(self) -> str:
        """The queue's URL; a service that is called at another address goes by its path."""
        _, _, _, region, account_id, name = self.arn.split(":")
        return f"https://sqs.{region}.amazonaws.com/{account_id}/{name}"

    @property
    def is_fifo(self) -> bool:
        """Whether the queue keeps the order of its messages."""
        return self.arn.endswith(".fifo")


def record_of(message: Mapping[str, Any], queue: QueueArn) -> Record:
    """Write a message, which is one of ReceiveMessage's answer, as a record."""
    record = {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message.get("Attributes") or {},
        "messageAttributes": {
            name: _attribute(attribute)
            for name, attribute in (message.get("MessageAttributes") or {}).items()
        },
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": queue.arn,
        "awsRegion": queue.region,
    }
    if message.get("MD5OfMessageAttributes"):
        record["md5OfMessageAttributes"] = message["MD5OfMessageAttributes"]
    return record


def filtered_part(record: Record) -> Record:
    """Return a record as filters see it: a body that is a JSON object is one."""
    try:
        body = json.loads(record["body"])
    except ValueError:
        return record
    return {**record, "body": body} if isinstance(body, dict) else record


def _attribute(attribute: Mapping[str, Any]) -> dict[str, Any]:
    values = {
        name: attribute[of_message]
        for of_message, name in _ATTRIBUTE_VALUES.items()
        if attribute.get(of_message) is not None
    }
    return {
        **values,
        "stringListValues": [],
        "binaryListValues": [],
        "dataType": attribute["DataType"],
    }
