"""Reads the subscribers in one shard for a task, a page at a time."""

from __future__ import annotations

import json
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from websocket_api.fanout.progress import Progress
    from websocket_api.fanout.task import Task
    from websocket_api.subscriptions import Subscriber, Subscriptions

PAGE_ROWS = 2_000
"""How many subscribers one Query reads: shards are mostly larger than half of it."""


class ShardReader:
    """Reads on from where a task has got to. What the table raises passes through."""

    def __init__(self, subscriptions: Subscriptions, task: Task) -> None:
        self._subscriptions = subscriptions
        self._task = task
        self._page: deque[Subscriber] = deque()
        """Those who have been read and not taken."""
        self._next: str | None = None
        """The sort key after which the page after this one begins; None: there is none."""

    def take(
        self, progress: Progress, *, count: int, room: int
    ) -> tuple[list[Subscriber], Progress]:
        """Return who follows in the shard, and how far it has been read then.

        Args:
            progress: how far it has been read, as the last call returned it.
            count: the most to take.
            room: the most bytes that their sort keys may have in JSON.
        """
        if not self._page and not progress.is_read:
            page = self._subscriptions.page(
                self._task.channel,
                self._task.shard,
                start=progress.position or None,
                limit=PAGE_ROWS,
            )
            self._page.extend(page.subscribers)
            self._next = page.next
        taken: list[Subscriber] = []
        while self._page and len(taken) < count:
            room -= key_bytes(self._page[0].key.sort)
            if room < 0:
                break
            taken.append(self._page.popleft())
        progress = replace(progress, subscribed=progress.subscribed + len(taken))
        if self._page:
            last = taken[-1].key.sort if taken else progress.position
            return taken, replace(progress, position=last)
        if self._next is None:
            return taken, replace(progress, is_read=True)
        return taken, replace(progress, position=self._next)


def key_bytes(sort_key: str) -> int:
    """Return what a sort key takes in JSON, together with a number."""
    return len(json.dumps(sort_key)) + len(":20,")
