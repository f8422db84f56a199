"""Structured logs: one JSON object a line on standard output, from which CloudWatch Logs reads.

The members are those of Lambda's own JSON log format (Working with Lambda function logs), and the
connection's ID. Modules log through ``logging.getLogger(__name__)`` and put what they have to say
into ``extra``; message bodies do not belong there.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from websocket_api.events import Event

_INVOCATION: ContextVar[Mapping[str, str]] = ContextVar("invocation", default=MappingProxyType({}))
_RECORD_ATTRIBUTES = frozenset(vars(logging.makeLogRecord({})))
# Below WARNING these write whole requests, with their bodies and signatures.
_SDK_LOGGERS = ("boto3", "botocore", "urllib3")


class JsonFormatter(logging.Formatter):
    """Writes a record as one line of JSON; what JSON cannot hold is written as ``str`` gives it."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, without an end of line."""
        entry: dict[str, Any] = {
            "timestamp": _timestamp(record.created),
            "level": record.levelname,
            "message": record.getMessage(),
            "logger": record.name,
            **_INVOCATION.get(),
        }
        if record.exc_info and record.exc_info[1]:
            error = record.exc_info[1]
            entry["errorType"] = type(error).__name__
            entry["errorMessage"] = str(error)
            entry["stackTrace"] = traceback.format_tb(error.__traceback__)
        for name, value in vars(record).items():
            if name not in _RECORD_ATTRIBUTES:
                entry.setdefault(name, value)
        return json.dumps(entry, default=str)


def configure(level: str) -> None:
    """Send the logs of this process to standard output as JSON, from ``level`` on.

    It takes the place of the handlers there are: Lambda's own would write each line once more.
    """
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for name in _SDK_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)


@contextmanager
def invocation(event: Event, context: object) -> Iterator[None]:
    """Name the invocation and the connection in every line logged inside.

    ``requestId`` is Lambda's, which its own lines bear too; ``apiRequestId`` is API Gateway's,
    which an error frame shows to the client.

    Args:
        event: what the function was invoked with.
        context: the context object that Lambda passed along.
    """
    token = _INVOCATION.set(
        {
            "requestId": getattr(context, "aws_request_id", ""),
            "apiRequestId": event.request_id,
            "connectionId": event.connection_id,
            "routeKey": event.route_key,
        }
    )
    try:
        yield
    finally:
        _INVOCATION.reset(token)


def _timestamp(seconds: float) -> str:
    instant = datetime.fromtimestamp(seconds, tz=UTC)
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")
