"""The worker: a Lambda function that is invoked with messages of the queue, one by one.

Its handler is ``websocket_api.fanout.worker.handler``. It reports each message that has to stay on
the queue (Implementing partial batch responses); SQS gives it out again, and after some times puts
it into the dead-letter queue.
"""

from __future__ import annotations

import logging
import time
from functools import cache
from typing import TYPE_CHECKING, Any

from websocket_api import clients, environment, logs, metrics
from websocket_api.broadcast import log_fields
from websocket_api.channel_heads import ChannelHeads
from websocket_api.connections import ConnectionStore
from websocket_api.delivery import Delivery
from websocket_api.delivery_pace import Pace
from websocket_api.dynamodb_table import DynamoDBTable
from websocket_api.fanout.frames import FrameStore
from websocket_api.fanout.progress import Claims, TaskClaimed
from websocket_api.fanout.queue import SqsQueue
from websocket_api.fanout.task import InvalidTask, parse
from websocket_api.fanout.task_runner import TaskRunner, WorkerParts
from websocket_api.posting import ManagementPost, posting_engine
from websocket_api.subscriptions import Subscriptions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from websocket_api.fanout.task import Task

CONCURRENT_POSTS = 32
"""The most posts that one worker makes at once through the SDK."""
DEFAULT_SECONDS = 30.0
"""The worker's time, if its context does not tell."""

_LOG = logging.getLogger(__name__)


class Worker:
    """Works off messages of the queue."""

    def __init__(self, parts: WorkerParts) -> None:
        """Take what tasks are worked off with."""
        self._parts = parts

    def handle(self, event: Mapping[str, Any], context: object) -> dict[str, Any]:
        """Work off the messages of one event of SQS's; return which have to stay on the queue."""
        remaining = getattr(context, "get_remaining_time_in_millis", None)
        seconds = DEFAULT_SECONDS if remaining is None else remaining() / 1000
        ends_at = self._parts.clock() + seconds
        with logs.invocation(context), metrics.invocation():
            failures = [
                {"itemIdentifier": record["messageId"]}
                for record in event["Records"]
                if not self._succeeds(record, ends_at)
            ]
        return {"batchItemFailures": failures}

    def _succeeds(self, record: Mapping[str, Any], ends_at: float) -> bool:
        """Work off one message; return whether it has done its part."""
        try:
            task = parse(record["body"])
        except InvalidTask as error:
            # It goes to the dead-letter queue in the end, where somebody can look at it.
            _LOG.error("not a task", extra={"reason": str(error)})
            return False
        runner = TaskRunner(task, self._parts)
        with logs.fields(**_fields(task)):
            try:
                runner.run(queue_message_id=record["messageId"], ends_at=ends_at)
            except TaskClaimed:
                _LOG.info("another worker has the task")
                return False
            except Exception:  # noqa: BLE001 - logged, and SQS gives the message out again
                _LOG.exception("the task was not worked off")
                return False
            finally:
                lag = int(self._parts.clock() * 1000) - task.published_at_milliseconds
                _LOG.info(
                    "worked on a broadcast", extra={**log_fields(runner.report), "lagMs": lag}
                )
        return True


def _fields(task: Task) -> dict[str, str | int]:
    return {
        "messageId": task.message_id,
        "channel": task.channel,
        "shard": task.shard,
        "hops": task.hops,
        "publishedAt": task.published_at_milliseconds,
    }


def worker_from_environment() -> Worker:
    """Return the worker that the environment variables describe.

    Raises:
        MissingEnvironmentVariable: one that it needs is absent or empty.
        InvalidEnvironmentVariable: one of them cannot be used.
    """
    table = DynamoDBTable(clients.dynamodb(), table_name=environment.table_name())
    endpoint = environment.management_endpoint()
    url = environment.fanout_queue_url()
    if url is None:
        raise environment.MissingEnvironmentVariable(
            environment.FANOUT_QUEUE_URL_VARIABLE, "the URL of the queue that it works off"
        )
    return Worker(
        WorkerParts(
            claims=Claims(table, clock=time.time),
            subscriptions=Subscriptions(table, clock=time.time),
            heads=ChannelHeads(table, clock=time.time),
            frames=FrameStore(table),
            queue=SqsQueue(clients.sqs(), url=url),
            delivery=Delivery(
                ManagementPost(clients.posting(endpoint, maximum_connections=CONCURRENT_POSTS)),
                connections=ConnectionStore(table),
                concurrency=CONCURRENT_POSTS,
                engine=posting_engine,
            ),
            pace=Pace(environment.fanout_posts_per_second()),
            clock=time.time,
        )
    )


@cache
def _worker() -> Worker:
    logs.configure(environment.log_level())
    metrics.check_environment()
    return worker_from_environment()


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Handle one event of the queue's."""
    return _worker().handle(event, context)


if environment.is_execution_environment():
    # While Lambda initialises the function it has a full vCPU.
    _worker()
