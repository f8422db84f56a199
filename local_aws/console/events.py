"""Requests as the page gets them."""

from collections import deque
from typing import Any, Final

from local_aws.api_gateway.access_log import AccessLog
from local_aws.api_gateway.monitoring.event_record import FunctionRun

MAXIMUM_CHARACTERS: Final = 16_384
"""How much of a text is shown, so that what is kept has a limit."""

MAXIMUM_LINES: Final = 200
"""How many lines of a function's log are shown, the last ones, which share `MAXIMUM_CHARACTERS`."""


def event_of(entry: AccessLog) -> dict[str, Any]:
    """Return a request that has ended, with its payloads and what its functions logged, as JSON."""
    record = entry.occurrence.record
    return {
        "id": entry.occurrence.request_id,
        "time": entry.occurrence.time,
        "event": entry.event,
        "stage": entry.stage,
        "connection": entry.connection_id,
        "route": entry.route_key,
        "status": entry.status,
        "latency": round(entry.latency_milliseconds, 2),
        "detail": entry.detail,
        "received": _text(record.received),
        "sent": _text(record.sent or ""),
        "runs": [_run(run) for run in record.runs],
    }


def _run(run: FunctionRun) -> dict[str, Any]:
    seconds = run.initialization_seconds
    return {
        "function": run.function_arn.split(":")[6],
        "initialization": None if seconds is None else round(seconds * 1000),
        "lines": _last(run.lines),
    }


def _last(lines: list[str]) -> list[str]:
    shown: deque[str] = deque()
    left = MAXIMUM_CHARACTERS
    for line in reversed(lines[-MAXIMUM_LINES:]):
        left -= len(line)
        if left < 0 and shown:
            break
        shown.appendleft(_text(line))
    return list(shown)


def _text(payload: str | bytes) -> str:
    # A character takes four bytes at most.
    text = (
        payload
        if isinstance(payload, str)
        else payload[: 4 * MAXIMUM_CHARACTERS + 4].decode("utf-8", "replace")
    )
    return text if len(text) <= MAXIMUM_CHARACTERS else f"{text[:MAXIMUM_CHARACTERS]}…"
