"""Sockets without a network, on a clock that stands still, over a table in memory."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from websocket_api.channels import Channels
from websocket_api.connections import ConnectionRow, ConnectionStore
from websocket_api.delivery import Delivery, Throttled
from websocket_api.management import Gone
from websocket_api.testing.memory_table import MemoryTable

if TYPE_CHECKING:
    from websocket_api.table import Table

START = 1_700_000_000.0
CONNECTION_SECONDS = 7500


@dataclass(slots=True)
class Clock:
    """Epoch seconds that pass only when a test or a pause lets them."""

    now: float = START

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


@dataclass(slots=True)
class Sockets:
    """A ``Post`` to clients that keep what they get."""

    inboxes: dict[str, list[bytes]] = field(default_factory=dict)
    """Of the open ones, by connection ID."""
    throttled: dict[str, int] = field(default_factory=dict)
    """How many posts to a connection are refused before one is taken."""
    broken: dict[str, list[Exception]] = field(default_factory=dict)
    """What the next posts to a connection raise."""
    posts: list[str] = field(default_factory=list)
    """To which connection each post went."""
    looks: list[str] = field(default_factory=list)
    """Which connections were looked at."""

    def post(self, connection_id: str, data: bytes) -> None:
        self.posts.append(connection_id)
        if self.broken.get(connection_id):
            raise self.broken[connection_id].pop(0)
        if self.throttled.get(connection_id, 0) > 0:
            self.throttled[connection_id] -= 1
            raise Throttled
        if connection_id not in self.inboxes:
            raise Gone(connection_id)
        self.inboxes[connection_id].append(data)

    def is_open(self, connection_id: str) -> bool:
        self.looks.append(connection_id)
        return connection_id in self.inboxes

    def frames(self, connection_id: str) -> list[dict[str, Any]]:
        """Return what a client got since it was last asked."""
        taken = [json.loads(data) for data in self.inboxes[connection_id]]
        self.inboxes[connection_id].clear()
        return taken


class Stage:
    """A stage of an API: its clients, its table, and its channels."""

    def __init__(
        self, table: Table | None = None, *, sockets: Sockets | None = None, **settings: Any
    ) -> None:
        self.clock = Clock()
        self.memory = MemoryTable(clock=self.clock)
        self.table: Table = table or self.memory
        self.sockets = sockets or Sockets()
        self.connections = ConnectionStore(self.table, clock=self.clock)
        self.delivery = Delivery(
            self.sockets,
            connections=self.connections,
            concurrency=1,
            clock=self.clock,
            sleep=self.clock.advance,
            jitter=lambda: 1.0,
        )
        self.channels = Channels(self.table, delivery=self.delivery, clock=self.clock, **settings)

    def open(self, connection_id: str, *, user: str | None = None) -> ConnectionRow:
        """Open a connection and store it."""
        row = connection_row(connection_id, user=user, now=self.clock())
        self.connections.put(row)
        self.sockets.inboxes[connection_id] = []
        return row

    def vanish(self, connection_id: str) -> None:
        """Close a connection without a word, so that $disconnect never comes."""
        del self.sockets.inboxes[connection_id]

    def join(self, connection_id: str, channel: str, *, user: str | None = None) -> Any:
        """Open a connection that is not there yet, and subscribe it."""
        if connection_id not in self.sockets.inboxes:
            self.open(connection_id, user=user)
        return self.channels.subscribe(
            connection_id, channel, user=user, ttl=int(self.clock()) + CONNECTION_SECONDS
        )

    def leave(self, connection_id: str) -> None:
        """Close a connection; its $disconnect comes."""
        self.vanish(connection_id)
        self.channels.disconnect(connection_id)


def connection_row(
    connection_id: str, *, user: str | None = None, now: float = START, **changes: Any
) -> ConnectionRow:
    values: dict[str, Any] = {
        "connection_id": connection_id,
        "connected_at_milliseconds": int(now * 1000),
        "source_ip": "192.0.2.1",
        "user_agent": None,
        "domain_name": "example.com",
        "stage": "prod",
        "ttl": int(now) + CONNECTION_SECONDS,
        "user": user,
    }
    return ConnectionRow(**values | changes)
