"""How fast posts may follow one another, so that others of the account's calls get through."""

from __future__ import annotations

import time
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

BURST_SECONDS = 0.05
"""How many seconds' worth of posts may follow each other at once after a silence."""
WINDOW_SECONDS = 0.25
"""Over how long it is watched how many posts are throttled, at least."""
WINDOW_POSTS = 10
"""Over how many posts it is watched, at least."""
THROTTLED_PART = 0.05
"""Which part of the posts may be throttled before the pace is taken as too fast."""
SLOWDOWN = 0.7
LEAST_PART = 0.02
"""The slowest pace, as a part of the given one: some posts have to find out that it is better."""
RECOVERY_SECONDS = 20.0
"""In how long the slowest pace grows to the given one if nothing is throttled."""

# A wait that rounding made too short by this much is over.
_ROUNDING = 1e-6
_LEAST_WAIT_SECONDS = 0.001


class Pace:
    """A token bucket that slows down while API Gateway throttles; threads may share it.

    API Gateway answers 429 when the account has used up its share, and when one client's buffer is
    full. So a few such answers change nothing. When they are more than a twentieth of the posts,
    the rate falls by three tenths, at most once in a quarter of a second and ten posts, and then
    grows evenly.
    """

    def __init__(self, posts_per_second: float, *, clock: Callable[[], float] = time.time) -> None:
        """Take the rate that is never exceeded, and the clock, which gives seconds.

        Raises:
            ValueError: the rate is not positive.
        """
        if posts_per_second <= 0:
            raise ValueError(f"{posts_per_second} posts per second is no pace; give more than 0.")
        self._limit = float(posts_per_second)
        self._clock = clock
        self._lock = Lock()
        self._rate = self._limit
        self._updated_at = clock()
        self._tokens = self._burst()
        self._window_ends_at = self._updated_at + self._window()
        self._posts = 0
        self._throttled = 0

    @property
    def posts_per_second(self) -> float:
        """The present rate."""
        with self._lock:
            self._update()
            return self._rate

    def take(self) -> float:
        """Return 0 if a post may begin now, which then counts, else how many seconds to wait."""
        with self._lock:
            self._update()
            missing = 1 - self._tokens
            if missing > _ROUNDING:
                return max(missing / self._rate, _LEAST_WAIT_SECONDS)
            self._tokens -= 1
            self._posts += 1
            return 0.0

    def throttled(self) -> None:
        """Note that API Gateway answered a post with 429."""
        with self._lock:
            self._update()
            self._throttled += 1

    def _update(self) -> None:
        now = self._clock()
        if now >= self._window_ends_at:
            # More than one, as a single throttled post says little when there are few.
            if self._throttled > max(1.0, THROTTLED_PART * self._posts):
                self._rate = max(self._rate * SLOWDOWN, self._limit * LEAST_PART)
            self._posts = self._throttled = 0
            self._window_ends_at = now + self._window()
        # A clock that is set back must not take tokens away.
        elapsed = max(0.0, now - self._updated_at)
        self._updated_at = now
        self._tokens = min(self._burst(), self._tokens + elapsed * self._rate)
        if self._rate < self._limit:
            growth = self._limit * (1 - LEAST_PART) / RECOVERY_SECONDS
            self._rate = min(self._limit, self._rate + elapsed * growth)

    def _burst(self) -> float:
        return max(1.0, self._rate * BURST_SECONDS)

    def _window(self) -> float:
        return max(WINDOW_SECONDS, WINDOW_POSTS / self._rate)
