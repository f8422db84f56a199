"""The queue between those who publish and the workers."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING, Any, Protocol

from websocket_api import clients, environment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

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
        waiting = {str(index): task for index, task in enumerate(tasks)}
        common = {"DelaySeconds": delay_seconds, **_system_attributes()}
        try:
            for _ in range(ATTEMPTS):
                for batch in _batches({index: task.body() for index, task in waiting.items()}):
                    entries = [
                        {"Id": index, "MessageBody": batch[index], **common} for index in batch
                    ]
                    answer = self._client.send_message_batch(QueueUrl=self._url, Entries=entries)
                    for taken in answer.get("Successful", ()):
                        del waiting[taken["Id"]]
                    for failure in answer.get("Failed", ()):
                        _LOG.warning("refused by the queue", extra={"errorCode": failure["Code"]})
        except clients.errors() as error:
            # The client has tried again already, for longer than anybody should wait.
            code = clients.error_code(error)
            _LOG.warning("the queue could not be reached", extra={"errorCode": code})
        return list(waiting.values())


def _system_attributes() -> dict[str, Any]:
    """Return what has the trace of who publishes go on in the worker, if there is a trace."""
    trace = os.environ.get(environment.TRACE_HEADER_VARIABLE)
    if not trace:
        return {}
    header = {"StringValue": trace, "DataType": "String"}
    return {"MessageSystemAttributes": {"AWSTraceHeader": header}}


def _batches(bodies: Mapping[str, str]) -> Iterator[Mapping[str, str]]:
    """Yield as many bodies as one call takes, by their indexes."""
    batch: dict[str, str] = {}
    size = 0
    for index, body in bodies.items():
        is_full = len(batch) == MAXIMUM_BATCH_MESSAGES or size + len(body) > MAXIMUM_BATCH_BYTES
        if batch and is_full:
            yield batch
            batch, size = {}, 0
        batch[index] = body
        size += len(body)
    if batch:
        yield batch
