"""Broadcasts as their publisher makes them: the first subscribers in place, the rest on the queue.

The rest is queued first, so that workers begin at once, and a publisher that is killed after that
leaves nobody without the message but some of the first, whom another publish of it reaches.
"""

from __future__ import annotations

import json
import logging
import os
from dataclasses import replace
from typing import TYPE_CHECKING

from websocket_api import keys, metrics
from websocket_api.broadcast import forgetting, targets_of
from websocket_api.delivery import DeliveryReport
from websocket_api.fanout.frames import FrameStore
from websocket_api.fanout.progress import KEEP_SECONDS
from websocket_api.fanout.shard_reader import key_bytes
from websocket_api.fanout.task import Task

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from websocket_api.broadcast import Broadcast, InPlace
    from websocket_api.delivery import Delivery
    from websocket_api.fanout.queue import Queue
    from websocket_api.subscriptions import Subscriber, Subscriptions
    from websocket_api.table import Table

MAXIMUM_INLINE_BYTES = 24 * 1024
"""Larger frames are stored once; ten tasks with smaller ones fit into one call of SQS's."""
MAXIMUM_LISTED_BYTES = 128 * 1024
"""Of the sort keys that one task lists."""
QUEUE_SECONDS = 1.0
"""What is left before the deadline for putting on the queue those who were not reached."""

_LOG = logging.getLogger(__name__)


class FanOut:
    """A ``Broadcaster`` with workers. What the table raises passes through."""

    def __init__(  # noqa: PLR0913 - each is another part of the application
        self,
        *,
        subscriptions: Subscriptions,
        delivery: Delivery,
        in_place: InPlace,
        queue: Queue,
        table: Table,
        threshold: int,
        maximum_shards: int,
        clock: Callable[[], float],
    ) -> None:
        """Take the parts.

        Args:
            subscriptions: who is subscribed.
            delivery: how the first subscribers are sent to.
            in_place: sends to shards that the queue did not take.
            queue: from which workers get the rest.
            table: where frames lie that are too large for the queue.
            threshold: how many subscribers are sent to in place.
            maximum_shards: the most that a channel can have.
            clock: gives epoch seconds.
        """
        self._subscriptions = subscriptions
        self._delivery = delivery
        self._in_place = in_place
        self._queue = queue
        self._frames = FrameStore(table)
        self._threshold = threshold
        self._maximum_shards = maximum_shards
        self._clock = clock

    def send(self, broadcast: Broadcast, *, shards: int, deadline: float) -> DeliveryReport:
        """Send to the first subscribers, and have workers send to all others."""
        first, rest = self._read(broadcast, shards)
        unqueued = self._enqueue(broadcast, rest)
        targets = targets_of(first, exclude=broadcast.exclude)
        report, unreached = self._delivery.send_some(
            targets,
            broadcast.payloads,
            deadline=deadline - QUEUE_SECONDS,
            on_gone=forgetting(self._subscriptions, targets),
        )
        if unreached:
            waiting = [targets[connection_id] for connection_id in unreached]
            report = report.plus(self._hand_over(broadcast, waiting))
        for task in unqueued:
            sent, _ = self._in_place.send_to_shard(
                broadcast, task.shard, start=task.start or None, deadline=deadline
            )
            report = report.plus(sent)
        return report.plus(DeliveryReport(queued_shards=len(rest) - len(unqueued)))

    def _read(self, broadcast: Broadcast, shards: int) -> tuple[list[Subscriber], list[Task]]:
        """Return the first subscribers, and the tasks of all that are not among them."""
        first: list[Subscriber] = []
        rest: list[Task] = []
        room = self._threshold
        for shard in range(shards):
            start, subscribed = "", 0
            while room > 0:
                page = self._subscriptions.page(
                    broadcast.channel, shard, start=start or None, limit=room
                )
                first += page.subscribers
                room -= len(page.subscribers)
                subscribed += len(page.subscribers)
                if page.next is None:
                    break
                start = page.next
            else:
                task = self._task(broadcast, shard, part=start)
                # Only the newest shard tells whether one more doubling is due: who was there
                # before it stays in the older ones.
                grows = shard == shards - 1 and shards < self._maximum_shards
                grow_to = 2 * shards if grows else None
                rest.append(replace(task, start=start, subscribed=subscribed, grow_to=grow_to))
        return first, rest

    def _hand_over(self, broadcast: Broadcast, waiting: Sequence[Subscriber]) -> DeliveryReport:
        """Put subscribers on the queue who could not be reached in time."""
        tasks = [
            replace(
                self._task(broadcast, shard, part=os.urandom(8).hex()), subscribers=tuple(listed)
            )
            for shard, listed in _lists(waiting)
        ]
        failed = sum(len(task.subscribers) for task in self._enqueue(broadcast, tasks))
        if failed:
            metrics.count(metrics.POSTS_FAILED, failed)
            _LOG.warning(
                "connections were not reached, and the queue did not take them",
                extra={"messageId": broadcast.message_id, "connections": failed},
            )
        return DeliveryReport(queued=len(waiting) - failed, failed=failed)

    def _enqueue(self, broadcast: Broadcast, tasks: Sequence[Task]) -> Sequence[Task]:
        """Put tasks on the queue with what they send; return those that it did not take."""
        if not tasks:
            return ()
        frames, frames_id = tuple(payload.decode() for payload in broadcast.payloads), None
        if len(json.dumps(frames)) > MAXIMUM_INLINE_BYTES:
            ttl = int(tasks[0].expires_at) + KEEP_SECONDS
            frames, frames_id = (), self._frames.put(frames, ttl=ttl)
        return self._queue.send(
            [replace(task, frames=frames, frames_id=frames_id) for task in tasks]
        )

    def _task(self, broadcast: Broadcast, shard: int, *, part: str) -> Task:
        return Task(
            channel=broadcast.channel,
            message_id=broadcast.message_id,
            published_at_milliseconds=int(self._clock() * 1000),
            shard=shard,
            part=part,
            exclude=broadcast.exclude,
        )


def _lists(waiting: Sequence[Subscriber]) -> Iterator[tuple[int, list[str]]]:
    """Yield each shard's number with sort keys of it, as many as one task lists."""
    listed: list[str] = []
    shard, size = -1, 0
    for subscriber in waiting:
        own_shard = keys.parse_shard_partition(subscriber.key.partition)
        length = key_bytes(subscriber.key.sort)
        if listed and (own_shard != shard or size + length > MAXIMUM_LISTED_BYTES):
            yield shard, listed
            listed, size = [], 0
        shard = own_shard
        listed.append(subscriber.key.sort)
        size += length
    yield shard, listed
