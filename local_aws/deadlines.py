"""Timers that are set thousands of times a second, and hardly ever go off.

A timer of the event loop for each message takes longer than most of the steps that it guards.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple


class _Pending(NamedTuple):
    """What is to happen, and when on the event loop's clock."""

    due: float
    act: Callable[[], None]


@dataclass(frozen=True, slots=True, eq=False)
class Deadline:
    """A timer that was set."""

    _pending: dict["Deadline", _Pending]

    def cancel(self) -> None:
        """Let nothing happen; once it has gone off, or was cancelled, this does nothing."""
        self._pending.pop(self, None)


class Deadlines:
    """Sets timers of a few lengths; however many there are of one, the event loop has one."""

    def __init__(self) -> None:
        """Begin; it belongs to the event loop that sets its first timer."""
        # Those of one length go off in the order in which they were set, which a dict keeps.
        self._pending: dict[float, dict[Deadline, _Pending]] = {}

    def set(self, seconds: float, act: Callable[[], None]) -> Deadline:
        """Do something, which must not raise, after so many seconds, unless that is cancelled."""
        loop = asyncio.get_running_loop()
        pending = self._pending.get(seconds)
        if pending is None:
            pending = self._pending[seconds] = {}
            loop.call_later(seconds, self._go_off, seconds)
        deadline = Deadline(pending)
        pending[deadline] = _Pending(loop.time() + seconds, act)
        return deadline

    def _go_off(self, seconds: float) -> None:
        """Do what is due, and wait for the next one, if there is one."""
        loop = asyncio.get_running_loop()
        pending = self._pending[seconds]
        for deadline, (due, act) in tuple(pending.items()):
            if due > loop.time():
                loop.call_at(due, self._go_off, seconds)
                return
            if deadline in pending:  # none before has cancelled it
                del pending[deadline]
                act()
        del self._pending[seconds]
