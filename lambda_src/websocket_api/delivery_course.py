"""The rules of delivery: who is tried when, and what becomes of whom. No I/O is done here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from websocket_api.management import Gone, Throttled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from websocket_api.delivery_pace import Pace

FIRST_PAUSE_SECONDS = 0.05
LONGEST_PAUSE_SECONDS = 2.0

Outcome = Literal["delivered", "gone", "throttled", "failed"]


class DeadlinePassed(Exception):
    """The deadline passed before a post could begin."""


class ReallyGone(Exception):
    """API Gateway called the connection gone, and so does ``Course.is_gone``."""


class Attempt(NamedTuple):
    """How far one connection has got."""

    connection_id: str
    posted: int = 0
    """How many of the payloads API Gateway has taken."""
    outcome: Outcome = "failed"
    """What is reported if nothing more is tried."""
    failures: int = 0
    """How many posts failed otherwise than by being throttled."""
    error: Exception | None = None
    """The last of these failures."""


class Course:
    """One delivery. It goes in rounds: each tries those that are still waiting, all at once.

    Whoever does the posts tells it of the end of each attempt, in one thread: ``delivered`` or
    ``ended``.
    """

    def __init__(  # noqa: PLR0913 - what a delivery is made of
        self,
        connection_ids: Iterable[str],
        payloads: Sequence[bytes],
        *,
        deadline: float,
        is_gone: Callable[[str], bool],
        clock: Callable[[], float],
        jitter: Callable[[], float],
        pace: Pace | None = None,
    ) -> None:
        """Take who is sent what.

        Args:
            connection_ids: to whom; doubles count once.
            payloads: what each is sent, in this order.
            deadline: epoch seconds after which no further post begins.
            is_gone: asked after API Gateway called a connection gone; it may do I/O, and be called
                from any thread.
            clock: gives epoch seconds.
            jitter: gives a part from 0 to 1 of the longest pause, different each time.
            pace: how fast posts may follow each other.
        """
        self.payloads = payloads
        self.deadline = deadline
        self.is_gone = is_gone
        self.clock = clock
        self.pace = pace
        self.counts: dict[Outcome, int] = {"delivered": 0, "gone": 0, "throttled": 0, "failed": 0}
        """How many connections have met with which end."""
        self.failed: list[Attempt] = []
        """Those of which two posts failed."""
        self.unreached: list[Attempt] = []
        """Those that the deadline cut off."""
        self._waiting = [Attempt(each) for each in dict.fromkeys(connection_ids)]
        self._jitter = jitter
        self._longest_pause = FIRST_PAUSE_SECONDS

    def next_round(self) -> Sequence[Attempt]:
        """Return who is to be tried now; nobody if the delivery is over."""
        attempts, self._waiting = self._waiting, []
        return attempts

    def pause(self) -> float:
        """Return how many seconds to wait before the next round, if there is one."""
        if not self._waiting:
            return 0.0
        pause = self._longest_pause * self._jitter()
        self._longest_pause = min(2 * self._longest_pause, LONGEST_PAUSE_SECONDS)
        if self.clock() + pause < self.deadline:
            return pause
        self.unreached += self._waiting
        self._waiting = []
        return 0.0

    def delivered(self) -> None:
        """Note that a connection got all payloads."""
        self.counts["delivered"] += 1

    def ended(self, attempt: Attempt, posted: int, error: Exception) -> None:
        """Note that a connection did not get all payloads in this round.

        Args:
            attempt: as it began.
            posted: how many payloads API Gateway has taken, in earlier rounds too.
            error: ``DeadlinePassed``, ``ReallyGone``, or what a post raised.
        """
        if isinstance(error, ReallyGone):
            self.counts["gone"] += 1
        elif isinstance(error, DeadlinePassed):
            self.unreached.append(attempt._replace(posted=posted))
        elif isinstance(error, Throttled):
            self._waiting.append(attempt._replace(posted=posted, outcome="throttled"))
        else:
            outcome: Outcome = "gone" if isinstance(error, Gone) else "failed"
            after = Attempt(attempt.connection_id, posted, outcome, attempt.failures + 1, error)
            if after.failures == 1:
                self._waiting.append(after)
            else:
                self.counts[outcome] += 1
                if outcome == "failed":
                    self.failed.append(after)
