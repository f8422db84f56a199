"""One round of posts, each begun when a connection is free for it."""

from __future__ import annotations

from collections import deque
from math import isqrt
from selectors import DefaultSelector
from time import monotonic
from typing import TYPE_CHECKING

from websocket_api.aws.errors import error_of
from websocket_api.aws.http_protocol import MalformedAnswer
from websocket_api.delivery_course import DeadlinePassed
from websocket_api.management import Gone, Throttled
from websocket_api.posting import meaning_of
from websocket_api.posting_cleaning import Cleaning

if TYPE_CHECKING:
    from collections.abc import Sequence

    from websocket_api.aws.connection_pool import PooledConnection
    from websocket_api.aws.http_protocol import Answer
    from websocket_api.aws.signature import SignedSeries
    from websocket_api.delivery_course import Attempt, Course
    from websocket_api.posting_engine import PostingEngine

MAXIMUM_OPENING = 16
"""How many connections are being opened at once; a small function is slow at handshakes."""
MAXIMUM_ADDRESSES = 4
"""At how many addresses of the endpoint a post is tried before it fails."""

_SWEEP_SECONDS = 0.25
_NEVER = float("inf")
# A handshake takes as much time as so many posts: for N posts, √(20 N) connections are best.
_POSTS_PER_HANDSHAKE = 20


class Slot:
    """Room for one post at a time, with a connection that is kept from one to the next."""

    __slots__ = (
        "attempt",
        "connection",
        "expires_at",
        "is_opening",
        "needs_new",
        "openings",
        "posted",
        "wants",
    )

    def __init__(self, attempt: Attempt) -> None:
        self.connection: PooledConnection | None = None
        self.wants = 0
        self.needs_new = False
        """Whether a kept connection has failed it, so that another one might, too."""
        self.is_opening = False
        self.expires_at = _NEVER
        """When its post has taken too long, if one is under way; of the monotonic clock."""
        self.begin(attempt)

    def begin(self, attempt: Attempt) -> None:
        """Go on with another attempt."""
        self.attempt = attempt
        self.posted = attempt.posted
        self.openings = 0
        """How many connections could not be opened for it."""


