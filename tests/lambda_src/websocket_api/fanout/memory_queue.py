"""A queue in memory that behaves as SQS does, with all that its documentation reserves."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from itertools import count
from typing import TYPE_CHECKING, Any

from websocket_api.fanout.task import parse

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from websocket_api.fanout.task import Task

VISIBILITY_SECONDS = 40.0
MAXIMUM_RECEIVES = 5


@dataclass(frozen=True, slots=True)
class QueuedMessage:
    message_id: str
    body: str
    visible_at: float
    receives: int = 0

    @property
    def task(self) -> Task:
        return parse(self.body)

    def event(self) -> dict[str, Any]:
        """Return the event with which Lambda invokes the worker."""
        return {"Records": [{"messageId": self.message_id, "body": self.body}]}


@dataclass(slots=True)
class MemoryQueue:
    """Gives each message out again until it is deleted, some times at most."""

    clock: Callable[[], float] = time.time
    """Gives epoch seconds."""
    messages: dict[str, QueuedMessage] = field(default_factory=dict)
    """By their IDs."""
    dead: list[QueuedMessage] = field(default_factory=list)
    """Those of the dead-letter queue."""
    refused: int = 0
    """How many of the next messages are not taken."""
    before_send: Callable[[], None] = lambda: None
    after_send: Callable[[], None] = lambda: None
    _numbers: count[int] = field(default_factory=count)

    def send(self, tasks: Sequence[Task], *, delay_seconds: int = 0) -> Sequence[Task]:
        unsent = []
        for task in tasks:
            self.before_send()
            if self.refused > 0:
                self.refused -= 1
                unsent.append(task)
            else:
                self.put(task.body(), delay_seconds=delay_seconds)
            self.after_send()
        return unsent

    def put(self, body: str, *, delay_seconds: float = 0) -> QueuedMessage:
        message = QueuedMessage(
            f"q{next(self._numbers)}", body, visible_at=self.clock() + delay_seconds
        )
        self.messages[message.message_id] = message
        return message

    def receive(self) -> QueuedMessage | None:
        """Return a visible message, hidden from now on; None if there is none."""
        for message in list(self.messages.values()):
            if message.visible_at > self.clock():
                continue
            if message.receives == MAXIMUM_RECEIVES:
                self.dead.append(self.messages.pop(message.message_id))
                continue
            received = replace(
                message,
                visible_at=self.clock() + VISIBILITY_SECONDS,
                receives=message.receives + 1,
            )
            self.messages[message.message_id] = received
            return received
        return None

    def delete(self, message_id: str) -> None:
        self.messages.pop(message_id, None)
