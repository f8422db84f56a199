"""What the table keeps of a channel as a whole: its number of shards, and where its history is."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from websocket_api import keys
from websocket_api.table import Below, ConditionFailed, Key

if TYPE_CHECKING:
    from collections.abc import Callable

    from websocket_api.table import Row, Table

KEEP_SECONDS = 7 * 86_400
"""How long a channel in which nothing happens is known: much longer than a connection can last."""

_SHARDS = "shards"
_EPOCH = "epoch"
_OFFSET = "offset"


@dataclass(frozen=True, slots=True)
class Position:
    """A place in the history of a channel: that of one message, or of the beginning."""

    epoch: str
    """Which numbering the offset belongs to; a channel that was forgotten begins another."""
    offset: int
    """The number of the last message before this place; 0 at the beginning."""


@dataclass(frozen=True, slots=True)
class ChannelHead:
    """One channel's own row."""

    shards: int = 1
    position: Position | None = None
    """Where the next message follows; None as long as the channel has had no history."""
    ttl: int | None = None
    """Epoch seconds after which the channel may be forgotten; None: there is no row of it."""

    @classmethod
    def from_row(cls, row: Row | None) -> ChannelHead:
        """Return the head that a row is of, or that of a channel that has none yet."""
        if row is None:
            return cls()
        epoch = row.get(_EPOCH)
        return cls(
            shards=int(row.get(_SHARDS, 1)),
            position=None if epoch is None else Position(str(epoch), int(row.get(_OFFSET, 0))),
            ttl=int(row[keys.TTL_ATTRIBUTE]),
        )


class ChannelHeads:
    """Reads and advances the rows of channels. Every method raises what the table raises."""

    def __init__(self, table: Table, *, clock: Callable[[], float]) -> None:
        self._table = table
        self._clock = clock

    def read(self, channel: str, *, consistent: bool = True) -> ChannelHead:
        """Return a channel's head; an eventually consistent read may know of fewer shards."""
        return ChannelHead.from_row(self._table.get(_key(channel), consistent=consistent))

    def next(self, channel: str) -> Position:
        """Take the next offset of a channel's history for a message; no other gets the same."""
        return self._advance(channel, 1)

    def position(self, channel: str) -> Position:
        """Return where a channel's history stands, which begins here if it has not yet."""
        position = self.read(channel).position
        return self._advance(channel, 0) if position is None else position

    def keep(self, channel: str, head: ChannelHead) -> None:
        """Have a channel's row outlast the subscriptions that are made now.

        It writes only once half of the row's time is over.
        """
        if head.ttl is not None and head.ttl < self._clock() + KEEP_SECONDS // 2:
            self._raise(channel, keys.TTL_ATTRIBUTE, self._keep_until())

    def grow(self, channel: str, shards: int) -> None:
        """Have a channel use at least so many shards, a power of two, for new subscriptions."""
        self._raise(channel, _SHARDS, shards)

    def _advance(self, channel: str, offsets: int) -> Position:
        row = self._table.update(
            _key(channel),
            values={keys.TTL_ATTRIBUTE: self._keep_until()},
            defaults={_EPOCH: os.urandom(8).hex()},
            increments={_OFFSET: offsets},
        )
        return Position(str(row[_EPOCH]), int(row[_OFFSET]))

    def _raise(self, channel: str, attribute: str, value: int) -> None:
        values = {keys.TTL_ATTRIBUTE: self._keep_until(), attribute: value}
        try:
            self._table.update(_key(channel), values=values, condition=Below(attribute, value))
        except ConditionFailed:
            # Another invocation has raised it as far already.
            return

    def _keep_until(self) -> int:
        return int(self._clock()) + KEEP_SECONDS


def _key(channel: str) -> Key:
    return Key(keys.channel_partition(channel), keys.channel_sort_key(channel))
