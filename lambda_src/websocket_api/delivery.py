"""Sending to many connections, of which none can spoil it for the others."""

from __future__ import annotations

import logging
import os
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from websocket_api import clients, metrics, tracing
from websocket_api.delivery_course import Course, DeadlinePassed
from websocket_api.management import YOUNG_CONNECTION_SECONDS, Throttled
from websocket_api.posting_threads import PostingThreads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from websocket_api.connections import ConnectionStore
    from websocket_api.delivery_course import Attempt
    from websocket_api.delivery_pace import Pace

__all__ = ["Delivery", "DeliveryReport", "Post", "Poster", "Throttled"]

DEFAULT_SECONDS = 5.0
"""How long a delivery without a deadline may go on trying again."""

_LOG = logging.getLogger(__name__)


class Post(Protocol):
    """What carries messages to connections: API Gateway's @connections, or a test's own.

    Several threads call it at once.
    """

    def post(self, connection_id: str, data: bytes) -> None:
        """Send one text message, of UTF-8 and at most 131,072 bytes.

        Raises:
            Gone: the connection is closed, or not open yet.
            Throttled: not now; later it may work.
        """

    def is_open(self, connection_id: str) -> bool:
        """Return whether API Gateway knows the connection as open (GetConnection)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReport:
    """What became of a message: how many connections met with which end."""

    delivered: int = 0
    """API Gateway took the message for them, which is not yet that they have read it."""
    gone: int = 0
    """They were closed; their rows are removed, except of those that have hardly opened."""
    throttled: int = 0
    """API Gateway took nothing for them before the deadline."""
    failed: int = 0
    """Two calls failed in another way, or the deadline passed before the first one."""
    queued: int = 0
    """They will be sent to later, by another invocation."""
    queued_shards: int = 0
    """Shards whose connections, of unknown number, will be sent to by other invocations."""
    message_id: str = ""
    """Of a published message: what clients tell doubles by."""
    epoch: str | None = None
    """Of a published message: which numbering the offset is of, if the channel has a history."""
    offset: int | None = None
    """Of a published message: its number in the channel, if the channel has a history."""

    def plus(self, other: DeliveryReport) -> DeliveryReport:
        """Return this report with the connections of another counted in."""
        return replace(
            self,
            delivered=self.delivered + other.delivered,
            gone=self.gone + other.gone,
            throttled=self.throttled + other.throttled,
            failed=self.failed + other.failed,
            queued=self.queued + other.queued,
            queued_shards=self.queued_shards + other.queued_shards,
        )


class Poster(Protocol):
    """What makes the posts of a delivery."""

    def post_each(self, course: Course, attempts: Sequence[Attempt]) -> None:
        """Post to each connection once, and tell the course what became of it."""


class Delivery:
    """Posts to connections, many at once, and removes the rows of those that are gone."""

    def __init__(  # noqa: PLR0913 - the clock, the pause and its length are for tests to replace
        self,
        post: Post,
        *,
        connections: ConnectionStore | None = None,
        concurrency: int = 32,
        engine: Callable[[], Poster | None] = lambda: None,
        default_deadline: Callable[[], float | None] | None = None,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] | None = None,
    ) -> None:
        """Take what posts, and where the rows of a connection found gone are removed, if anywhere.

        Args:
            post: what carries a message to one connection.
            connections: the rows of connections.
            concurrency: the most posts at once; with 1 they are made in the calling thread.
            engine: makes what posts to several connections at once, if threads are not to.
            default_deadline: gives the deadline in epoch seconds of what is sent without one, or
                None for 5 s from then; it is asked in the calling thread.
            clock: gives epoch seconds.
            sleep: waits for some seconds.
            jitter: gives a part from 0 to 1 of the longest pause, different each time.
        """
        self._post = post
        self._connections = connections
        self._threads = PostingThreads(post, concurrency=concurrency, sleep=sleep)
        self._engine = engine
        self._default_deadline = default_deadline
        self._clock = clock
        self._sleep = sleep
        self._jitter = jitter or _jitter

    def deadline(self, deadline: float | None) -> float:
        """Return a deadline, or that of a delivery which is given none, in epoch seconds."""
        if deadline is None and self._default_deadline is not None:
            deadline = self._default_deadline()
        return self._clock() + DEFAULT_SECONDS if deadline is None else deadline

    def send(
        self,
        connection_ids: Iterable[str],
        payloads: bytes | Sequence[bytes],
        *,
        deadline: float | None = None,
        on_gone: Callable[[str], object] | None = None,
        pace: Pace | None = None,
    ) -> DeliveryReport:
        """Send one message, or several in their order, to each connection once.

        A connection that is throttled is tried again after a pause that grows and varies, until the
        deadline; one whose call fails otherwise is tried once more. A message can arrive twice
        where the answer to a call got lost. Whatever a post raises ends up in the report; what
        fails in removing a gone connection's rows is logged and left to the next post and to TTL.

        Args:
            connection_ids: to whom.
            payloads: texts in UTF-8, each of at most 131,072 bytes.
            deadline: epoch seconds after which no further call begins; if not given, the default.
            on_gone: called with each connection that is gone, once its rows are removed; from
                several threads.
            pace: how fast posts may follow each other; as fast as they can if not given.
        """
        with tracing.subsegment("deliver") as annotate:
            course = self._run(connection_ids, payloads, deadline, on_gone, pace)
            for attempt in course.unreached:
                course.counts[attempt.outcome] += 1
            annotate(**course.counts)
        _log_failures([*course.failed, *course.unreached])
        return _report(course)

    def send_some(
        self,
        connection_ids: Iterable[str],
        payloads: bytes | Sequence[bytes],
        *,
        deadline: float | None = None,
        on_gone: Callable[[str], object] | None = None,
        pace: Pace | None = None,
    ) -> tuple[DeliveryReport, tuple[str, ...]]:
        """Send as ``send`` does; also return to whom it has to be sent later.

        These are the connections that the deadline cut off, throttled ones too. The report does not
        count them.
        """
        with tracing.subsegment("deliver") as annotate:
            course = self._run(connection_ids, payloads, deadline, on_gone, pace)
            annotate(**course.counts, unreached=len(course.unreached))
        _log_failures(course.failed)
        unreached = tuple([attempt.connection_id for attempt in course.unreached])
        return _report(course), unreached

    def _run(
        self,
        connection_ids: Iterable[str],
        payloads: bytes | Sequence[bytes],
        deadline: float | None,
        on_gone: Callable[[str], object] | None,
        pace: Pace | None,
    ) -> Course:
        course = Course(
            connection_ids,
            (payloads,) if isinstance(payloads, bytes) else tuple(payloads),
            deadline=self.deadline(deadline),
            is_gone=lambda connection_id: self._is_really_gone(connection_id, on_gone),
            clock=self._clock,
            jitter=self._jitter,
            pace=pace,
        )
        poster: Poster | None = None
        while attempts := course.next_round():
            if poster is None and len(attempts) > 1:  # for one, an engine is not worth its import
                poster = self._engine()
            poster = poster or self._threads
            poster.post_each(course, attempts)
            if pause := course.pause():
                self._sleep(pause)
        return course

    def _is_really_gone(self, connection_id: str, on_gone: Callable[[str], object] | None) -> bool:
        """Remove the connection's rows, but not those of a young one; False if it is open."""
        connections = self._connections
        try:
            if connections is not None:
                if connections.is_younger(connection_id, YOUNG_CONNECTION_SECONDS):
                    return not self._post.is_open(connection_id)
                connections.delete(connection_id)
            if on_gone is not None:
                on_gone(connection_id)
        except Exception as error:  # noqa: BLE001 - gone is still the answer
            _LOG.warning(
                "the rows of a gone connection were not removed",
                extra={"goneConnectionId": connection_id, "errorCode": clients.error_code(error)},
            )
        return True


def _report(course: Course) -> DeliveryReport:
    counts = course.counts
    report = DeliveryReport(
        delivered=counts["delivered"],
        gone=counts["gone"],
        throttled=counts["throttled"],
        failed=counts["failed"],
    )
    metrics.count_posts(report)
    return report


def _log_failures(ended: Sequence[Attempt]) -> None:
    """Log one line for each kind of failure, however many connections it met."""
    failures: dict[str, list[Attempt]] = {}
    for attempt in ended:
        if attempt.outcome in {"throttled", "failed"}:
            failures.setdefault(_error_code(attempt), []).append(attempt)
    for code, attempts in failures.items():
        _LOG.warning(
            "connections were not reached",
            extra={
                "errorCode": code,
                "connections": len(attempts),
                "oneConnectionId": attempts[0].connection_id,
            },
            exc_info=attempts[0].error,
        )


def _error_code(attempt: Attempt) -> str:
    if attempt.outcome == "throttled":
        return Throttled.__name__
    return DeadlinePassed.__name__ if attempt.error is None else clients.error_code(attempt.error)


def _jitter() -> float:
    # The module random costs more to import than this is worth.
    return int.from_bytes(os.urandom(2)) / 0xFFFF
