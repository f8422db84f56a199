"""The sockets of an application that a test runs: those of the test's own connections."""

from __future__ import annotations

from typing import TYPE_CHECKING

from websocket_api.management import Gone
from websocket_api.testing.client_connection import NORMAL

if TYPE_CHECKING:
    from collections.abc import Callable

    from websocket_api.testing.client_connection import ClientConnection


class MemorySockets:
    """``Sockets`` in memory: what is posted lands in the client's inbox at once."""

    def __init__(self, *, clock: Callable[[], float]) -> None:
        """Take what gives epoch seconds."""
        self.connections: dict[str, ClientConnection] = {}
        """All that ever opened, by their IDs."""
        self._clock = clock

    def post(self, connection_id: str, data: bytes) -> None:
        """Put one message into the connection's inbox."""
        connection = self.connections.get(connection_id)
        if connection is None:
            raise Gone(connection_id)
        connection.accept_post(data, at=self._clock())

    def is_open(self, connection_id: str) -> bool:
        """Return whether the connection is open."""
        connection = self.connections.get(connection_id)
        return connection is not None and connection.is_open

    def close(self, connection_id: str) -> None:
        """Close the connection, if it is open."""
        connection = self.connections.get(connection_id)
        if connection is not None:
            connection.close(NORMAL, "Connection Closed Normally")
