"""Which connections get what is published to a channel.

A subscription is two rows, one under the connection and one in a shard of the channel. The first is
written first and removed last: whoever finds it can finish what another invocation left half done.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple
from zlib import crc32

from websocket_api import keys
from websocket_api.table import Absent, ConditionFailed, Key, all_rows, beginning_with

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from websocket_api.table import Row, Table, Value

_SHARD = "shard"
_USER = "user"
_LEAVE_AFTER_SECONDS = "leave_after_seconds"
_SECONDS_A_MARK_IS_KEPT = 86_400

SUBSCRIPTION_ATTRIBUTES = (
    keys.PARTITION_KEY,
    keys.SORT_KEY,
    keys.TTL_ATTRIBUTE,
    _SHARD,
    _USER,
    _LEAVE_AFTER_SECONDS,
)
"""The attributes of a row under a connection that ``Subscription.from_row`` reads."""


class Subscription(NamedTuple):
    """One connection in one channel."""

    connection_id: str
    channel: str
    shard: int
    user: str | None
    ttl: int
    """Epoch seconds after which the subscription has ended with its connection."""
    leave_after_seconds: int | None
    """How long after its end the user counts as present; None: the channel has no presence."""

    @classmethod
    def from_row(cls, row: Row) -> Subscription:
        """Return the subscription of a row under a connection."""
        user, leave_after_seconds = row.get(_USER), row.get(_LEAVE_AFTER_SECONDS)
        return cls(
            connection_id=str(row[keys.PARTITION_KEY]).partition("#")[2],
            channel=str(row[keys.SORT_KEY]).removeprefix(keys.SUBSCRIPTION_PREFIX),
            shard=int(row.get(_SHARD, 0)),
            user=None if user is None else str(user),
            ttl=int(row.get(keys.TTL_ATTRIBUTE, 0)),
            leave_after_seconds=None if leave_after_seconds is None else int(leave_after_seconds),
        )

    @property
    def connection_key(self) -> Key:
        """The key of the row under the connection."""
        return Key(
            keys.connection_partition(self.connection_id), keys.subscription_sort_key(self.channel)
        )

    @property
    def member_key(self) -> Key:
        """The key of the row in the channel's shard."""
        return Key(
            keys.shard_partition(self.channel, self.shard),
            keys.member_sort_key(self.user, self.connection_id),
        )

    def connection_row(self) -> Row:
        """Return the row under the connection."""
        row: dict[str, Value] = {
            keys.PARTITION_KEY: self.connection_key.partition,
            keys.SORT_KEY: self.connection_key.sort,
            _SHARD: self.shard,
            keys.TTL_ATTRIBUTE: self.ttl,
        }
        if self.user is not None:
            row[_USER] = self.user
        if self.leave_after_seconds is not None:
            row[_LEAVE_AFTER_SECONDS] = self.leave_after_seconds
        return row

    def member_row(self) -> Row:
        """Return the row in the channel's shard; a publish reads it, so that it is small."""
        return {
            keys.PARTITION_KEY: self.member_key.partition,
            keys.SORT_KEY: self.member_key.sort,
            keys.TTL_ATTRIBUTE: self.ttl,
        }


class Subscriber(NamedTuple):
    """A connection, as the channel knows it."""

    connection_id: str
    user: str | None
    key: Key
    """Of its row in the channel's shard."""


class SubscriberPage(NamedTuple):
    """Some of the subscribers in one shard."""

    subscribers: Sequence[Subscriber]
    next: str | None
    """The sort key after which the next page begins; None says that there is none."""


