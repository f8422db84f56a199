"""Timers that are set thousands of times a second, and hardly ever go off.

A timer of the event loop for each message takes longer than most of the steps that it guards.
"""

import asyncio
from collections.abc import Callable


class Deadline:
    """A timer that was set."""

    __slots__ = ("_pending", "act", "due")

    def __init__(
        self, pending: "dict[Deadline, None]", due: float, act: Callable[[], None]
    ) -> None:
        """Join the timers of the same length; `due` is on the event loop's clock."""
        self._pending = pending
        self.due = due
        self.act = act
        pending[self] = None

    def cancel(self) -> None:
        """Let nothing happen; once it has gone off, or was cancelled, this does nothing."""
        self._pending.pop(self, None)


class Deadlines:
    """Sets timers of a few lengths; however many there are of one, the event loop has one."""

    def __init__(self) -> None:
        """Begin; it belongs to the event loop that sets its first timer."""
        # Those of one length go off in the order in which they were set, which a dict keeps.
        self._pending: dict[float, dict[Deadline, None]] = {}

    def set(self, seconds: float, act: Callable[[], None]) -> Deadline:
        """Do something, which must not raise, after so many seconds, unless that is cancelled."""
        loop = asyncio.get_running_loop()
        pending = self._pending.get(seconds)
        if pending is None:
            pending = self._pending[seconds] = {}
            loop.call_later(seconds, self._go_off, seconds)
        return Deadline(pending, loop.time() + seconds, act)

    def _go_off(self, seconds: float) -> None:
        """Do what is due, and wait for the next one, if there is one."""
        loop = asyncio.get_running_loop()
        pending = self._pending[seconds]
        for deadline in tuple(pending):
            if deadline.due > loop.time():
                loop.call_at(deadline.due, self._go_off, seconds)
                return
            if deadline in pending:  # none before has cancelled it
                del pending[deadline]
                deadline.act()
        del self._pending[seconds]
