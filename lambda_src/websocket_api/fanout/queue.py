"""The queue between those who publish and the workers."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from websocket_api import clients

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from websocket_api.fanout.task import Task

MAXIMUM_BATCH_MESSAGES = 10
MAXIMUM_BATCH_BYTES = 256 * 1024
"""SQS takes 1 MiB since August 2025, in regions and tools that have caught up with that."""
ATTEMPTS = 3

_LOG = logging.getLogger(__name__)


class Queue(Protocol):
    """Where tasks wait for workers."""

    def send(self, tasks: Sequence[Task], *, delay_seconds: int = 0) -> Sequence[Task]:
        """Put tasks on the queue; return those that it did not take, whatever the reason.

        Args:
            tasks: what to do.
            delay_seconds: how long they stay hidden from workers, up to 900.
        """


class SqsQueue:
    """A queue of SQS's.

    A message can come to be on it twice, where the answer to a call got lost.
    """

    def __init__(self, client: Any, *, url: str) -> None:
        """Take a client as ``clients.sqs`` gives it, and the queue's URL."""
        self._client = client
        self._url = url

    def send(self, tasks: Sequence[Task], *, delay_seconds: int = 0) -> Sequence[Task]:
        """Put tasks on the queue, several a call; those that it refuses are sent again twice."""
        messages = [_Message(task, task.body()) for task in tasks]
        for _ in range(ATTEMPTS):
            messages = [
                message
                for batch in _batches(messages)
                for message in self._refused(batch, delay_seconds)
            ]
        return [message.task for message in messages]

    def _refused(self, batch: Sequence[_Message], delay_seconds: int) -> Sequence[_Message]:
        entries = [
            {
                "Id": str(index),
                "MessageBody": message.body,
                "DelaySeconds": delay_seconds,
                **_system_attributes(),
            }
            for index, message in enumerate(batch)
        ]
        try:
            answer = self._client.send_message_batch(QueueUrl=self._url, Entries=entries)
        except clients.errors() as error:
            code = clients.error_code(error)
            _LOG.warning("the queue could not be reached", extra={"errorCode": code})
            return batch
        failures = answer.get("Failed", ())
        for failure in failures:
            _LOG.warning("the queue refused a message", extra={"errorCode": failure["Code"]})
        return [batch[int(failure["Id"])] for failure in failures]


@dataclass(frozen=True, slots=True)
class _Message:
    task: Task
    body: str


def _system_attributes() -> dict[str, Any]:
    """Return what has the trace of who publishes go on in the worker, if there is a trace."""
    trace = os.environ.get("_X_AMZN_TRACE_ID")
    if not trace:
        return {}
    header = {"StringValue": trace, "DataType": "String"}
    return {"MessageSystemAttributes": {"AWSTraceHeader": header}}


def _batches(messages: Sequence[_Message]) -> Iterator[Sequence[_Message]]:
    batch: list[_Message] = []
    size = 0
    for message in messages:
        length = len(message.body)
        is_full = len(batch) == MAXIMUM_BATCH_MESSAGES or size + length > MAXIMUM_BATCH_BYTES
        if batch and is_full:
            yield batch
            batch, size = [], 0
        batch.append(message)
        size += length
    if batch:
        yield batch
