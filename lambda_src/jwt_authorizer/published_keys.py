"""The keys that an issuer publishes, kept in memory."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from jwt_authorizer.download import DownloadFailed
from jwt_authorizer.key_set import InvalidKeySet, Key, KeySet

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

MINIMUM_SECONDS_BETWEEN_DOWNLOADS = 10
"""However many tokens name keys that nobody knows, the issuer is asked no more often."""

_LOG = logging.getLogger(__name__)


class KeysUnavailable(Exception):
    """The issuer's keys are not to be had, so that no token can be told valid."""


class PublishedKeys:
    """Finds keys among those that were published a while ago at most.

    A key that is not among them is looked for anew, as an issuer may begin to sign with it at any
    time. Not for several threads: an execution environment handles one event at a time.
    """

    def __init__(
        self,
        download: Callable[[], bytes],
        *,
        algorithms: Collection[str],
        cache_seconds: int,
        clock: Callable[[], float],
    ) -> None:
        """Take what downloads the key set, and for how long that is taken from memory.

        ``clock`` gives epoch seconds, and no monotonic time, which may stand still while Lambda has
        the execution environment frozen.
        """
        self._download = download
        self._algorithms = algorithms
        self._cache_seconds = cache_seconds
        self._pause_seconds = min(cache_seconds, MINIMUM_SECONDS_BETWEEN_DOWNLOADS)
        self._clock = clock
        self._keys: KeySet | None = None
        self._downloaded_at = 0.0
        self._asked_at: float | None = None

    def find(self, key_id: str | None, algorithm: str) -> Key | None:
        """Return the key with this ID that verifies this algorithm, if the issuer publishes it.

        Raises:
            KeysUnavailable: keys that are new enough were neither in memory nor to be had.
        """
        now = self._clock()
        may_ask = self._asked_at is None or not _is_within(
            self._pause_seconds, since=self._asked_at, now=now
        )
        if self._keys and _is_within(self._cache_seconds, since=self._downloaded_at, now=now):
            key = self._keys.find(key_id, algorithm)
            if key or not may_ask:
                return key
        elif not may_ask:
            raise KeysUnavailable("The issuer's keys could not be had a moment ago.")
        return self._refresh(now).find(key_id, algorithm)

    def _refresh(self, now: float) -> KeySet:
        self._asked_at = now
        try:
            keys = KeySet.parse(self._download(), algorithms=self._algorithms)
        except (DownloadFailed, InvalidKeySet) as error:
            raise KeysUnavailable(f"The issuer's keys could not be had: {error}.") from error
        self._keys, self._downloaded_at = keys, now
        _LOG.info("keys downloaded", extra={"keys": len(keys.keys), "ignoredKeys": keys.ignored})
        return keys


def _is_within(seconds: int, *, since: float, now: float) -> bool:
    # A clock that was set back must not keep keys for longer.
    return 0 <= now - since < seconds
