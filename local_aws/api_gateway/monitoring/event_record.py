"""What is noted of one event while it is being handled."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class IntegrationRecord:
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


@dataclass(frozen=True, slots=True)
class Text:
    """Bytes of a payload, which are decoded only if they are shown."""

    data: bytes

    def __str__(self) -> str:
        return self.data.decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the execution log; `is_data` if it shows a payload, which data trace alone may."""

    text: str
    values: tuple[object, ...]
    is_data: bool

    def __str__(self) -> str:
        return self.text % self.values


@dataclass(slots=True)
class EventRecord:
    """Notes on one event; whoever handles it adds to them.

    Attributes:
        context: The event's request context.
        integration: The call of its integration, if it came to that.
        violation: How a message breaks the model of its route, or "".
        entries: Lines for the execution log, put into words only if that is kept.
    """

    context: Mapping[str, Any] = field(default_factory=dict)
    integration: IntegrationRecord | None = None
    violation: str = ""
    entries: list[Entry] = field(default_factory=list)

    def note(self, text: str, *values: object) -> None:
        """Note a line whose values stand in the place of `%s`."""
        self.entries.append(Entry(text, values, is_data=False))

    def trace(self, text: str, *values: object) -> None:
        """Note a line that shows a payload."""
        self.entries.append(Entry(text, values, is_data=True))
