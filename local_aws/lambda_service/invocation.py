"""One invocation of a function: what is asked, and what comes back."""

import asyncio
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from local_aws.request_identifiers import new_request_id

_LOG_TAIL_BYTES = 4096


class InvocationType(StrEnum):
    """How a caller invokes; see "Invoke" in the AWS Lambda API Reference."""

    REQUEST_RESPONSE = "RequestResponse"
    EVENT = "Event"
    DRY_RUN = "DryRun"


class InvocationOptions(NamedTuple):
    """What else a caller may say of an invocation.

    Attributes:
        client_context: JSON in one line, for `client_context` of the handler's context.
        trace_id: The X-Ray trace header; one is made up if there is none.
        wants_log_tail: Whether the result is to hold the end of the log.
        take_line: Is called with each line of the log as it is printed, in place of the service's
            output.
    """

    client_context: str | None = None
    trace_id: str | None = None
    wants_log_tail: bool = False
    take_line: Callable[[str], None] | None = None


class InvocationResult(NamedTuple):
    """What a function answered.

    Attributes:
        payload: Its result as JSON, or the JSON object that describes its error.
        function_error: `Unhandled` if the function failed, else None.
        executed_version: The version that ran.
        log_tail: The last 4 KB of its log, if they were asked for.
        request_id: The identifier of the invocation, empty for one that was only accepted.
        initialization_seconds: How long the Init phase of its environment took, if it was the first
            event there.
    """

    payload: bytes
    function_error: str | None
    executed_version: str = "$LATEST"
    log_tail: bytes = b""
    request_id: str = ""
    initialization_seconds: float | None = None


def new_trace_id() -> str:
    """Make an X-Ray trace header, not sampled."""
    drawn = os.urandom(20).hex()
    return f"Root=1-{int(time.time()):08x}-{drawn[:24]};Parent={drawn[24:]};Sampled=0"


class Ending(NamedTuple):
    """How an invocation ended, whether or not anybody still waited for its result.

    Attributes:
        version: The version that ran.
        has_failed: Whether the function failed.
        duration_seconds: How long it was busy with the event, or None if it could not begin.
    """

    version: str
    has_failed: bool
    duration_seconds: float | None


def ignore_ending(_ending: Ending) -> None:
    """Let an invocation end unnoticed."""


@dataclass(slots=True, eq=False)
class Invocation:
    """An invocation on its way; `result` is set once, and cancelled if nobody waits any more.

    Whoever runs it sets `duration_seconds` and `initialization_seconds` before it ends; `on_end` is
    told of its end, but not if it could not be run.
    """

    function_arn: str
    payload: bytes
    result: asyncio.Future[InvocationResult]
    client_context: str | None = None
    trace_id: str = field(default_factory=new_trace_id)
    request_id: str = field(default_factory=new_request_id)
    queued_at: float = 0.0
    log: bytearray | None = None
    take_line: Callable[[str], None] | None = None
    initialization_seconds: float | None = None
    duration_seconds: float | None = None
    on_end: Callable[[Ending], None] = ignore_ending

    def add_log_line(self, line: str) -> None:
        """Keep a line for the log tail, if that was asked for."""
        if self.log is None:
            return
        self.log += line.encode() + b"\n"
        del self.log[:-_LOG_TAIL_BYTES]

    def succeed(self, payload: bytes, *, version: str) -> None:
        """Answer with the function's result."""
        self._finish(payload, None, version)

    def fail(self, payload: bytes, *, version: str) -> None:
        """Answer with the function's error."""
        self._finish(payload, "Unhandled", version)

    def refuse(self, error: Exception) -> None:
        """Answer that the function could not be run."""
        if not self.result.done():
            self.result.set_exception(error)

    def _finish(self, payload: bytes, function_error: str | None, version: str) -> None:
        self.on_end(Ending(version, function_error is not None, self.duration_seconds))
        if not self.result.done():
            self.result.set_result(
                InvocationResult(
                    payload,
                    function_error,
                    version,
                    bytes(self.log or b""),
                    self.request_id,
                    self.initialization_seconds,
                )
            )
