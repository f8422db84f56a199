"""Who is in a channel: its members, and the events that tell of those who come and go.

Members are the users of the channel's subscriptions, so that no second list can go wrong. A user
who leaves is marked, and stays a member until the mark is due; if no connection of the user is back
by then, a leave event is made of it. So a client that reconnects in time causes no event.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from heapq import merge
from typing import TYPE_CHECKING, Literal

from websocket_api import keys
from websocket_api.encoding import to_json
from websocket_api.refusals import BAD_REQUEST, Refusal
from websocket_api.subscriptions import shards_of
from websocket_api.table import (
    ConditionFailed,
    Equals,
    Key,
    all_rows,
    beginning_with,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from websocket_api.table import Row, Table

_CURSOR_DIGITS = 4


class InvalidCursor(Refusal, ValueError):
    """The cursor is not one that a member list gave."""

    def __init__(self) -> None:
        super().__init__(
            BAD_REQUEST,
            "The cursor is unknown; pass the one of the page before, or none.",
            field="cursor",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PresenceEvent:
    """A user has come into a channel or left it."""

    type: Literal["join", "leave"]
    channel: str
    id: str
    """The same however often the event is sent."""
    user: str
    at: int
    """When it happened, in milliseconds since 1970; one older than the user's last is outdated."""

    def frame(self) -> bytes:
        """Return the frame in which clients get the event."""
        return to_json(self).encode()


@dataclass(frozen=True, slots=True)
class MemberPage:
    """Some of the members of a channel."""

    members: tuple[str, ...]
    """Users, each once."""
    cursor: str | None
    """What to pass for the members that follow; None says that there are none."""


class Presence:
    """Reads the members of channels and claims the events that are due.

    Every method raises what the table raises.
    """

    def __init__(self, table: Table, *, clock: Callable[[], float]) -> None:
        self._table = table
        self._clock = clock

    def shard_of(self, channel: str, user: str, *, shards: int, besides: str) -> int | None:
        """Return a shard in which another connection of a user than ``besides`` is subscribed."""
        for shard in shards_of(user, shards):
            for row in self._subscriptions(channel, shard, user):
                connection_id = keys.parse_member_sort_key(str(row[keys.SORT_KEY]))[1]
                if connection_id != besides and self._is_alive(row):
                    return shard
        return None

    def unmark(self, channel: str, user: str, *, shards: int) -> bool:
        """Take away the marks of a user who is back; return whether one was not due yet."""
        was_member = False
        for shard in shards_of(user, shards):
            key = Key(keys.shard_partition(channel, shard), keys.leaving_sort_key(user))
            mark = self._table.get(key)
            if mark is not None:
                was_member = (self._claim(key, mark) and not self._is_due(mark)) or was_member
        return was_member

    def joined(self, channel: str, user: str) -> PresenceEvent:
        """Return the event of a user who has come."""
        return PresenceEvent(
            type="join",
            channel=channel,
            id=os.urandom(12).hex(),
            user=user,
            at=int(self._clock() * 1000),
        )

    def due(self, channel: str, *, shards: int) -> Iterator[PresenceEvent]:
        """Yield the leave events that are due; each is given to one caller only, and once."""
        for shard in range(shards):
            partition = keys.shard_partition(channel, shard)
            marks = all_rows(self._table, partition, between=beginning_with(keys.LEAVING_PREFIX))
            for mark in marks:
                user = _user_of(mark)
                # Claimed before it is looked at: who subscribes now finds no mark, and tells of it.
                if (
                    self._is_due(mark)
                    and self._claim(Key(partition, str(mark[keys.SORT_KEY])), mark)
                    and self.shard_of(channel, user, shards=shards, besides="") is None
                ):
                    yield PresenceEvent(
                        type="leave",
                        channel=channel,
                        id=str(mark["id"]),
                        user=user,
                        at=int(mark["at_ms"]),
                    )

    def members(self, channel: str, *, shards: int, limit: int, cursor: str | None) -> MemberPage:
        """Return up to ``limit`` members, those after a cursor.

        A user who was in two shards while the channel grew can be on two pages.

        Raises:
            InvalidCursor: the cursor is none that a page of this channel had.
        """
        shard, after = (0, None) if cursor is None else _parse_cursor(cursor)
        members: dict[str, int] = {}
        for number in range(shard, shards):
            for user in self._users(keys.shard_partition(channel, number), after, limit + 1):
                if user not in members and len(members) == limit:
                    last, last_shard = list(members.items())[-1]
                    return MemberPage(tuple(members), cursor=f"{last_shard}.{last}")
                members.setdefault(user, number)
            after = None
        return MemberPage(tuple(members), cursor=None)

    def _subscriptions(self, channel: str, shard: int, user: str) -> Iterator[Row]:
        return all_rows(
            self._table,
            keys.shard_partition(channel, shard),
            between=beginning_with(keys.member_prefix(user)),
        )

    def _users(self, partition: str, after: str | None, limit: int) -> Iterator[str]:
        """Yield who is in one shard, or marked and not due, after a user; one can come doubled."""

        def rows(prefix: str) -> Iterator[Row]:
            least, greatest = beginning_with(prefix)
            if after is not None:
                least = keys.after_user(prefix, after)
            return all_rows(self._table, partition, between=(least, greatest), limit=limit)

        subscribed = (row for row in rows(keys.MEMBER_PREFIX) if self._is_alive(row))
        leaving = (row for row in rows(keys.LEAVING_PREFIX) if not self._is_due(row))
        for row in merge(subscribed, leaving, key=_order_of_users):
            user = _user_of(row)
            if user:
                yield user

    def _claim(self, key: Key, mark: Row) -> bool:
        try:
            self._table.delete(key, condition=Equals("id", mark["id"]))
        except ConditionFailed:
            return False
        return True

    def _is_alive(self, row: Row) -> bool:
        return int(row[keys.TTL_ATTRIBUTE]) > self._clock()

    def _is_due(self, mark: Row) -> bool:
        return int(mark["due"]) <= self._clock()


def _user_of(row: Row) -> str:
    """Return the user of a subscription or a mark, an empty text if there is none."""
    return keys.parse_member_sort_key(str(row[keys.SORT_KEY]))[0] or ""


def _order_of_users(row: Row) -> str:
    return str(row[keys.SORT_KEY]).partition("#")[2]


def _parse_cursor(cursor: str) -> tuple[int, str]:
    shard, _, after = cursor.partition(".")
    if not (shard.isascii() and shard.isdigit() and len(shard) <= _CURSOR_DIGITS):
        raise InvalidCursor
    try:
        return (int(shard), keys.check_user(after))
    except keys.InvalidUser as error:
        raise InvalidCursor from error
