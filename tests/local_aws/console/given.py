"""Requests that have ended."""

from typing import Any

from local_aws.api_gateway.access_log import AccessLog
from local_aws.api_gateway.events import Occurrence
from local_aws.api_gateway.monitoring.event_record import EventRecord

ARN = "arn:aws:lambda:us-east-1:123456789012:function:shop:live"
MESSAGE = AccessLog(
    api_id="abc123",
    stage="prod",
    event="MESSAGE",
    connection_id="L0SM9cOFvHcCIhw=",
    route_key="say",
    status=200,
    latency_milliseconds=1.236,
)


def ended(record: EventRecord | None = None, **changes: Any) -> AccessLog:
    occurrence = Occurrence("JKJaXmPLvHcESHA=", 1_000.5, record or EventRecord())
    return MESSAGE._replace(occurrence=occurrence, **changes)
