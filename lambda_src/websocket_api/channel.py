"""One channel: publishing to it, its members, and what a client has missed of it.

What is promised:

- **At least once.** Every connection whose subscription was confirmed before a publish began, and
  that stays open, is sent the message, or counted in the report as not reached. It can be sent
  twice; doubles have the same ``id``. Those who are left to workers are counted as ``queued``, or
  in a shard of ``queued_shards``.
- **Order.** What one caller publishes to a channel, one call after the other, is posted in that
  order, except by workers. Messages that several callers publish at once are ordered by their
  ``offset``, if the channel has a history, and may arrive in another order.
- **Replay.** ``resume`` sends what was published after a position, or says that it may not be all.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from websocket_api import keys, metrics, tracing
from websocket_api.broadcast import Broadcast, log_fields
from websocket_api.channel_heads import Position
from websocket_api.encoding import to_json
from websocket_api.message import Message, new_message_id
from websocket_api.presence import MemberPage
from websocket_api.refusals import BAD_REQUEST, Refusal
from websocket_api.subscriptions import check_shards

if TYPE_CHECKING:
    from collections.abc import Sequence

    from websocket_api.broadcast import Broadcaster
    from websocket_api.channel_heads import ChannelHead, ChannelHeads
    from websocket_api.delivery import Delivery, DeliveryReport
    from websocket_api.history import History
    from websocket_api.oversize import Oversize
    from websocket_api.presence import Presence

MAXIMUM_MEMBERS_PER_PAGE = 1_000

_LOG = logging.getLogger(__name__)


class Identified(Protocol):
    """Something that stands for a connection."""

    @property
    def id(self) -> str:
        """The connection's ID."""


class NoHistory(Refusal):
    """A channel was asked for what it has missed, but the channels keep no history."""

    def __init__(self) -> None:
        super().__init__(BAD_REQUEST, "The channel keeps no history, so that nothing is replayed.")


