"""A connection as the client has it: what it sent, what came, how it ended."""

from __future__ import annotations

import json
from collections import deque
from typing import TYPE_CHECKING, Any, Protocol

from websocket_api.delivery import Throttled
from websocket_api.management import Gone

if TYPE_CHECKING:
    from websocket_api.testing.event_source import EventSource

MAXIMUM_MESSAGE_BYTES = 131_072
"""The most in one message, either way (Quotas for configuring and running a WebSocket API)."""

NORMAL = 1000
NO_CODE = 1005
ABNORMAL = 1006
TOO_BIG = 1009


class ConnectionClosed(Exception):
    """The client's connection is closed, so that it can send nothing."""

    def __init__(self, code: int) -> None:
        super().__init__(f"The connection is closed, with the code {code}.")
        self.code = code


class NothingReceived(Exception):
    """All that the application has sent this client was received before."""


class PostTooLarge(Exception):
    """The application posted more than 128 KB, which API Gateway answers with 413."""


class Gateway(Protocol):
    """What the connection leads to."""

    def message(self, connection: ClientConnection, text: str) -> None:
        """Have the application handle a message."""

    def closed(self, connection: ClientConnection, code: int, reason: str) -> None:
        """Tell the application that a connection has closed."""


class ClientConnection:
    """One connection of a test's. ``send`` returns when the application has handled the message."""

    def __init__(self, gateway: Gateway, source: EventSource, *, subprotocol: str | None) -> None:
        self.source = source
        """Makes the events of the connection."""
        self.subprotocol = subprotocol
        """The one that the application chose."""
        self.close_code: int | None = None
        """The WebSocket close code, once the connection is closed."""
        self.last_active_at = source.connected_at
        """When a message last came or went, in epoch seconds."""
        self._gateway = gateway
        self._inbox: deque[str] = deque()
        self._posts_to_throttle = 0

    @property
    def id(self) -> str:
        """The connection's ID, as the application sees it."""
        return self.source.connection_id

    @property
    def is_open(self) -> bool:
        """Whether the connection is open."""
        return self.close_code is None

    def send(self, message: object) -> None:
        """Send a message: a text as it is, anything else as JSON.

        A message of more than 128 KB closes the connection with 1009.

        Raises:
            ConnectionClosed: the connection is closed.
        """
        if self.close_code is not None:
            raise ConnectionClosed(self.close_code)
        text = message if isinstance(message, str) else json.dumps(message)
        if len(text.encode()) > MAXIMUM_MESSAGE_BYTES:
            self.close(TOO_BIG)
        else:
            self._gateway.message(self, text)

    def receive(self) -> Any:
        """Return the next message, of JSON.

        There are no empty ones, which API Gateway sends where the handler of a two-way route
        returns nothing.

        Raises:
            NothingReceived: there is none.
        """
        return json.loads(self.receive_text())

    def receive_text(self) -> str:
        """Return the next message as it came.

        Raises:
            NothingReceived: there is none.
        """
        if not self._inbox:
            raise NothingReceived(f"The application has sent {self.id} nothing more.")
        return self._inbox.popleft()

    def receive_all(self) -> list[Any]:
        """Return all messages that have come since the last one that was received."""
        return [self.receive() for _ in range(len(self._inbox))]

    def close(self, code: int = NO_CODE, reason: str = "") -> None:
        """Close the connection, so that the application is told; a closed one stays so."""
        if self.is_open:
            self.close_code = code
            self._gateway.closed(self, code, reason)

    def vanish(self) -> None:
        """End the connection without anybody being told, as when $disconnect gets lost."""
        if self.is_open:
            self.close_code = ABNORMAL

    def throttle(self, posts: int) -> None:
        """Have the next posts to the connection answered with 429."""
        self._posts_to_throttle = posts

    def accept_post(self, data: bytes, *, at: float) -> None:
        """Take a message that the application has posted.

        Raises:
            Gone: the connection is closed.
            Throttled: ``throttle`` says so.
            PostTooLarge: it has more than 128 KB.
        """
        if not self.is_open:
            raise Gone(self.id)
        if self._posts_to_throttle:
            self._posts_to_throttle -= 1
            raise Throttled
        if len(data) > MAXIMUM_MESSAGE_BYTES:
            raise PostTooLarge(f"The post has {len(data)} bytes, over {MAXIMUM_MESSAGE_BYTES}.")
        self.take(data.decode(), at=at)

    def take(self, text: str, *, at: float) -> None:
        """Put a message into the inbox."""
        self._inbox.append(text)
        self.last_active_at = at
