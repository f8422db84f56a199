"""Whom an application can send to besides the connection that an event came from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from websocket_api.connection import Connection, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from websocket_api.delivery import DeliveryReport
    from websocket_api.resources import Resources


class User:
    """A user, with all connections that were accepted as the user's: tabs, devices, reconnects."""

    def __init__(self, user_id: str, resources: Resources) -> None:
        self.id = user_id
        self._resources = resources

    @property
    def connections(self) -> tuple[Connection, ...]:
        """The user's connections; each time, they are read anew, by Query.

        Raises:
            InvalidUser: there can be no user with this ID.
        """
        return tuple(
            Connection(connection_id, self._resources)
            for connection_id in self._resources.users.connections(self.id)
        )

    def send(self, message: object) -> DeliveryReport:
        """Send a message to all of the user's connections: a text as it is, all else as JSON.

        Raises:
            InvalidUser: there can be no user with this ID.
            TypeError: the message cannot be turned into JSON.
        """
        payload = text_of(message).encode()
        connection_ids = self._resources.users.connections(self.id)
        return self._resources.delivery.send(connection_ids, payload)

    def close(self) -> None:
        """Close all of the user's connections."""
        for connection in self.connections:
            connection.close()


class Connections:
    """The connections of the application. There is no way to list them all: it would be a Scan."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources

    def get(self, connection_id: str) -> Connection | None:
        """Return a connection that was accepted and that the table still knows."""
        row = self._resources.connections.get(connection_id)
        return None if row is None else Connection(connection_id, self._resources, row=row)

    def send(self, connection_ids: Iterable[str], message: object) -> DeliveryReport:
        """Send a message to some connections: a text as it is, anything else as JSON.

        None of them can spoil it for the others.

        Raises:
            TypeError: the message cannot be turned into JSON.
        """
        return self._resources.delivery.send(connection_ids, text_of(message).encode())