class Subscriptions:
    """Starts, ends and reads subscriptions. Every method raises what the table raises."""

    def __init__(self, table: Table, *, clock: Callable[[], float]) -> None:
        self._table = table
        self._clock = clock

    def add(self, subscription: Subscription) -> bool:
        """Start a subscription and return True, or complete one that was started before.

        That one stays in its shard.
        """
        started = self._start(subscription)
        self._table.put(started.member_row())
        return started is subscription

    def remove(self, connection_id: str, channel: str) -> Subscription | None:
        """End a subscription and return it, or None if there was none."""
        key = Key(keys.connection_partition(connection_id), keys.subscription_sort_key(channel))
        row = self._table.get(key)
        if row is None:
            return None
        subscription = Subscription.from_row(row)
        withdraw(self._table, subscription, now=self._clock())
        return subscription

    def channels_of(self, connection_id: str) -> tuple[str, ...]:
        """Return the channels that a connection has subscribed to, in the order of their names."""
        rows = all_rows(
            self._table,
            keys.connection_partition(connection_id),
            between=beginning_with(keys.SUBSCRIPTION_PREFIX),
            attributes=SUBSCRIPTION_ATTRIBUTES,
        )
        return tuple(Subscription.from_row(row).channel for row in rows)

    def page(
        self, channel: str, shard: int, *, start: str | None = None, limit: int | None = None
    ) -> SubscriberPage:
        """Return the subscribers in one shard that a Query gives, expired ones left out.

        The read is consistent: it sees every subscription that was confirmed before.

        Args:
            channel: the channel's name.
            shard: the shard's number.
            start: the sort key after which the page begins; None for the first page.
            limit: the most rows to read; a page ends at 1 MB in any case.
        """
        page = self._table.query(
            keys.shard_partition(channel, shard),
            between=beginning_with(keys.MEMBER_PREFIX),
            start=start,
            limit=limit,
        )
        now = self._clock()
        alive = [_subscriber(row) for row in page.rows if int(row[keys.TTL_ATTRIBUTE]) > now]
        return SubscriberPage(alive, page.next)

    def pages(
        self, channel: str, shard: int, *, start: str | None = None
    ) -> Iterator[Sequence[Subscriber]]:
        """Yield the subscribers in one shard, as ``page`` gives them, until there are no more."""
        while True:
            page = self.page(channel, shard, start=start)
            yield page.subscribers
            if page.next is None:
                return
            start = page.next

    def forget(self, subscriber: Subscriber) -> None:
        """Remove a subscriber's row in its shard, to which no row of its connection may lead."""
        self._table.delete(subscriber.key)

    def _start(self, subscription: Subscription) -> Subscription:
        while True:
            try:
                self._table.put(subscription.connection_row(), condition=Absent())
            except ConditionFailed:
                row = self._table.get(subscription.connection_key)
                if row is not None:
                    return Subscription.from_row(row)
            else:
                return subscription


def withdraw(table: Table, subscription: Subscription, *, now: float) -> None:
    """End a subscription; with presence, leave a mark from which a leave event is made in time.

    Args:
        table: the table.
        subscription: as its row under the connection says.
        now: epoch seconds.
    """
    if subscription.user is not None and subscription.leave_after_seconds is not None:
        due = int(now) + subscription.leave_after_seconds
        table.put(
            {
                keys.PARTITION_KEY: subscription.member_key.partition,
                keys.SORT_KEY: keys.leaving_sort_key(subscription.user),
                "id": os.urandom(12).hex(),
                "due": due,
                "at_ms": int(now * 1000),
                keys.TTL_ATTRIBUTE: due + _SECONDS_A_MARK_IS_KEPT,
            }
        )
    table.delete(subscription.member_key)
    table.delete(subscription.connection_key)


def shard_of(member: str, shards: int) -> int:
    """Return the shard of a member, a user or else a connection, in a channel of so many shards."""
    return crc32(member.encode()) % shards


def shards_of(member: str, shards: int) -> tuple[int, ...]:
    """Return the shards in which a member can be since the channel had one shard.

    A channel's shards double, and what is in one stays there.
    """
    counts = [1 << power for power in range(shards.bit_length())]
    return tuple(sorted({shard_of(member, count) for count in counts}))


def check_shards(shards: int, maximum: int) -> None:
    """Refuse a number of shards that doubling does not lead to.

    Raises:
        ValueError: it is no power of two from 1 to the maximum.
    """
    if not 1 <= shards <= maximum or shards.bit_count() != 1:
        raise ValueError(f"shards is {shards}; give a power of two from 1 to {maximum}.")


def subscriber_of(key: Key) -> Subscriber:
    """Return the subscriber whose row in a shard has the key."""
    user, connection_id = keys.parse_member_sort_key(key.sort)
    return Subscriber(connection_id, user, key)


def _subscriber(row: Row) -> Subscriber:
    return subscriber_of(Key(str(row[keys.PARTITION_KEY]), str(row[keys.SORT_KEY])))
