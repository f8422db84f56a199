"""One connection, as a handler sees it."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from websocket_api.encoding import to_json
from websocket_api.refusals import FORBIDDEN, Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from websocket_api.channel_heads import Position
    from websocket_api.connections import ConnectionRow
    from websocket_api.delivery import DeliveryReport
    from websocket_api.resources import Resources


class NotOpenYet(Exception):
    """Something was sent to a connection that opens only once $connect has returned."""

    def __init__(self) -> None:
        super().__init__(
            "API Gateway opens a connection after on_connect has returned, and answers 410 until "
            "then. Return Accept or Reject, and send once the client's first message has come."
        )


class Connection:
    """One socket of a client.

    Its user and attributes are those that it was accepted with. They are read from the table when
    they are first asked for, which costs one GetItem; handlers that do not ask pay nothing.
    """

    def __init__(
        self,
        connection_id: str,
        resources: Resources,
        *,
        row: ConnectionRow | None = None,
        opens_later: bool = False,
    ) -> None:
        """Take its ID, its row if that was read already, and whether it is still to be accepted."""
        self.id = connection_id
        """Opaque, of no fixed length."""
        self._resources = resources
        self._opens_later = opens_later
        self._row = row

    def __repr__(self) -> str:
        return f"Connection({self.id!r})"

    @property
    def user(self) -> str | None:
        """Whose connection it is, if on_connect said so, and as long as the table knows it."""
        row = self._stored()
        return None if row is None else row.user

    @property
    def attributes(self) -> Mapping[str, Any]:
        """What on_connect wanted to be kept; empty once the table knows the connection no more."""
        row = self._stored()
        return MappingProxyType({} if row is None else dict(row.attributes))

    @property
    def channels(self) -> tuple[str, ...]:
        """The names of the channels that it is subscribed to; each time, they are read anew."""
        return self._resources.channels.channels_of(self.id)

    def send(self, message: object) -> DeliveryReport:
        """Send the client a message: a text as it is, anything else as JSON.

        Raises:
            NotOpenYet: called in on_connect.
            TypeError: the message cannot be turned into JSON.
        """
        self._check_open()
        return self._resources.delivery.send((self.id,), text_of(message).encode())

    def close(self) -> None:
        """Close the connection, if it is open; its on_disconnect then sees the close code 1000.

        Raises:
            NotOpenYet: called in on_connect, which returns ``Reject`` instead.
        """
        self._check_open()
        self._resources.sockets.close(self.id)

    def subscribe(self, *channel: str) -> Position | None:
        """Have it get what is published to a channel from now on; a second time changes nothing.

        Args:
            channel: the channel's name, or its parts, as for ``App.channel``.

        Returns:
            The position from which on it gets everything, if channels have a history.

        Raises:
            NotOpenYet: called in on_connect, which returns ``Accept(channels=…)`` instead.
            Refusal: the connection has closed, or there can be no channel of that name.
        """
        self._check_open()
        channels = self._resources.channels
        name = channels.channel(*channel).name
        row = self._stored()
        if row is None:
            # $disconnect has come first: nobody would remove a subscription made now.
            raise Refusal(FORBIDDEN, "The connection has closed.")
        return channels.subscribe(self.id, name, user=row.user, ttl=row.ttl)

    def unsubscribe(self, *channel: str) -> None:
        """Have it get nothing more of a channel; if it was not subscribed, do nothing.

        Raises:
            Refusal: there can be no channel of that name.
        """
        channels = self._resources.channels
        channels.unsubscribe(self.id, channels.channel(*channel).name)

    def _stored(self) -> ConnectionRow | None:
        if self._row is None and not self._opens_later:
            self._row = self._resources.connections.get(self.id)
        return self._row

    def _check_open(self) -> None:
        if self._opens_later:
            raise NotOpenYet


def text_of(message: object) -> str:
    """Return what is sent for a message: a text as it is, anything else as JSON.

    Raises:
        TypeError: something in it is of a type that JSON does not have.
    """
    return message if isinstance(message, str) else to_json(message)
