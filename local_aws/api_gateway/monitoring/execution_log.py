"""What became of an event, step by step: a stage's execution log.

From "Set up CloudWatch logging for APIs in API Gateway", and from such logs.
"""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Final

from local_aws.api_gateway.monitoring.event_record import EventRecord
from local_aws.api_gateway.monitoring.stage_settings import LoggingLevel, RouteMonitoring

# "Amazon API Gateway important notes": a longer entry is cut off.
_MAXIMUM_ENTRY_BYTES: Final = 1_024


def execution_lines(
    record: EventRecord, monitoring: RouteMonitoring, *, status: int, detail: str
) -> list[str]:
    """Return the lines of an event, as far as its route's logging level wants them.

    Args:
        record: What was noted of it.
        monitoring: What its route wants to be told.
        status: How it ended.
        detail: Why it failed, if it did.
    """
    lines: list[str] = []
    if monitoring.logging_level >= LoggingLevel.INFO:
        lines += _beginning(record)
        lines += [
            str(entry)
            for entry in record.entries or ()
            if monitoring.traces_data or not entry.is_data
        ]
    if monitoring.logging_level >= LoggingLevel.ERROR and status >= HTTPStatus.BAD_REQUEST:
        lines.append(
            f"Execution failed with status {status}: {detail or 'the integration said so'}"
        )
    if monitoring.logging_level >= LoggingLevel.INFO:
        lines.append(_end(record, status))
    request_id = record.context.get("requestId", "")
    return [_cut(f"({request_id}) {line}") for line in lines]


def _beginning(record: EventRecord) -> Iterator[str]:
    context = record.context
    identity, api_id = context.get("identity", {}), context.get("apiId")
    yield f"Extended Request Id: {context.get('extendedRequestId')}"
    yield f"Starting execution for request: {context.get('requestId')}"
    yield f"WebSocket Request Route: [{context.get('routeKey')}]"
    match context.get("eventType"):
        case "CONNECT":
            yield (
                f"Client [UserAgent: {identity.get('userAgent')}, SourceIp:"
                f" {identity.get('sourceIp')}] is connecting to WebSocket API [{api_id}]."
            )
        case "MESSAGE":
            yield (
                f"WebSocket API [{api_id}] received message from client"
                f" [Connection Id: {context.get('connectionId')}]."
            )


def _end(record: EventRecord, status: int) -> str:
    context = record.context
    client = f"[Connection Id: {context.get('connectionId')}]"
    api = f"API [{context.get('apiId')}]"
    match context.get("eventType"):
        case "CONNECT" if status < HTTPStatus.MULTIPLE_CHOICES:
            return f"Client {client} connected to {api} successfully."
        case "CONNECT":
            return f"Client {client} was refused by {api} with status code [{status}]."
        case "MESSAGE":
            return (
                f"Message from client {client} sent to {api} with response status code [{status}]."
            )
        case _:
            closing = f"{context.get('disconnectStatusCode')}: {context.get('disconnectReason')}"
            return f"Client {client} disconnected from {api}. Close reason: [{closing}]"


def _cut(line: str) -> str:
    encoded = line.encode(errors="replace")
    if len(encoded) <= _MAXIMUM_ENTRY_BYTES:
        return line
    return encoded[:_MAXIMUM_ENTRY_BYTES].decode(errors="ignore")
