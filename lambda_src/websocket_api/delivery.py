"""Sending to many connections, of which none can spoil it for the others."""

from __future__ import annotations

import logging
import os
import time
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from websocket_api import clients
from websocket_api.management import YOUNG_CONNECTION_SECONDS, Gone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from websocket_api.connections import ConnectionStore

DEFAULT_SECONDS = 5.0
"""How long a delivery without a deadline may go on trying again."""

_FIRST_PAUSE_SECONDS = 0.05
_LONGEST_PAUSE_SECONDS = 2.0

_LOG = logging.getLogger(__name__)


class Throttled(Exception):
    """API Gateway takes no more for now: of the account, or for this connection's full buffer."""


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
        )


class _Outcome(StrEnum):
    DELIVERED = "delivered"
    GONE = "gone"
    THROTTLED = "throttled"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class _Attempt:
    """How far one connection has got."""

    connection_id: str
    outcome: _Outcome = _Outcome.FAILED
    posted: int = 0
    """How many of the payloads API Gateway has taken."""
    errors: tuple[Exception, ...] = field(default=(), repr=False)
    again: bool = True


class Delivery:
    """Posts to connections on a few threads, and removes the rows of those that are gone."""

    def __init__(  # noqa: PLR0913 - the clock, the pause and its length are for tests to replace
        self,
        post: Post,
        *,
        connections: ConnectionStore | None = None,
        concurrency: int = 32,
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
            default_deadline: gives the deadline in epoch seconds of what is sent without one, or
                None for 5 s from then; it is asked in the calling thread.
            clock: gives epoch seconds.
            sleep: waits for some seconds.
            jitter: gives a part from 0 to 1 of the longest pause, different each time.
        """
        self._post = post
        self._connections = connections
        self._concurrency = concurrency
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
            on_gone: called with each connection that is gone, once its rows are removed.
        """
        deadline = self.deadline(deadline)
        parts = (payloads,) if isinstance(payloads, bytes) else tuple(payloads)
        waiting = [_Attempt(connection_id) for connection_id in dict.fromkeys(connection_ids)]
        ended: list[_Attempt] = []
        longest_pause = _FIRST_PAUSE_SECONDS
        while waiting:
            tried = self._each(
                lambda attempt: self._try(attempt, parts, deadline, on_gone), waiting
            )
            ended += [attempt for attempt in tried if not attempt.again]
            waiting = [attempt for attempt in tried if attempt.again]
            pause = longest_pause * self._jitter()
            longest_pause = min(2 * longest_pause, _LONGEST_PAUSE_SECONDS)
            if waiting and self._clock() + pause >= deadline:
                ended += waiting
                break
            if waiting:
                self._sleep(pause)
        _log_failures(ended)
        counts = dict.fromkeys(_Outcome, 0)
        for attempt in ended:
            counts[attempt.outcome] += 1
        return DeliveryReport(
            delivered=counts[_Outcome.DELIVERED],
            gone=counts[_Outcome.GONE],
            throttled=counts[_Outcome.THROTTLED],
            failed=counts[_Outcome.FAILED],
        )

    def _each(
        self, function: Callable[[_Attempt], _Attempt], attempts: Sequence[_Attempt]
    ) -> list[_Attempt]:
        threads = min(self._concurrency, len(attempts))
        if threads == 1:
            return [function(attempt) for attempt in attempts]
        from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - one needs no threads

        with ThreadPoolExecutor(threads) as pool:
            return list(pool.map(function, attempts))

    def _try(
        self,
        attempt: _Attempt,
        parts: Sequence[bytes],
        deadline: float,
        on_gone: Callable[[str], object] | None,
    ) -> _Attempt:
        connection_id = attempt.connection_id
        for part in parts[attempt.posted :]:
            if self._clock() >= deadline:
                return replace(attempt, again=False)
            try:
                self._post.post(connection_id, part)
            except Throttled:
                return replace(attempt, outcome=_Outcome.THROTTLED)
            except Gone as error:
                if self._is_really_gone(connection_id, on_gone):
                    return replace(attempt, outcome=_Outcome.GONE, again=False)
                return _after_error(attempt, error)
            except Exception as error:  # noqa: BLE001 - the others have no part in it
                return _after_error(attempt, error)
            attempt = replace(attempt, posted=attempt.posted + 1)
        return replace(attempt, outcome=_Outcome.DELIVERED, again=False)

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


def _after_error(attempt: _Attempt, error: Exception) -> _Attempt:
    """Return the attempt after a call that failed, of which one may be made again."""
    errors = (*attempt.errors, error)
    outcome = _Outcome.GONE if isinstance(error, Gone) else _Outcome.FAILED
    return replace(attempt, outcome=outcome, errors=errors, again=len(errors) == 1)


def _log_failures(ended: Sequence[_Attempt]) -> None:
    """Log one line for each kind of failure, however many connections it met."""
    failures: dict[str, list[_Attempt]] = {}
    for attempt in ended:
        if attempt.outcome in {_Outcome.THROTTLED, _Outcome.FAILED}:
            failures.setdefault(_error_code(attempt), []).append(attempt)
    for code, attempts in failures.items():
        _LOG.warning(
            "connections were not reached",
            extra={
                "errorCode": code,
                "connections": len(attempts),
                "oneConnectionId": attempts[0].connection_id,
            },
            exc_info=attempts[0].errors[-1] if attempts[0].errors else None,
        )


def _error_code(attempt: _Attempt) -> str:
    if attempt.outcome is _Outcome.THROTTLED:
        return Throttled.__name__
    return clients.error_code(attempt.errors[-1]) if attempt.errors else "DeadlinePassed"


def _jitter() -> float:
    # The module random costs more to import than this is worth.
    return int.from_bytes(os.urandom(2)) / 0xFFFF
