"""Records of a DynamoDB stream as the records of an event.

Their shape is that of "Using AWS Lambda with Amazon DynamoDB" in the AWS Lambda Developer Guide.
"""

import math
from collections.abc import Mapping
from typing import Any

from local_aws.event_sources.batches import Record


def record_of(record: Mapping[str, Any], stream_arn: str) -> Record:
    """Write a record of GetRecords' answer as one of an event."""
    change = dict(record["dynamodb"])
    change["ApproximateCreationDateTime"] = math.floor(change["ApproximateCreationDateTime"])
    written = {
        "eventID": record["eventID"],
        "eventName": record["eventName"],
        "eventVersion": record["eventVersion"],
        "eventSource": record["eventSource"],
        "awsRegion": record["awsRegion"],
        "dynamodb": change,
        "eventSourceARN": stream_arn,
    }
    if identity := record.get("userIdentity"):
        written["userIdentity"] = {
            "type": identity["Type"],
            "principalId": identity["PrincipalId"],
        }
    return written


def sequence_number_of(record: Record) -> str:
    """Return a record's place in its stream."""
    return str(record["dynamodb"]["SequenceNumber"])


def created_at(record: Record) -> int:
    """Return when a record was written, in seconds since the epoch."""
    return int(record["dynamodb"]["ApproximateCreationDateTime"])
