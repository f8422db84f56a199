"""The rows of gone connections, removed beside the posts, as that takes a while."""

from __future__ import annotations

import logging
from contextvars import copy_context
from typing import TYPE_CHECKING

from websocket_api.delivery_course import ReallyGone

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

    from websocket_api.delivery_course import Attempt, Course
    from websocket_api.management import Gone

CLEANING_THREADS = 8
"""How many gone connections' rows are removed at once."""

_LOG = logging.getLogger(__name__)


class Cleaning:
    """What follows on the posts of one round that were answered with gone."""

    def __init__(self, course: Course) -> None:
        """Take the course, which knows what is to be done and hears of the end of each attempt."""
        self._course = course
        self._begun: list[tuple[Attempt, int, Gone, Future[bool]]] = []
        self._threads: ThreadPoolExecutor | None = None

    def begin(self, attempt: Attempt, posted: int, error: Gone) -> None:
        """Have the rows removed of a connection that was called gone."""
        if self._threads is None:
            from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - only if used

            self._threads = ThreadPoolExecutor(CLEANING_THREADS)
        # The lines that are logged there have the fields of the invocation, too.
        run = copy_context().run
        is_gone = self._threads.submit(run, self._course.is_gone, attempt.connection_id)
        self._begun.append((attempt, posted, error, is_gone))

    def finish(self) -> None:
        """Wait until all is done, or the deadline has passed; tell the course what came of it."""
        course, left = self._course, 0
        for attempt, posted, error, future in self._begun:
            try:
                is_gone = future.result(max(0.0, course.deadline - course.clock()))
            except TimeoutError:
                is_gone, left = True, left + 1
            course.ended(attempt, posted, ReallyGone() if is_gone else error)
        if left:
            _LOG.warning(
                "there was no time to remove the rows of gone connections",
                extra={"connections": left},
            )

    def close(self) -> None:
        """Begin nothing more, and wait for what has begun."""
        if self._threads is not None:
            self._threads.shutdown(cancel_futures=True)
