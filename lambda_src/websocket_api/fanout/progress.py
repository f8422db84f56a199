"""How far a task has got: one row of the table, which one worker at a time may change.

A worker claims a task until its own time is over; Lambda then kills it, and SQS gives the message
to another. So a claim that has run out is of a worker that is gone, and the task can be taken over.
Every change has the claim as its condition: who has lost it by then gives way.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING

from websocket_api import keys
from websocket_api.table import Absent, ConditionFailed, Equals, Key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from websocket_api.fanout.task import Task
    from websocket_api.table import Row, Table, Value

KEEP_SECONDS = 3600
"""How long a task is known after it has become too old: longer than a message can still come."""

_CLAIM = "claim"
_CLAIMED_BY = "claimed_by"
_CLAIMED_UNTIL = "claimed_until"
_POSITION = "position"
_WAITING = "waiting"
_IS_READ = "is_read"
_SUBSCRIBED = "subscribed"
_IS_DONE = "is_done"


class TaskClaimed(Exception):
    """Another invocation works on the task; its message has to stay on the queue until it ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Who has been sent to, and who has not."""

    position: str
    """The sort key up to which the shard has been read."""
    waiting: Mapping[str, int] = field(default_factory=dict)
    """Whom of those nothing was taken for yet: their sort keys, and in how many steps."""
    is_read: bool = False
    """Whether there is nobody after the position."""
    subscribed: int = 0
    """How many subscribers of the shard have been read."""

    @property
    def is_complete(self) -> bool:
        """Whether nobody is left to be sent to."""
        return self.is_read and not self.waiting

    @classmethod
    def begin(cls, task: Task) -> Progress:
        """Return the progress of a task that nothing has been done of."""
        if task.subscribers:
            waiting = dict.fromkeys(task.subscribers, 0)
            return cls(position="", waiting=waiting, is_read=True)
        return cls(position=task.start, subscribed=task.subscribed)

    @classmethod
    def from_row(cls, row: Row) -> Progress:
        """Return the progress that a row of the table is of."""
        return cls(
            position=str(row[_POSITION]),
            waiting=json.loads(str(row[_WAITING])),
            is_read=bool(row[_IS_READ]),
            subscribed=int(row[_SUBSCRIBED]),
        )

    def values(self) -> dict[str, Value]:
        """Return the attributes of the row."""
        return {
            _POSITION: self.position,
            _WAITING: json.dumps(self.waiting, separators=(",", ":")),
            _IS_READ: int(self.is_read),
            _SUBSCRIBED: self.subscribed,
            _IS_DONE: int(self.is_complete),
        }


class Claims:
    """The tasks that workers work on. Every method raises what the table raises."""

    def __init__(self, table: Table, *, clock: Callable[[], float]) -> None:
        self._table = table
        self._clock = clock

    def claim(self, task: Task, *, queue_message_id: str, until: float) -> Claim | None:
        """Return the task as the caller's own, or None if there is nothing to do for its message.

        That is so when the task is done, and when another message stands for it, which goes on.

        Args:
            task: what to do.
            queue_message_id: that of the message that brought it, which SQS gives every message.
            until: epoch seconds when the caller's time is over.

        Raises:
            TaskClaimed: by the same message, brought twice: it may not be deleted from the queue.
        """
        key = Key(
            keys.broadcast_partition(task.channel, task.message_id),
            keys.task_sort_key(task.shard, task.part),
        )
        progress = Progress.begin(task)
        own: dict[str, Value] = {
            _CLAIM: os.urandom(8).hex(),
            _CLAIMED_BY: queue_message_id,
            _CLAIMED_UNTIL: ceil(until),
            keys.TTL_ATTRIBUTE: int(task.expires_at) + KEEP_SECONDS,
        }
        row = {keys.PARTITION_KEY: key.partition, keys.SORT_KEY: key.sort, **progress.values()}
        try:
            self._table.put(row | own, condition=Absent())
        except ConditionFailed:
            return self._take_over(key, own)
        return Claim(self._table, key, str(own[_CLAIM]), progress)

    def _take_over(self, key: Key, own: Row) -> Claim | None:
        row = self._table.get(key)
        if row is None:
            # It has expired this very moment.
            raise TaskClaimed
        if row[_IS_DONE]:
            return None
        if int(row[_CLAIMED_UNTIL]) > self._clock():
            if row[_CLAIMED_BY] == own[_CLAIMED_BY]:
                raise TaskClaimed
            return None
        try:
            row = self._table.update(key, values=own, condition=Equals(_CLAIM, row[_CLAIM]))
        except ConditionFailed as error:
            raise TaskClaimed from error
        return Claim(self._table, key, str(own[_CLAIM]), Progress.from_row(row))


class Claim:
    """One task, as its only worker has it. Every method raises what the table raises."""

    def __init__(self, table: Table, key: Key, token: str, progress: Progress) -> None:
        self.progress = progress
        """How far the task had got when it was claimed."""
        self._table = table
        self._key = key
        self._token = token

    def keep(self, progress: Progress) -> None:
        """Write how far the task has got.

        Raises:
            TaskClaimed: another worker has taken the task over.
        """
        self._update(progress.values())

    def release(self) -> None:
        """Let any other worker go on at once.

        Raises:
            TaskClaimed: as above.
        """
        self._update({_CLAIMED_UNTIL: 0})

    def _update(self, values: Row) -> None:
        try:
            self._table.update(self._key, values=values, condition=Equals(_CLAIM, self._token))
        except ConditionFailed as error:
            raise TaskClaimed from error
