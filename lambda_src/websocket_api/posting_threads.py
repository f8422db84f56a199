"""Blocking posts, many at once on threads, or one by one in the calling one."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from websocket_api.delivery_course import DeadlinePassed, ReallyGone
from websocket_api.management import Gone, Throttled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from websocket_api.delivery import Post
    from websocket_api.delivery_course import Attempt, Course


class PostingThreads:
    """A ``Poster`` that makes blocking posts, on a few threads."""

    def __init__(self, post: Post, *, concurrency: int, sleep: Callable[[float], None]) -> None:
        """Take what posts, how often at once, and what waits for some seconds."""
        self._post = post
        self._concurrency = concurrency
        self._sleep = sleep

    def post_each(self, course: Course, attempts: Sequence[Attempt]) -> None:
        """Post to each connection once, and tell the course what became of it."""
        threads = min(self._concurrency, len(attempts))
        results: Iterable[tuple[int, Exception | None]]
        if threads == 1:
            results = (self._try(course, attempt) for attempt in attempts)
        else:
            from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - one needs none

            with ThreadPoolExecutor(threads) as pool:
                results = pool.map(partial(self._try, course), attempts)
        for attempt, (posted, error) in zip(attempts, results, strict=True):
            if error is None:
                course.delivered()
            else:
                course.ended(attempt, posted, error)

    def _try(self, course: Course, attempt: Attempt) -> tuple[int, Exception | None]:
        """Return how many payloads are posted, and what ended it early if something did."""
        posted = attempt.posted
        for payload in course.payloads[posted:]:
            if not self._may_begin(course):
                return posted, DeadlinePassed()
            try:
                self._post.post(attempt.connection_id, payload)
            except Throttled as error:
                if course.pace is not None:
                    course.pace.throttled()
                return posted, error
            except Gone as error:
                return posted, ReallyGone() if course.is_gone(attempt.connection_id) else error
            except Exception as error:  # noqa: BLE001 - the others have no part in it
                return posted, error
            posted += 1
        return posted, None

    def _may_begin(self, course: Course) -> bool:
        """Wait for the next post's turn; return whether that comes before the deadline."""
        while wait := 0.0 if course.pace is None else course.pace.take():
            if course.clock() + wait >= course.deadline:
                return False
            self._sleep(wait)
        return course.clock() < course.deadline
