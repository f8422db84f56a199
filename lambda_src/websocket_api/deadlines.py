"""Until when the work of an event has to be done, known wherever the work is."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MARGIN_SECONDS = 1.0
"""What is left of the function's time for its own answer."""

# Each thread and each task has its own, so that events handled at once do not mix.
_DEADLINE: ContextVar[float | None] = ContextVar("deadline", default=None)


def current() -> float | None:
    """Return the deadline of the event that is being handled, in epoch seconds, if it has one."""
    return _DEADLINE.get()


@contextmanager
def deadline_of(context: Any, *, clock: Callable[[], float]) -> Iterator[None]:
    """Take over the deadline of the function, less a margin, for the work inside.

    Args:
        context: the context object that Lambda passed along; anything else has no deadline.
        clock: gives epoch seconds.
    """
    remaining = getattr(context, "get_remaining_time_in_millis", None)
    deadline = None if remaining is None else clock() + remaining() / 1000 - MARGIN_SECONDS
    token = _DEADLINE.set(deadline)
    try:
        yield
    finally:
        _DEADLINE.reset(token)
