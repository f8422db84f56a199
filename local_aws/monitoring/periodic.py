"""Deliveries that wait a while for more to deliver."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable


class Periodic:
    """Delivers some time after there is something to deliver, one delivery at a time."""

    def __init__(self, deliver: Callable[[], Awaitable[None]], seconds: float) -> None:
        """Prepare.

        Args:
            deliver: Delivers everything that there is; it has to handle its own errors.
            seconds: How long it waits for more.
        """
        self._deliver = deliver
        self._seconds = seconds
        self._task: asyncio.Task[None] | None = None
        self._is_requested = False
        self._closing = asyncio.Event()

    def request(self) -> None:
        """Say that there is something to deliver; after the close nothing is."""
        if self._closing.is_set():
            return
        self._is_requested = True
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def close(self, timeout_seconds: float) -> None:
        """Deliver what there is now, within a time, and stop."""
        self._closing.set()
        task = self._task
        if task is None:
            return
        await asyncio.wait({task}, timeout=timeout_seconds)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def _run(self) -> None:
        while self._is_requested:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), self._seconds)
            self._is_requested = False
            await self._deliver()
        self._task = None
