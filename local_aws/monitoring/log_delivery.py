"""Log lines on their way to CloudWatch Logs, in batches and out of the way of events."""

import contextlib
import uuid
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from local_aws.aws_client import AwsClient, AwsClientError, json_call
from local_aws.credentials import ROOT
from local_aws.monitoring.periodic import Periodic

_SECONDS_BETWEEN: Final = 1.0
_MAXIMUM_WAITING: Final = 20_000
# PutLogEvents takes 1 MB; a line has at most a few KB.
_MAXIMUM_BATCH: Final = 200
_CLOSE_SECONDS: Final = 3.0


@dataclass(frozen=True, slots=True)
class LogGroup:
    """A log group, by its name, and whether it is made if it is not there."""

    region: str
    name: str
    is_own: bool


class LogDelivery:
    """Puts lines into log groups, in one stream a group; what cannot be put is given up."""

    def __init__(self, client: AwsClient, notify: Callable[[str], None]) -> None:
        """Prepare; `notify` is told, once a group, why lines are lost."""
        self._client = client
        self._notify = notify
        self._stream = uuid.uuid4().hex
        self._waiting: defaultdict[LogGroup, list[dict[str, object]]] = defaultdict(list)
        self._count = 0
        self._ready: set[LogGroup] = set()
        self._failed: set[LogGroup] = set()
        self._periodic = Periodic(self._deliver, _SECONDS_BETWEEN)

    def put(self, group: LogGroup, time: float, lines: list[str]) -> None:
        """Have lines put into a group; `time` is in seconds since the epoch."""
        if self._count + len(lines) > _MAXIMUM_WAITING:
            self._give_up(group, f"more than {_MAXIMUM_WAITING} lines are waiting")
            return
        timestamp = int(time * 1_000)
        self._waiting[group] += [{"timestamp": timestamp, "message": line} for line in lines]
        self._count += len(lines)
        self._periodic.request()

    async def close(self) -> None:
        """Deliver what is waiting."""
        await self._periodic.close(_CLOSE_SECONDS)

    async def _deliver(self) -> None:
        waiting, self._waiting = self._waiting, defaultdict(list)
        self._count = 0
        for group, events in waiting.items():
            # Events end in another order than they began, and AWS wants them by their times.
            events.sort(key=lambda event: str(event["timestamp"]))
            try:
                await self._prepare(group)
                for start in range(0, len(events), _MAXIMUM_BATCH):
                    await self._put(group, events[start : start + _MAXIMUM_BATCH])
            except AwsClientError as error:
                self._give_up(group, str(error))

    async def _put(self, group: LogGroup, events: list[dict[str, object]]) -> None:
        await self._call("PutLogEvents", group, logStreamName=self._stream, logEvents=events)

    async def _prepare(self, group: LogGroup) -> None:
        if group in self._ready:
            return
        # What is there already is no failure, and PutLogEvents tells what is not there after all.
        with contextlib.suppress(AwsClientError):
            if group.is_own:
                await self._call("CreateLogGroup", group)
        with contextlib.suppress(AwsClientError):
            await self._call("CreateLogStream", group, logStreamName=self._stream)
        self._ready.add(group)

    async def _call(self, action: str, group: LogGroup, **document: object) -> None:
        call = json_call(
            "logs",
            region=group.region,
            target=f"Logs_20140328.{action}",
            version="1.1",
            document={"logGroupName": group.name, **document},
        )
        await self._client.send(call, ROOT)

    def _give_up(self, group: LogGroup, why: str) -> None:
        # A group that is made anew needs a new stream.
        self._ready.discard(group)
        if group not in self._failed:
            self._failed.add(group)
            self._notify(f"Lines for the log group {group.name} are lost: {why}.")
