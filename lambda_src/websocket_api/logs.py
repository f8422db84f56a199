"""Structured logs: one JSON object a line on standard output, from which CloudWatch Logs reads.

The members are those of Lambda's own JSON log format (Working with Lambda function logs), and the
connection's ID. Modules log through ``logging.getLogger(__name__)`` and put what they have to say
into ``extra``; message bodies do not belong there.
"""

from __future__ import annotations

import json
import logging
import sys
import time
import traceback
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from websocket_api import environment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from contextlib import AbstractContextManager

_FIELDS: ContextVar[Mapping[str, object]] = ContextVar("fields", default=MappingProxyType({}))
# Those of every record, and those that the filter of Lambda's own handler adds.
_RECORD_ATTRIBUTES = frozenset(
    {*vars(logging.makeLogRecord({})), "aws_request_id", "tenant_id"},
)
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
            **_FIELDS.get(),
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

    It takes the place of the handlers there are: Lambda's own would write each line once more. It
    takes over their filters, by which a logger that writes its lines itself keeps them from being
    written again.
    """
    handler = logging.StreamHandler(sys.stdout)
    handler.filters = [each for former in logging.root.handlers for each in former.filters]
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for name in _SDK_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)


@contextmanager
def fields(**members: object) -> Iterator[None]:
    """Add members to every line logged inside; they take the place of outer ones."""
    token = _FIELDS.set({**_FIELDS.get(), **members})
    try:
        yield
    finally:
        _FIELDS.reset(token)


def invocation(context: object, **members: object) -> AbstractContextManager[None]:
    """Name the invocation, and add other members, in every line logged inside.

    ``requestId`` is Lambda's, which its own lines bear too; ``traceId`` is X-Ray's, if the
    invocation is traced.

    Args:
        context: the context object that Lambda passed along.
        members: what else is the same in all those lines.
    """
    trace = environment.trace_header()
    if trace is not None:
        members["traceId"] = trace.partition("Root=")[2].partition(";")[0]
    return fields(requestId=getattr(context, "aws_request_id", ""), **members)


def event_invocation(event: Mapping[str, Any], context: object) -> AbstractContextManager[None]:
    """Name the invocation and the connection in every line logged inside.

    ``apiRequestId`` is API Gateway's, which an error frame shows to the client.

    Args:
        event: what API Gateway invoked the function with, parsed before.
        context: the context object that Lambda passed along.
    """
    request = event["requestContext"]
    return invocation(
        context,
        apiRequestId=request.get("requestId") or "",
        connectionId=request["connectionId"],
        routeKey=request.get("routeKey") or "",
    )


def _timestamp(seconds: float) -> str:
    milliseconds = int(seconds * 1000)
    whole = time.gmtime(milliseconds // 1000)
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', whole)}.{milliseconds % 1000:03d}Z"
