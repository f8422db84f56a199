"""What is noted of one event while it is being handled."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple


class IntegrationRecord(NamedTuple):
    """One call of an integration.

    Attributes:
        latency_milliseconds: From the request to the answer, or to giving up.
        status: The status of the answer, or None if there is none.
        integration_status: The HTTP status of the backend itself, Lambda's for a function.
        has_failed: Whether the backend answered that it had failed.
        error: Why there is no answer that could be used, or "".
        is_mock: Whether there is no backend.
    """

    latency_milliseconds: int
    status: int | None = None
    integration_status: int | None = None
    has_failed: bool = False
    error: str = ""
    is_mock: bool = False


class Entry(NamedTuple):
    """A line of the execution log; `is_data` if it shows a payload, which data trace alone may.

    Values that are bytes are text in UTF-8, and decoded only if they are shown.
    """

    text: str
    values: tuple[object, ...]
    is_data: bool

    def __str__(self) -> str:
        return self.text % tuple(
            value.decode("utf-8", "replace") if isinstance(value, bytes) else value
            for value in self.values
        )


@dataclass(slots=True, eq=False)
class FunctionRun:
    """A function that was invoked for an event.

    It does not know the event, which would otherwise be left to the garbage collector.

    Attributes:
        function_arn: The function, as it was named.
        lines: Its log of this invocation, so far.
        initialization_seconds: How long its environment took to initialize, if the event was the
            first one there.
    """

    function_arn: str
    lines: list[str] = field(default_factory=list)
    initialization_seconds: float | None = None


def ignore_line(_record: "EventRecord", _run: FunctionRun) -> None:
    """Let a line of a function's log pass unnoticed."""


@dataclass(slots=True, eq=False)
class EventRecord:
    """Notes on one event; whoever handles it adds to them.

    Attributes:
        on_line: Is told of each line that a function has logged for it.
        entries: Lines for the execution log; None if none is kept.
        context: The event's request context.
        integration: The call of its integration, if it came to that.
        violation: How a message breaks the model of its route, or "".
        received: What came in: a message, or the body of a call.
        sent: What the client was answered by a message.
        runs: The functions that were invoked for it.
    """

    on_line: "Callable[[EventRecord, FunctionRun], None]" = ignore_line
    entries: list[Entry] | None = None
    context: Mapping[str, Any] = field(default_factory=dict)
    integration: IntegrationRecord | None = None
    violation: str = ""
    received: str | bytes = ""
    sent: bytes | None = None
    runs: tuple[FunctionRun, ...] = ()

    def begin_run(self, function_arn: str) -> FunctionRun:
        """Note that a function is invoked."""
        run = FunctionRun(function_arn)
        self.runs = (*self.runs, run)
        return run

    def take_line(self, run: FunctionRun, line: str) -> None:
        """Add a line to the log of a function."""
        run.lines.append(line)
        self.on_line(self, run)

    def note(self, text: str, *values: object) -> None:
        """Note a line whose values stand in the place of `%s`."""
        if self.entries is not None:
            self.entries.append(Entry(text, values, is_data=False))

    def trace(self, text: str, *values: object) -> None:
        """Note a line that shows a payload."""
        if self.entries is not None:
            self.entries.append(Entry(text, values, is_data=True))