class PostingRun:
    """One round of a course."""

    def __init__(
        self,
        engine: PostingEngine,
        course: Course,
        attempts: Sequence[Attempt],
        series: Sequence[SignedSeries],
    ) -> None:
        """Take whom to post to, and what signs the posts of each of the course's payloads."""
        self._engine = engine
        self._course = course
        self._series = series
        self._attempts = deque(attempts)
        self._most = min(
            engine.maximum_connections, len(attempts), isqrt(_POSTS_PER_HANDSHAKE * len(attempts))
        )
        self._selector = DefaultSelector()
        self._slots: set[Slot] = set()
        self._parked: list[Slot] = []
        self._unparked_at = _NEVER
        self._opening = 0
        self._cleaning = Cleaning(course)

    def run(self) -> None:
        """Make all posts."""
        swept_at = monotonic()
        self._grow()
        while self._slots:
            now = monotonic()
            if now - swept_at >= _SWEEP_SECONDS:
                swept_at = now
                self._sweep(now)
            if now >= self._unparked_at:
                self._unpark()
            wait = min(swept_at + _SWEEP_SECONDS, self._unparked_at) - now
            for key, _ in self._selector.select(max(wait, 0.0)):
                self._advance(*key.data)
            self._grow()
        self._cleaning.finish()

    def close(self) -> None:
        """Leave nothing open, whatever happened."""
        for slot in self._slots:
            if slot.connection is not None:
                slot.connection.close()
        self._selector.close()
        self._cleaning.close()

    def _grow(self) -> None:
        """Put more slots into use, as long as they get work and their connections can be opened."""
        while (
            self._attempts
            and not self._parked
            and len(self._slots) < self._most
            and self._opening < MAXIMUM_OPENING
        ):
            slot = Slot(self._attempts.popleft())
            self._slots.add(slot)
            self._go_on(slot)

    def _go_on(self, slot: Slot) -> None:
        """Begin the next post of the slot's attempt, or of one that follows."""
        course = self._course
        while True:
            if slot.posted >= len(self._series):
                course.delivered()
            else:
                wait = 0.0 if course.pace is None else course.pace.take()
                if course.clock() + wait >= course.deadline:
                    error: Exception | None = DeadlinePassed()
                elif wait:
                    self._unparked_at = monotonic() + wait
                    self._parked.append(slot)
                    return
                else:
                    error = self._post(slot)
                if error is None:
                    return
                course.ended(slot.attempt, slot.posted, error)
            if not self._attempts:
                self._release(slot)
                return
            slot.begin(self._attempts.popleft())

    def _end(self, slot: Slot, error: Exception) -> None:
        """End the slot's attempt, and begin another one."""
        self._course.ended(slot.attempt, slot.posted, error)
        self._next(slot)

    def _next(self, slot: Slot) -> None:
        if self._attempts:
            slot.begin(self._attempts.popleft())
            self._go_on(slot)
        else:
            self._release(slot)

    def _unpark(self) -> None:
        """Go on with those that waited for the pace, the latest first: its connection is warm."""
        self._unparked_at = _NEVER
        parked, self._parked = self._parked, []
        while parked and self._unparked_at == _NEVER:
            self._go_on(parked.pop())
        self._parked = [*parked, *self._parked]

    def _post(self, slot: Slot) -> Exception | None:
        """Begin a post; return why that cannot be done, if it cannot."""
        course, connection_id = self._course, slot.attempt.connection_id
        payload = course.payloads[slot.posted]
        series = self._series[slot.posted]
        message = self._engine.message(series, connection_id, payload, course.clock())
        while True:
            try:
                connection = slot.connection or self._connect(slot)
                connection.send(message)
            except (OSError, MalformedAnswer) as error:
                if not self._is_worth_another(slot, error):
                    return self._engine.no_answer(error)
            else:
                self._watch(slot, connection)
                return None

    def _connect(self, slot: Slot) -> PooledConnection:
        connection = None if slot.needs_new else self._engine.pool.take()
        if connection is None:
            connection = self._engine.pool.open()
            slot.needs_new = False
            slot.is_opening = True
            self._opening += 1
        slot.connection = connection
        slot.wants = connection.wants
        self._selector.register(connection, slot.wants, (slot, connection))
        return connection

    def _watch(self, slot: Slot, connection: PooledConnection) -> None:
        """Wait for what the connection waits for, as long as it may take."""
        if slot.is_opening and connection.is_open:
            slot.is_opening = False
            self._opening -= 1
        engine = self._engine
        slot.expires_at = monotonic() + (
            engine.connect_seconds if slot.is_opening else engine.read_seconds
        )
        if slot.wants != connection.wants:
            slot.wants = connection.wants
            self._selector.modify(connection, slot.wants, (slot, connection))

    def _advance(self, slot: Slot, connection: PooledConnection) -> None:
        """Do what a connection can do now."""
        if slot.expires_at == _NEVER:
            # Nothing was asked, as the slot waits for the pace: this is the end, mostly.
            self._drop(slot, connection)
            return
        was_open = connection.is_open
        try:
            answer = connection.advance()
        except (OSError, MalformedAnswer) as error:
            self._break_off(slot, error)
            return
        if answer is not None:
            self._answered(slot, connection, answer)
        elif connection.wants != slot.wants or connection.is_open != was_open:
            self._watch(slot, connection)

    def _answered(self, slot: Slot, connection: PooledConnection, answer: Answer) -> None:
        if answer.is_last:
            self._drop(slot, connection)
        slot.expires_at = _NEVER
        if answer.status < 300:  # noqa: PLR2004 - success
            slot.posted += 1
            self._go_on(slot)
            return
        error = meaning_of(
            error_of("PostToConnection", answer.status, answer.headers(), answer.body),
            slot.attempt.connection_id,
        )
        if isinstance(error, Gone):
            self._cleaning.begin(slot.attempt, slot.posted, error)
            self._next(slot)
            return
        if isinstance(error, Throttled) and self._course.pace is not None:
            self._course.pace.throttled()
        self._end(slot, error)

    def _break_off(self, slot: Slot, error: Exception) -> None:
        """Give up a connection, and the attempt with it unless another connection may do better."""
        reason: Exception | None = self._engine.no_answer(error)
        if self._is_worth_another(slot, error):
            reason = self._post(slot)
        if reason is not None:
            self._end(slot, reason)

    def _is_worth_another(self, slot: Slot, error: Exception) -> bool:
        """Drop the slot's connection; return whether its post is to be made over another one.

        That is so if the other side has closed a connection that had served before, as it may, or
        if the endpoint has other addresses than the one that cannot be connected to.
        """
        connection = slot.connection
        if connection is None:
            return False
        if slot.is_opening:
            slot.openings += 1
            is_worth = slot.openings < MAXIMUM_ADDRESSES and self._engine.pool.avoid(connection)
        else:
            is_worth = slot.needs_new = (
                connection.is_reused
                and not connection.has_answer_begun
                and not isinstance(error, TimeoutError)
            )
        self._drop(slot, connection)
        return is_worth

    def _drop(self, slot: Slot, connection: PooledConnection) -> None:
        self._selector.unregister(connection)
        connection.close()
        slot.connection = None
        slot.expires_at = _NEVER
        if slot.is_opening:
            slot.is_opening = False
            self._opening -= 1

    def _release(self, slot: Slot) -> None:
        if slot.connection is not None:
            self._selector.unregister(slot.connection)
            self._engine.pool.give_back(slot.connection)
        self._slots.remove(slot)

    def _sweep(self, now: float) -> None:
        """Break off what takes too long: one look at all costs less than a timer for each."""
        for slot in [slot for slot in self._slots if slot.expires_at <= now]:
            what = "the connection did not open" if slot.is_opening else "there was no answer"
            self._break_off(slot, TimeoutError(f"{what} in time"))