@dataclass(frozen=True, slots=True)
class Resumption:
    """How far a connection has been brought up to date."""

    complete: bool
    """Whether it got every message that it had missed; if not, it has to load the rest itself."""
    replayed: int
    """How many messages were sent to it."""
    position: Position
    """From where on the subscription brings what follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelParts:
    """What all channels of a table share."""

    heads: ChannelHeads
    presence: Presence | None
    history: History | None
    oversize: Oversize
    delivery: Delivery
    broadcaster: Broadcaster
    maximum_shards: int


class Channel:
    """One channel. Every method raises what the table raises."""

    def __init__(self, name: str, parts: ChannelParts) -> None:
        self.name = name
        self._parts = parts

    def publish(
        self,
        message: object,
        *,
        exclude: Identified | str | None = None,
        message_id: str | None = None,
        deadline: float | None = None,
    ) -> DeliveryReport:
        """Send a message to every connection that has subscribed.

        It is kept in the history before it is sent to anyone. If publishing fails or is cut short,
        publish it again with the same ``message_id``: those who got it already can tell. What
        workers have sent of it, they do not send again.

        Args:
            message: what ``to_json`` can turn into JSON.
            exclude: a connection that does not get it, such as the one that it came from.
            message_id: what clients tell doubles by, up to 256 bytes; a new one if not given.
            deadline: epoch seconds after which no further post begins; the delivery's if None.

        Raises:
            TypeError: the message cannot be turned into JSON.
            InvalidMessageId: there can be no such ``message_id``.
            MessageTooLarge: it is larger than the policy for large ones allows; nobody got it.
        """
        with tracing.subsegment("publish") as annotate:
            report = self._publish(message, exclude, message_id, deadline)
            annotate(channel=self.name, message_id=report.message_id)
        return report

    def _publish(
        self,
        message: object,
        exclude: Identified | str | None,
        message_id: str | None,
        deadline: float | None,
    ) -> DeliveryReport:
        parts = self._parts
        deadline = parts.delivery.deadline(deadline)
        prepared = parts.oversize.prepare(
            Message(
                channel=self.name,
                message_id=(
                    new_message_id() if message_id is None else keys.check_message_id(message_id)
                ),
                data=to_json(message),
            )
        )
        if parts.history is not None:
            position = parts.heads.next(self.name)
            prepared = replace(prepared, position=position)
            parts.history.append(prepared, position)
        # Read after that: who misses the message in the history has to be among the subscribers.
        head = parts.heads.read(self.name)
        self._tell_of_leaves(head, deadline)
        excluded = exclude if isinstance(exclude, str) or exclude is None else exclude.id
        payloads = parts.oversize.payloads(prepared)
        report = self._broadcast(
            payloads,
            head,
            message_id=prepared.message_id,
            exclude=excluded,
            deadline=deadline,
        )
        metrics.count(metrics.PUBLISHES)
        _LOG.info(
            "published",
            extra={
                "messageId": prepared.message_id,
                "channel": self.name,
                **log_fields(report),
            },
        )
        return replace(
            report,
            message_id=prepared.message_id,
            epoch=prepared.position.epoch if prepared.position else None,
            offset=prepared.position.offset if prepared.position else None,
        )

    def send(
        self,
        payloads: bytes | Sequence[bytes],
        *,
        exclude: str | None = None,
        deadline: float | None = None,
    ) -> DeliveryReport:
        """Send frames as they are, in their order; they have no ID and no place in the history.

        Args:
            payloads: texts in UTF-8, each of at most 131,072 bytes.
            exclude: the ID of a connection that does not get them.
            deadline: as for ``publish``.
        """
        parts = self._parts
        head = parts.heads.read(self.name)
        return self._broadcast(
            payloads,
            head,
            message_id=new_message_id(),
            exclude=exclude,
            deadline=parts.delivery.deadline(deadline),
        )

    def members(self, *, limit: int = 100, cursor: str | None = None) -> MemberPage:
        """Return users who are in the channel, up to ``limit`` a page.

        The list is always that of the subscriptions there are, whatever became of events. Without
        presence it is empty.

        Raises:
            ValueError: the limit is not from 1 to 1,000.
            InvalidCursor: the cursor is none that a page had.
        """
        if not 1 <= limit <= MAXIMUM_MEMBERS_PER_PAGE:
            raise ValueError(f"limit is {limit}; give 1 to {MAXIMUM_MEMBERS_PER_PAGE}.")
        presence = self._parts.presence
        if presence is None:
            return MemberPage((), cursor=None)
        shards = self._parts.heads.read(self.name).shards
        return presence.members(self.name, shards=shards, limit=limit, cursor=cursor)

    def resume(
        self, connection_id: str, epoch: str, offset: int, *, deadline: float | None = None
    ) -> Resumption:
        """Send a connection what it missed since a position, in order, and say if that is all.

        Subscribe the connection first: then what is published meanwhile reaches it anyway.

        Args:
            connection_id: the connection, subscribed already.
            epoch: that of the last message or subscription that the client knows of.
            offset: the same one's offset.
            deadline: epoch seconds after which no further post begins; the delivery's if None.

        Raises:
            NoHistory: the channels keep none.
        """
        parts = self._parts
        if parts.history is None:
            raise NoHistory
        last = parts.heads.position(self.name)
        replay = parts.history.replay(self.name, Position(epoch, offset), last)
        deadline = parts.delivery.deadline(deadline)
        reached = Position(last.epoch, offset if replay.complete else 0)
        for replayed, message in enumerate(replay.messages):
            report = parts.delivery.send(
                (connection_id,), parts.oversize.payloads(message), deadline=deadline
            )
            if not report.delivered:
                return Resumption(complete=False, replayed=replayed, position=reached)
            reached = message.position or reached
        return Resumption(replay.complete, len(replay.messages), replay.position)

    def settle(self, *, deadline: float | None = None) -> None:
        """Tell of those who have left for longer than they may be away unnoticed.

        Publishing does so too. A channel in which little happens needs it to be called, for a leave
        event to come soon.
        """
        if self._parts.presence is not None:
            head = self._parts.heads.read(self.name)
            self._tell_of_leaves(head, self._parts.delivery.deadline(deadline))

    def grow(self, shards: int) -> None:
        """Spread those who subscribe from now on over at least so many shards.

        A channel grows by itself when it is published to. This is for one that is about to be
        joined by many at once.

        Raises:
            ValueError: it is no power of two up to the ``shards`` of the channels.
        """
        check_shards(shards, self._parts.maximum_shards)
        self._parts.heads.grow(self.name, shards)

    def _broadcast(
        self,
        payloads: bytes | Sequence[bytes],
        head: ChannelHead,
        *,
        message_id: str,
        exclude: str | None = None,
        deadline: float,
    ) -> DeliveryReport:
        broadcast = Broadcast(
            channel=self.name,
            message_id=message_id,
            payloads=(payloads,) if isinstance(payloads, bytes) else payloads,
            exclude=exclude,
        )
        return self._parts.broadcaster.send(broadcast, shards=head.shards, deadline=deadline)

    def _tell_of_leaves(self, head: ChannelHead, deadline: float) -> None:
        presence = self._parts.presence
        if presence is None:
            return
        for event in presence.due(self.name, shards=head.shards):
            self._broadcast(event.frame(), head, message_id=event.id, deadline=deadline)
