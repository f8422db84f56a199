"""The latest messages of a channel, for clients that missed some.

Every message has an offset, one more than the one before, and an epoch that names the numbering.
Rows are left to TTL, which costs nothing; what the policy no longer covers is not replayed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from websocket_api import keys
from websocket_api.channel_heads import KEEP_SECONDS, Position
from websocket_api.message import Message
from websocket_api.table import all_rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from websocket_api.table import Row, Table, Value

# Rows of one channel are written by several machines: none may expire before an older one that is
# still replayed, however far apart their clocks are within this time.
_MARGIN_SECONDS = 60
_ID = "id"
_DATA = "data"
_OBJECT_KEY = "object_key"
_PUBLISHED_AT_MILLISECONDS = "published_at_ms"


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryPolicy:
    """How much of a channel can be replayed: the last ``messages`` of the last ``seconds``.

    Raises:
        ValueError: one is less than 1, or ``seconds`` more than the week for which a channel itself
            is known.
    """

    messages: int = 100
    seconds: int = 3600

    def __post_init__(self) -> None:
        if self.messages < 1:
            raise ValueError(f"HistoryPolicy(messages={self.messages}) must be 1 or more.")
        if not 1 <= self.seconds <= KEEP_SECONDS:
            raise ValueError(f"HistoryPolicy(seconds={self.seconds}) must be 1 to {KEEP_SECONDS}.")


@dataclass(frozen=True, slots=True)
class Replay:
    """The messages after a position."""

    messages: tuple[Message, ...]
    """Oldest first. Where ``complete`` is false, as many of them as are kept."""
    complete: bool
    """Whether every message published after the position is there, or still on its way."""
    position: Position
    """From where on the subscription brings what follows."""


class History:
    """Writes and replays the messages of channels. Every method raises what the table raises."""

    def __init__(self, table: Table, *, policy: HistoryPolicy, clock: Callable[[], float]) -> None:
        self._table = table
        self._policy = policy
        self._clock = clock

    def append(self, message: Message, position: Position) -> None:
        """Keep a message at its own position, before it is sent to anyone."""
        now = self._clock()
        row: dict[str, Value] = {
            keys.PARTITION_KEY: keys.history_partition(message.channel, position.epoch),
            keys.SORT_KEY: keys.message_sort_key(position.offset),
            _ID: message.message_id,
            _PUBLISHED_AT_MILLISECONDS: int(now * 1000),
            keys.TTL_ATTRIBUTE: int(now) + self._policy.seconds + _MARGIN_SECONDS,
        }
        if message.data is not None:
            row[_DATA] = message.data
        if message.object_key is not None:
            row[_OBJECT_KEY] = message.object_key
        self._table.put(row)

    def replay(self, channel: str, since: Position, last: Position) -> Replay:
        """Return what was published after a position.

        It is complete if the reader has subscribed before: an offset without a row is then of a
        message that is about to be sent to it, or whose publish failed before anyone got it.

        Args:
            channel: the channel.
            since: the last position that the reader knows.
            last: where the channel's history stands, read before this.
        """
        is_known = since.epoch == last.epoch and 0 <= since.offset <= last.offset
        if is_known and since.offset == last.offset:
            return Replay((), complete=True, position=last)
        offset = since.offset if is_known else 0
        # The row of the position itself is read too: as long as it is kept, so is all that follows.
        first = max(offset, last.offset - self._policy.messages)
        rows = self._kept_rows(channel, last.epoch, first)
        messages = tuple(_message(channel, last.epoch, row) for row in rows if _offset(row) > first)
        complete = is_known and first == offset and bool(rows) and _offset(rows[0]) <= offset + 1
        reached = max([last.offset, *(_offset(row) for row in rows)])
        return Replay(messages, complete, Position(last.epoch, reached))

    def _kept_rows(self, channel: str, epoch: str, first: int) -> list[Row]:
        oldest = (self._clock() - self._policy.seconds) * 1000
        kept: list[Row] = []
        for row in all_rows(
            self._table,
            keys.history_partition(channel, epoch),
            between=(keys.message_sort_key(first), keys.LAST_MESSAGE_SORT_KEY),
        ):
            if kept or int(row[_PUBLISHED_AT_MILLISECONDS]) >= oldest:
                kept.append(row)
        return kept


def _offset(row: Row) -> int:
    return int(row[keys.SORT_KEY])


def _message(channel: str, epoch: str, row: Row) -> Message:
    data, object_key = row.get(_DATA), row.get(_OBJECT_KEY)
    return Message(
        channel=channel,
        message_id=str(row[_ID]),
        data=None if data is None else str(data),
        object_key=None if object_key is None else str(object_key),
        position=Position(epoch, _offset(row)),
    )
