"""Channels: named sets of connections that get what is published to them.

What is promised of publishing stands in ``channel``.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from websocket_api import keys
from websocket_api.broadcast import InPlace
from websocket_api.channel import Channel, ChannelParts
from websocket_api.channel_heads import ChannelHeads
from websocket_api.connections import ConnectionStore
from websocket_api.history import History
from websocket_api.oversize import Reject
from websocket_api.presence import Presence
from websocket_api.subscriptions import Subscription, Subscriptions, check_shards, shard_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from websocket_api.broadcast import Broadcaster
    from websocket_api.channel_heads import Position
    from websocket_api.delivery import Delivery
    from websocket_api.fanout.queue import Queue
    from websocket_api.history import HistoryPolicy
    from websocket_api.oversize import Oversize
    from websocket_api.table import Table

MAXIMUM_SHARDS = 256


class Channels:
    """All channels of a table. Every method raises what the table raises.

    Threads may share it: it keeps nothing but its settings.
    """

    def __init__(  # noqa: PLR0913 - each setting has a default that fits most
        self,
        table: Table,
        *,
        delivery: Delivery,
        clock: Callable[[], float] = time.time,
        shards: int = 16,
        history: HistoryPolicy | None = None,
        presence: bool = False,
        leave_after_seconds: int = 10,
        oversize: Oversize | None = None,
        queue: Queue | None = None,
        threshold: int = 1000,
    ) -> None:
        """Take the settings, which should be the same wherever the table's channels are used.

        Args:
            table: where subscriptions, history and presence are kept.
            delivery: how messages are sent.
            clock: gives epoch seconds.
            shards: the most partitions that a channel is spread over, a power of two up to 256.
                Each takes about 1,000 subscriptions a second; a channel begins with one.
            history: how much of a channel is kept for replay; None keeps nothing.
            presence: whether channels have members, and tell of those who come and go.
            leave_after_seconds: how long a user who has left may take to come back unnoticed.
            oversize: what becomes of messages over 128 KB; ``Reject()`` if not given.
            queue: from which workers get those who are subscribed to a large channel; None has
                everybody sent to in place.
            threshold: how many of them are sent to in place all the same.

        Raises:
            ValueError: a number is out of its range.
        """
        check_shards(shards, MAXIMUM_SHARDS)
        if leave_after_seconds < 0:
            raise ValueError(f"leave_after_seconds is {leave_after_seconds}; give 0 or more.")
        self._leave_after_seconds = leave_after_seconds if presence else None
        self._connections = ConnectionStore(table, clock=clock)
        heads = ChannelHeads(table, clock=clock)
        self._subscriptions = Subscriptions(table, clock=clock)
        in_place = InPlace(
            subscriptions=self._subscriptions,
            heads=heads,
            delivery=delivery,
            maximum_shards=shards,
        )
        broadcaster: Broadcaster = in_place
        if queue is not None:
            from websocket_api.fanout.fan_out import FanOut  # noqa: PLC0415 - only if used

            broadcaster = FanOut(
                subscriptions=self._subscriptions,
                delivery=delivery,
                in_place=in_place,
                queue=queue,
                table=table,
                threshold=threshold,
                maximum_shards=shards,
                clock=clock,
            )
        self._parts = ChannelParts(
            heads=heads,
            presence=Presence(table, clock=clock) if presence else None,
            history=History(table, policy=history, clock=clock) if history else None,
            oversize=oversize or Reject(),
            delivery=delivery,
            broadcaster=broadcaster,
            maximum_shards=shards,
        )

    def channel(self, *parts: str) -> Channel:
        """Return the channel of a name; several parts are joined by slashes.

        Raises:
            InvalidChannelName: there can be no channel of that name.
        """
        return Channel(keys.channel_name(*parts), self._parts)

    def subscribe(
        self, connection_id: str, channel: str, *, user: str | None = None, ttl: int
    ) -> Position | None:
        """Have a connection get what is published from now on; a second time changes nothing.

        Args:
            connection_id: the connection.
            channel: the channel's name.
            user: whose connection it is; with presence, one who was not there causes a join event.
            ttl: epoch seconds after which the connection has ended for sure.

        Returns:
            The position from which on the connection gets everything, if there is a history.

        Raises:
            InvalidChannelName: there can be no channel of that name.
            InvalidUser: the user's ID is empty or longer than 256 bytes.
        """
        keys.channel_name(channel)
        parts, presence = self._parts, self._parts.presence
        # A read that knows of fewer shards than there are still leads to one of them.
        head = parts.heads.read(channel, consistent=False)
        shard = shard_of(connection_id if user is None else keys.check_user(user), head.shards)
        present_in = None
        if presence is not None and user is not None:
            present_in = presence.shard_of(channel, user, shards=head.shards, besides=connection_id)
        is_new = self._subscriptions.add(
            Subscription(
                connection_id=connection_id,
                channel=channel,
                shard=shard if present_in is None else present_in,
                user=user,
                ttl=ttl,
                leave_after_seconds=self._leave_after_seconds,
            )
        )
        parts.heads.keep(channel, head)
        if presence is not None and user is not None:
            was_leaving = presence.unmark(channel, user, shards=head.shards)
            if is_new and present_in is None and not was_leaving:
                self.channel(channel).send(
                    presence.joined(channel, user).frame(), exclude=connection_id
                )
        # Read after the subscription is there, so that nothing between the two is missed.
        return None if parts.history is None else parts.heads.position(channel)

    def unsubscribe(self, connection_id: str, channel: str) -> None:
        """Have a connection get nothing more of a channel; if it was not subscribed, do nothing."""
        ended = self._subscriptions.remove(connection_id, channel)
        if ended and self._leave_after_seconds == 0:
            self.channel(channel).settle()

    def channels_of(self, connection_id: str) -> tuple[str, ...]:
        """Return the names of the channels that a connection has subscribed to."""
        return self._subscriptions.channels_of(connection_id)

    def disconnect(self, connection_id: str) -> int:
        """Remove everything that the table knows of a connection; return how many rows it had."""
        tells_at_once = self._leave_after_seconds == 0
        channels = self.channels_of(connection_id) if tells_at_once else ()
        removed = self._connections.delete(connection_id)
        for channel in channels:
            self.channel(channel).settle()
        return removed
