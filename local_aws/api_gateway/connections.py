"""The connections that are open, by their ids."""

from collections.abc import Iterator

from local_aws.api_gateway.addressing import StageKey
from local_aws.api_gateway.connection import Connection


class ConnectionRegistry:
    """Holds a connection from its 101 until the instant at which it begins to close."""

    def __init__(self) -> None:
        self._connections: dict[str, Connection] = {}

    def __iter__(self) -> Iterator[Connection]:
        """Iterate over those that are open now, whatever closes meanwhile."""
        return iter(tuple(self._connections.values()))

    def add(self, connection: Connection) -> None:
        """Take in a connection that has just opened."""
        self._connections[connection.context.connection_id] = connection

    def remove(self, connection: Connection) -> None:
        """Forget a connection that has begun to close."""
        self._connections.pop(connection.context.connection_id, None)

    def find(self, stage: StageKey, connection_id: str) -> Connection | None:
        """Return an open connection of a stage, or None."""
        connection = self._connections.get(connection_id)
        return connection if connection is not None and connection.stage == stage else None
