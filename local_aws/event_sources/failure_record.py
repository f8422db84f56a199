"""What a destination is told of records of a stream that are given up.

See "Using AWS Lambda with Amazon DynamoDB", "Retaining discarded batches", in the AWS Lambda
Developer Guide.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from local_aws.event_sources.stream_attempts import Attempt
from local_aws.event_sources.stream_records import created_at, sequence_number_of
from local_aws.lambda_service.invocation import InvocationResult
from local_aws.publication import EventSourceMapping


class Condition(StrEnum):
    """Why records are given up."""

    ATTEMPTS = "RetryAttemptsExhausted"
    AGE = "RecordAgeExceeded"


@dataclass(frozen=True, slots=True)
class GivenUp:
    """An attempt that is given up; `result` is that of the last invocation, if there was one."""

    attempt: Attempt
    condition: Condition
    result: InvocationResult | None


def failure_record(
    given_up: GivenUp, mapping: EventSourceMapping, *, shard_id: str, now: datetime
) -> dict[str, Any]:
    """Write the record of what is given up."""
    records, result = given_up.attempt.records, given_up.result
    context: dict[str, Any] = {
        "functionArn": mapping.function_arn,
        "condition": given_up.condition,
        "approximateInvokeCount": given_up.attempt.failures,
    }
    response: dict[str, Any] = {}
    if result is not None:
        context["requestId"] = result.request_id
        response = {"statusCode": 200, "executedVersion": result.executed_version}
        if result.function_error is not None:
            response["functionError"] = result.function_error
    return {
        "requestContext": context,
        "responseContext": response,
        "version": "1.0",
        "timestamp": _iso(now),
        "DDBStreamBatchInfo": {
            "shardId": shard_id,
            "startSequenceNumber": sequence_number_of(records[0]),
            "endSequenceNumber": sequence_number_of(records[-1]),
            "approximateArrivalOfFirstRecord": _arrival(records[0]),
            "approximateArrivalOfLastRecord": _arrival(records[-1]),
            "batchSize": len(records),
            "streamArn": mapping.event_source_arn,
        },
    }


def _arrival(record: dict[str, Any]) -> str:
    return _iso(datetime.fromtimestamp(created_at(record), UTC), "seconds")


def _iso(moment: datetime, precision: str = "milliseconds") -> str:
    return moment.isoformat(timespec=precision).replace("+00:00", "Z")
