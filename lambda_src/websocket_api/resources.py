"""What an application stands on: the table, the connections' sockets, the clock.

Each part is made when it is first asked for, and its module imported: what an application does not
use costs it nothing.
"""

from __future__ import annotations

import os
import time
from threading import RLock
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from websocket_api import clients, deadlines, environment

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from websocket_api.channel_policy import ChannelPolicy
    from websocket_api.channels import Channels
    from websocket_api.connections import ConnectionStore
    from websocket_api.delivery import Delivery, Poster
    from websocket_api.fanout.queue import Queue
    from websocket_api.table import Table
    from websocket_api.users import Users

CONCURRENT_POSTS = 32

_Part = TypeVar("_Part")


class Sockets(Protocol):
    """What can be done to open connections: API Gateway's @connections, or a test's own.

    Several threads call it at once.
    """

    def post(self, connection_id: str, data: bytes) -> None:
        """Send one message, as ``delivery.Post`` says."""

    def is_open(self, connection_id: str) -> bool:
        """Return whether the connection is open, as ``delivery.Post`` says."""

    def close(self, connection_id: str) -> None:
        """Close the connection; one that is closed already stays so."""


class Resources:
    """The parts, each of which is made once, whichever threads ask for it."""

    def __init__(  # noqa: PLR0913 - each is one thing that a test replaces
        self,
        *,
        table: Callable[[], Table],
        sockets: Callable[[], Sockets],
        engine: Callable[[], Poster | None] = lambda: None,
        ttl_seconds: Callable[[], int],
        policy: ChannelPolicy | None = None,
        queue: Callable[[], Queue | None] = lambda: None,
        threshold: Callable[[], int] = environment.fanout_threshold,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        concurrency: int = CONCURRENT_POSTS,
    ) -> None:
        """Take what makes the parts.

        Args:
            table: makes the table.
            sockets: makes what reaches connections.
            engine: makes what posts to several connections at once, if threads are not to.
            ttl_seconds: gives how long after a connection opened its rows may be deleted.
            policy: how channels work.
            queue: makes the queue from which workers get large broadcasts, if there is one.
            threshold: gives how many subscribers are sent to without it.
            clock: gives epoch seconds.
            sleep: waits for some seconds.
            concurrency: how many posts are made at once.
        """
        self.clock = clock
        self.policy = policy
        lock = RLock()
        self._sleep = sleep
        self._concurrency = concurrency
        self._engine = engine
        self._table = _Once(table, lock)
        self._sockets = _Once(sockets, lock)
        self._ttl_seconds = _Once(ttl_seconds, lock)
        self._queue = _Once(queue, lock)
        self._threshold = _Once(threshold, lock)
        self._connections = _Once(self._make_connections, lock)
        self._users = _Once(self._make_users, lock)
        self._delivery = _Once(self._make_delivery, lock)
        self._channels = _Once(self._make_channels, lock)

    @classmethod
    def from_environment(cls, policy: ChannelPolicy | None) -> Resources:
        """Return those that the function's environment variables name."""
        return cls(
            table=_dynamodb_table,
            sockets=_management_sockets,
            engine=_posting_engine,
            ttl_seconds=environment.connection_ttl_seconds,
            policy=policy,
            queue=fanout_queue,
        )

    def prepare(self) -> None:
        """Make everything that takes long or can be missing, before the first event comes.

        Raises:
            MissingEnvironmentVariable: one that a part needs is absent or empty.
            InvalidEnvironmentVariable: one of them cannot be used.
        """
        self._ttl_seconds.get()
        self._connections.get()
        self._delivery.get()
        if self.policy is not None:
            self._channels.get()

    @property
    def queue(self) -> Queue | None:
        """The queue from which workers get large broadcasts, if there is one."""
        return self._queue.get()

    @property
    def sockets(self) -> Sockets:
        """What reaches connections."""
        return self._sockets.get()

    @property
    def ttl_seconds(self) -> int:
        """How long after a connection opened its rows may be deleted."""
        return self._ttl_seconds.get()

    @property
    def connections(self) -> ConnectionStore:
        """The connections that the table knows."""
        return self._connections.get()

    @property
    def users(self) -> Users:
        """The users that the table knows."""
        return self._users.get()

    @property
    def delivery(self) -> Delivery:
        """What sends to connections."""
        return self._delivery.get()

    @property
    def channels(self) -> Channels:
        """The channels that the table knows."""
        return self._channels.get()

    def forget(self, connection_id: str) -> int:
        """Remove all rows of a connection that has closed; return how many it had."""
        if self.policy is None:
            return self.connections.delete(connection_id)
        return self.channels.disconnect(connection_id)

    def _make_connections(self) -> ConnectionStore:
        from websocket_api.connections import ConnectionStore  # noqa: PLC0415 - only if used

        return ConnectionStore(self._table.get(), clock=self.clock)

    def _make_users(self) -> Users:
        from websocket_api.users import Users  # noqa: PLC0415 - only if used

        return Users(self._table.get(), clock=self.clock)

    def _make_delivery(self) -> Delivery:
        from websocket_api.delivery import Delivery  # noqa: PLC0415 - only if used

        return Delivery(
            self._sockets.get(),
            connections=self.connections,
            concurrency=self._concurrency,
            engine=self._engine,
            clock=self.clock,
            sleep=self._sleep,
            default_deadline=deadlines.current,
        )

    def _make_channels(self) -> Channels:
        from websocket_api.channel_policy import ChannelPolicy  # noqa: PLC0415 - only if used
        from websocket_api.channels import Channels  # noqa: PLC0415 - only if used

        policy = self.policy or ChannelPolicy()
        return Channels(
            self._table.get(),
            delivery=self.delivery,
            clock=self.clock,
            shards=policy.shards,
            history=policy.history,
            presence=policy.presence,
            leave_after_seconds=policy.leave_after_seconds,
            oversize=policy.oversize,
            queue=self.queue,
            threshold=self._threshold.get(),
        )


class _Once(Generic[_Part]):
    """A part that is made when it is first asked for."""

    def __init__(self, make: Callable[[], _Part], lock: RLock) -> None:
        self._make = make
        self._lock = lock
        self._made: list[_Part] = []

    def get(self) -> _Part:
        with self._lock:
            if not self._made:
                self._made.append(self._make())
            return self._made[0]


def _dynamodb_table() -> Table:
    from websocket_api.dynamodb_table import DynamoDBTable  # noqa: PLC0415 - only if used

    table_name = environment.table_name()
    return DynamoDBTable(clients.dynamodb(), table_name=table_name)


def _posting_engine() -> Poster | None:
    from websocket_api.posting import posting_engine  # noqa: PLC0415 - only if used

    return posting_engine()


def _management_sockets() -> Sockets:
    from websocket_api.posting import ManagementPost  # noqa: PLC0415 - only if used

    endpoint = environment.management_endpoint()
    return ManagementPost(clients.posting(endpoint, maximum_connections=CONCURRENT_POSTS))


def fanout_queue(environ: Mapping[str, str] = os.environ) -> Queue | None:
    """Return the queue that the environment variables name, if they name one.

    Raises:
        InvalidEnvironmentVariable: WEBSOCKET_FANOUT_QUEUE_URL is no http or https URL.
    """
    url = environment.fanout_queue_url(environ)
    if url is None:
        return None
    from websocket_api.fanout.queue import SqsQueue  # noqa: PLC0415 - only if used

    return SqsQueue(clients.sqs(), url=url)
