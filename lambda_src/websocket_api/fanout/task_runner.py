"""What a worker does with a task: claims it, sends step by step, and goes on later if need be.

A step is as many posts as the rate allows in two seconds. After each, the table knows who has been
sent to. So a worker that is killed has sent to one step's subscribers at most whom the next one
sends to again.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from websocket_api import keys, metrics
from websocket_api.broadcast import SUBSCRIBERS_PER_SHARD, forgetting, targets_of
from websocket_api.delivery import DeliveryReport
from websocket_api.fanout.shard_reader import ShardReader, key_bytes
from websocket_api.fanout.task import MAXIMUM_HOPS
from websocket_api.subscriptions import subscriber_of
from websocket_api.table import Key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from websocket_api.channel_heads import ChannelHeads
    from websocket_api.delivery import Delivery
    from websocket_api.delivery_pace import Pace
    from websocket_api.fanout.frames import FrameStore
    from websocket_api.fanout.progress import Claim, Claims, Progress
    from websocket_api.fanout.queue import Queue
    from websocket_api.fanout.task import Task
    from websocket_api.subscriptions import Subscriptions

STEP_SECONDS = 2.0
MAXIMUM_STEP = 1_000
"""The most subscribers that one step sends to."""
MAXIMUM_WAITING_BYTES = 256 * 1024
"""Of the sort keys that the task's row holds; a row of DynamoDB's has 400 KB."""
PATIENCE_STEPS = 20
"""In how many steps a connection is tried for which API Gateway takes nothing."""
RETRY_SECONDS = 5
"""After how long those are tried again who alone are left."""
GRACE_SECONDS = 0.5
"""What a step may take longer than its rate says."""
ENDING_SECONDS = 2.0
"""What is left of the worker's time for the table and the queue."""

_LOG = logging.getLogger(__name__)


class TaskExpired(Exception):
    """The message is too old to be sent to those who have not got it yet."""


class OutOfTime(Exception):
    """The worker's time is over before anything can be done of the task."""


class QueueRefused(Exception):
    """The queue took no message by which the task would go on later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerParts:
    """What all tasks are worked off with."""

    claims: Claims
    subscriptions: Subscriptions
    heads: ChannelHeads
    frames: FrameStore
    queue: Queue
    delivery: Delivery
    pace: Pace
    clock: Callable[[], float]


class TaskRunner:
    """Works off one task. What the table raises passes through."""

    def __init__(self, task: Task, parts: WorkerParts) -> None:
        self._task = task
        self._parts = parts
        self._reader = ShardReader(parts.subscriptions, task)
        self.report = DeliveryReport()
        """What became of the posts so far."""

    def run(self, *, queue_message_id: str, ends_at: float) -> None:
        """Send to the task's subscribers, to all or as long as there is time.

        Returning means that the queue's message has done its part: the task is done, or goes on
        with another message.

        Args:
            queue_message_id: that of the message that brought the task.
            ends_at: epoch seconds when the worker's time is over.

        Raises:
            TaskClaimed: another worker has the task by the same message.
            OutOfTime: the worker has no time left for it.
            TaskExpired: the message is too old.
            FramesMissing: what is to be sent has expired.
            QueueRefused: the task cannot go on by another message.
        """
        parts, task = self._parts, self._task
        if parts.clock() + ENDING_SECONDS >= ends_at:
            raise OutOfTime
        claim = parts.claims.claim(task, queue_message_id=queue_message_id, until=ends_at)
        if claim is None:
            return
        if parts.clock() >= task.expires_at or task.hops > MAXIMUM_HOPS:
            claim.release()
            metrics.count(metrics.BROADCASTS_GIVEN_UP)
            raise TaskExpired
        frames = task.frames if task.frames_id is None else parts.frames.get(task.frames_id)
        payloads = [frame.encode() for frame in frames]
        ends_at -= ENDING_SECONDS
        progress = claim.progress
        while not progress.is_complete:
            was_read = progress.is_read
            progress = self._step(progress, payloads, ends_at)
            claim.keep(progress)
            has_time = parts.clock() + STEP_SECONDS + GRACE_SECONDS <= ends_at
            if not progress.is_complete and (was_read or not has_time):
                self._go_on_later(claim, delay_seconds=RETRY_SECONDS if was_read else 0)
                return
        self._grow(progress)

    def _step(self, progress: Progress, payloads: list[bytes], ends_at: float) -> Progress:
        """Send to some of those who wait and to some who follow; return how far that got."""
        parts, task = self._parts, self._task
        posts_each = max(1, len(payloads))
        rate = parts.pace.posts_per_second / posts_each
        size = max(1, min(MAXIMUM_STEP, int(rate * STEP_SECONDS)))
        # Half of a step is kept for those who follow, so that slow clients do not hold them up.
        retries = size if progress.is_read else (size + 1) // 2
        retried = dict(islice(progress.waiting.items(), retries))
        room = MAXIMUM_WAITING_BYTES - sum(map(key_bytes, progress.waiting))
        fresh, progress = self._reader.take(progress, count=size - len(retried), room=room)
        partition = keys.shard_partition(task.channel, task.shard)
        again = [subscriber_of(Key(partition, sort_key)) for sort_key in retried]
        targets = targets_of([*again, *fresh], exclude=task.exclude)
        report, unreached = parts.delivery.send_some(
            targets,
            payloads,
            deadline=min(parts.clock() + len(targets) / rate + GRACE_SECONDS, ends_at),
            on_gone=forgetting(parts.subscriptions, targets),
            pace=parts.pace,
        )
        self.report = self.report.plus(report)
        metrics.record_lag(parts.clock() * 1000 - task.published_at_milliseconds)
        waiting = {key: steps for key, steps in progress.waiting.items() if key not in retried}
        for connection_id in unreached:
            sort_key = targets[connection_id].key.sort
            waiting[sort_key] = retried.get(sort_key, 0) + 1
        return replace(progress, waiting=self._patient(waiting))

    def _patient(self, waiting: Mapping[str, int]) -> Mapping[str, int]:
        """Return those who are to be tried again; count the others as throttled."""
        patient = {key: steps for key, steps in waiting.items() if steps < PATIENCE_STEPS}
        given_up = len(waiting) - len(patient)
        if given_up:
            self.report = self.report.plus(DeliveryReport(throttled=given_up))
            metrics.count(metrics.POSTS_THROTTLED, given_up)
            _LOG.warning("connections were given up", extra={"connections": given_up})
        return patient

    def _go_on_later(self, claim: Claim, *, delay_seconds: int) -> None:
        # Released before the other message is there, which would else find the task taken.
        claim.release()
        if self._parts.queue.send([self._task.next_hop()], delay_seconds=delay_seconds):
            raise QueueRefused

    def _grow(self, progress: Progress) -> None:
        """Have the channel grow if its newest shard has more subscribers than one should."""
        grow_to = self._task.grow_to
        if grow_to is not None and progress.subscribed > SUBSCRIBERS_PER_SHARD:
            self._parts.heads.grow(self._task.channel, grow_to)
