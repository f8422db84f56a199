"""Sending to all subscribers of a channel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from websocket_api.delivery import DeliveryReport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from websocket_api.channel_heads import ChannelHeads
    from websocket_api.delivery import Delivery
    from websocket_api.subscriptions import Subscriber, Subscriptions

    Targets = Mapping[str, Subscriber]

SUBSCRIBERS_PER_SHARD = 5_000
"""A channel with more on average gets twice as many shards, up to its most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Broadcast:
    """What is sent to a channel."""

    channel: str
    message_id: str
    payloads: Sequence[bytes]
    """What each subscriber is sent, in this order."""
    exclude: str | None
    """A connection that gets nothing."""


class Broadcaster(Protocol):
    """What sends broadcasts: ``InPlace``, or ``fanout.FanOut`` with workers."""

    def send(self, broadcast: Broadcast, *, shards: int, deadline: float) -> DeliveryReport:
        """Send to every connection that has subscribed before, or see to it that others do.

        Args:
            broadcast: what is sent.
            shards: how many the channel has.
            deadline: epoch seconds after which no further post begins here.
        """


class InPlace:
    """Sends to everybody before it returns. What the table raises passes through."""

    def __init__(
        self,
        *,
        subscriptions: Subscriptions,
        heads: ChannelHeads,
        delivery: Delivery,
        maximum_shards: int,
    ) -> None:
        self._subscriptions = subscriptions
        self._heads = heads
        self._delivery = delivery
        self._maximum_shards = maximum_shards

    def send(self, broadcast: Broadcast, *, shards: int, deadline: float) -> DeliveryReport:
        """Send to every connection that has subscribed; grow a channel that has too many."""
        report = DeliveryReport()
        subscribed = 0
        for shard in range(shards):
            sent, count = self.send_to_shard(broadcast, shard, deadline=deadline)
            report = report.plus(sent)
            subscribed += count
        if subscribed > SUBSCRIBERS_PER_SHARD * shards and shards < self._maximum_shards:
            self._heads.grow(broadcast.channel, 2 * shards)
        return report

    def send_to_shard(
        self, broadcast: Broadcast, shard: int, *, start: str | None = None, deadline: float
    ) -> tuple[DeliveryReport, int]:
        """Send to those in one shard, after a sort key if one is given; return how many too."""
        report = DeliveryReport()
        subscribed = 0
        for page in self._subscriptions.pages(broadcast.channel, shard, start=start):
            subscribed += len(page)
            targets = targets_of(page, exclude=broadcast.exclude)
            sent = self._delivery.send(
                targets,
                broadcast.payloads,
                deadline=deadline,
                on_gone=forgetting(self._subscriptions, targets),
            )
            report = report.plus(sent)
        return report, subscribed


def targets_of(subscribers: Iterable[Subscriber], *, exclude: str | None) -> Targets:
    """Return the subscribers but one, by their connections' IDs."""
    return {each.connection_id: each for each in subscribers if each.connection_id != exclude}


def forgetting(subscriptions: Subscriptions, targets: Targets) -> Callable[[str], None]:
    """Return what removes one of the targets, given its connection's ID, from its shard."""
    return lambda connection_id: subscriptions.forget(targets[connection_id])


def log_fields(report: DeliveryReport) -> dict[str, int]:
    """Return what a log line says of a report: how many connections met with which end."""
    return {
        "delivered": report.delivered,
        "gone": report.gone,
        "throttled": report.throttled,
        "failed": report.failed,
        "queued": report.queued,
        "queuedShards": report.queued_shards,
    }
