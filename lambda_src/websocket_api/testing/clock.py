"""A clock that stands still until a test moves it."""

from __future__ import annotations


class Clock:
    """Gives epoch seconds."""

    def __init__(self, now: float) -> None:
        self._now = now

    def __call__(self) -> float:
        """Return what time it is."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Let some seconds pass."""
        self._now += seconds
