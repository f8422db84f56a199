"""A limit on how long a task may wait, for waits that begin thousands of times a second."""

import asyncio
from types import TracebackType

from local_aws.deadlines import Deadlines


class TimeLimit:
    """Raises TimeoutError out of a `with` block in which its task has waited too long.

    It goes by the rules of `asyncio.timeout`: a task that others cancel meanwhile stays cancelled,
    even if its time is over at the same instant.
    """

    __slots__ = ("_cancellations", "_deadline", "_deadlines", "_is_over", "_seconds", "_task")

    def __init__(self, deadlines: Deadlines, seconds: float) -> None:
        """Prepare a limit for one block, whose timer is among the deadlines."""
        self._deadlines = deadlines
        self._seconds = seconds
        self._is_over = False

    def __enter__(self) -> None:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("Only a task can be given a limit of time")
        self._task = task
        self._cancellations = task.cancelling()
        self._deadline = self._deadlines.set(self._seconds, self._end)

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._deadline.cancel()
        if not self._is_over:
            return
        is_ours = self._task.uncancel() <= self._cancellations
        if is_ours and isinstance(error, asyncio.CancelledError):
            raise TimeoutError from error

    def _end(self) -> None:
        self._is_over = True
        self._task.cancel()
