"""An event loop whose clock can be put forward, so that ten minutes of silence take no time."""

import asyncio


class MovableTimeLoop(asyncio.SelectorEventLoop):
    """Runs as any loop does; after ``advance`` all that was due by then is due at once."""

    def __init__(self) -> None:
        # asyncio's own constructor asks for the time already.
        self._advanced_seconds = 0.0
        super().__init__()

    def time(self) -> float:
        """Return the loop's time in seconds, with what it was put forward."""
        return super().time() + self._advanced_seconds

    def advance(self, seconds: float) -> None:
        """Put the clock forward; from another thread, through ``call_soon_threadsafe``.

        Whatever waits with a timeout on this loop, such as a function that is running, has waited
        that much longer too.

        Raises:
            ValueError: a clock does not go back.
        """
        if seconds < 0:
            raise ValueError(f"The clock cannot go back by {-seconds} s; advance it by 0 or more.")
        self._advanced_seconds += seconds
