"""Log lines on their way to CloudWatch Logs, in batches and out of the way of events."""

import contextlib
import uuid
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator
from typing import Final, NamedTuple

from local_aws.aws_client import AwsClient, AwsClientError, json_call
from local_aws.credentials import ROOT, Credentials
from local_aws.monitoring.periodic import Periodic
from local_aws.role_credentials import RoleCredentialsError

_SECONDS_BETWEEN: Final = 1.0
_MAXIMUM_WAITING: Final = 20_000
# What PutLogEvents takes, and what it counts for each event beside its message.
_MAXIMUM_BATCH: Final = 1_000
_MAXIMUM_BATCH_BYTES: Final = 1_048_576
_EVENT_BYTES: Final = 26
_CLOSE_SECONDS: Final = 3.0


class LogGroup(NamedTuple):
    """A log group, and where in it lines go.

    Attributes:
        region: The AWS Region of the group.
        name: The group's name.
        is_own: Whether it is made if it is not there.
        stream: The name of the stream in it; None for the one that a delivery has in each group.
    """

    region: str
    name: str
    is_own: bool
    stream: str | None = None


async def root_credentials(_group: LogGroup) -> Credentials:
    """Put lines in the name of the account."""
    return ROOT


class LogDelivery:
    """Puts lines into log groups; what cannot be put is given up."""

    def __init__(
        self,
        client: AwsClient,
        notify: Callable[[str], None],
        credentials: Callable[[LogGroup], Awaitable[Credentials]] = root_credentials,
        delivered: Callable[[LogGroup, str], None] | None = None,
    ) -> None:
        """Prepare.

        Args:
            client: Calls CloudWatch Logs.
            notify: Is told, once a group, why lines are lost.
            credentials: Returns those with which lines are put into a group, or raises
                RoleCredentialsError.
            delivered: Is given each line that is in its group.
        """
        self._delivered = delivered
        self._client = client
        self._notify = notify
        self._credentials = credentials
        self._stream = uuid.uuid4().hex
        self._waiting: defaultdict[LogGroup, list[dict[str, object]]] = defaultdict(list)
        self._count = 0
        self._ready: set[LogGroup] = set()
        self._failed: set[str] = set()
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
                for batch in _batches(events):
                    await self._call("PutLogEvents", group, **self._of(group), logEvents=batch)
                    if self._delivered is not None:
                        for event in batch:
                            self._delivered(group, str(event["message"]))
            except (AwsClientError, RoleCredentialsError) as error:
                self._give_up(group, str(error))

    def _of(self, group: LogGroup) -> dict[str, str]:
        return {"logStreamName": group.stream or self._stream}

    async def _prepare(self, group: LogGroup) -> None:
        if group in self._ready:
            return
        # What is there already is no failure, and PutLogEvents tells what is not there after all.
        with contextlib.suppress(AwsClientError):
            if group.is_own:
                await self._call("CreateLogGroup", group)
        with contextlib.suppress(AwsClientError):
            await self._call("CreateLogStream", group, **self._of(group))
        self._ready.add(group)

    async def _call(self, action: str, group: LogGroup, **document: object) -> None:
        call = json_call(
            "logs",
            region=group.region,
            target=f"Logs_20140328.{action}",
            version="1.1",
            document={"logGroupName": group.name, **document},
        )
        await self._client.send(call, await self._credentials(group))

    def _give_up(self, group: LogGroup, why: str) -> None:
        # A group that is made anew needs a new stream.
        self._ready.discard(group)
        if group.name not in self._failed:
            self._failed.add(group.name)
            self._notify(f"Lines for the log group {group.name} are lost: {why}.")


def _batches(events: list[dict[str, object]]) -> Iterator[list[dict[str, object]]]:
    """Divide events, in their order, among as few calls as take them."""
    batch: list[dict[str, object]] = []
    size = 0
    for event in events:
        event_bytes = len(str(event["message"]).encode()) + _EVENT_BYTES
        if batch and (len(batch) == _MAXIMUM_BATCH or size + event_bytes > _MAXIMUM_BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(event)
        size += event_bytes
    if batch:
        yield batch
