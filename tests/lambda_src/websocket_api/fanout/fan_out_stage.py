"""A stage whose large broadcasts workers send, over a queue in memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.lambda_src.websocket_api.fanout.memory_queue import MemoryQueue, QueuedMessage
from tests.lambda_src.websocket_api.sockets import Stage
from websocket_api.channel_heads import ChannelHeads
from websocket_api.delivery_pace import Pace
from websocket_api.fanout.frames import FrameStore
from websocket_api.fanout.progress import Claims
from websocket_api.fanout.task_runner import WorkerParts
from websocket_api.fanout.worker import Worker
from websocket_api.subscriptions import Subscriptions

if TYPE_CHECKING:
    from websocket_api.table import Table

CHANNEL = "room/blue"
WORKER_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Context:
    """What Lambda tells the worker."""

    seconds: float

    def get_remaining_time_in_millis(self) -> int:
        return int(self.seconds * 1000)


class FanOutStage(Stage):
    """A stage with a queue, and a worker that a test invokes."""

    def __init__(
        self,
        table: Table | None = None,
        *,
        threshold: int = 3,
        posts_per_second: int = 1000,
        worker_seconds: float = WORKER_SECONDS,
        **settings: Any,
    ) -> None:
        self.queue = MemoryQueue()
        super().__init__(table, queue=self.queue, threshold=threshold, **settings)
        self.queue.clock = self.clock
        self.worker_seconds = worker_seconds
        self.worker = Worker(
            WorkerParts(
                claims=Claims(self.table, clock=self.clock),
                subscriptions=Subscriptions(self.table, clock=self.clock),
                heads=ChannelHeads(self.table, clock=self.clock),
                frames=FrameStore(self.table),
                queue=self.queue,
                delivery=self.delivery,
                pace=Pace(posts_per_second, clock=self.clock),
                clock=self.clock,
            )
        )

    @property
    def channel(self) -> Any:
        return self.channels.channel(CHANNEL)

    def join_all(self, count: int) -> list[str]:
        """Open connections and subscribe them; return their IDs, in the order of their rows."""
        connection_ids = [f"c{number:04}" for number in range(count)]
        for connection_id in connection_ids:
            self.join(connection_id, CHANNEL)
        return connection_ids

    def invoke(self, message: QueuedMessage) -> bool:
        """Invoke the worker with a message, and delete that if it has done its part."""
        answer = self.worker.handle(message.event(), Context(self.worker_seconds))
        if answer["batchItemFailures"]:
            return False
        self.queue.delete(message.message_id)
        return True

    def work(self) -> int:
        """Invoke the worker as long as a message is visible; return how often."""
        invocations = 0
        while (message := self.queue.receive()) is not None:
            self.invoke(message)
            invocations += 1
        return invocations

    def work_off(self) -> None:
        """Let time pass until nothing is on the queue any more."""
        while self.queue.messages:
            self.work()
            if self.queue.messages:
                self.clock.advance(1)

    def received(self) -> dict[str, int]:
        """Return how many messages each open connection has got."""
        return {each: len(inbox) for each, inbox in self.sockets.inboxes.items()}

    def tasks(self) -> list[dict[str, Any]]:
        """Return the rows of tasks."""
        return [dict(row) for row in self.memory.rows() if str(row["pk"]).startswith("BROADCAST#")]
