"""An in-process client: an application run with no AWS and no sockets, in milliseconds.

.. code-block:: python

    api = TestClient(app)
    anna = api.connect(authorizer={"principalId": "anna"})
    anna.send({"action": "say", "room": "blue", "text": "hello"})
    assert anna.receive() == {"delivered": 1}

Events have the shape that API Gateway gives them and pass through ``App.handle``; what the
application sends passes through the same delivery as on AWS and lands in the client's inbox. The
table is in memory, and the clock stands still until the test moves it.
"""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any

from websocket_api.resources import Resources
from websocket_api.testing.client_connection import ClientConnection
from websocket_api.testing.clock import Clock
from websocket_api.testing.event_source import EventSource
from websocket_api.testing.memory_table import MemoryTable
from websocket_api.testing.sockets import MemorySockets

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from websocket_api.app import App
    from websocket_api.responses import ProxyResult
    from websocket_api.table import Row

START = 1_700_000_000.0
"""What time it is when a client is made, in epoch seconds."""
FUNCTION_SECONDS = 10.0
IDLE_SECONDS = 600.0
LIFETIME_SECONDS = 7200.0
GOING_AWAY = 1001

_SUCCESS = range(200, 300)


class ConnectionRefused(Exception):
    """$connect did not let the client in."""

    def __init__(self, status: int) -> None:
        super().__init__(f"The application answered $connect with the status {status}.")
        self.status = status


@dataclass(frozen=True, slots=True)
class Context:
    """What Lambda's context object tells the application."""

    aws_request_id: str

    def get_remaining_time_in_millis(self) -> int:
        """Return how many milliseconds the function has left."""
        return int(FUNCTION_SECONDS * 1000)


class TestClient:
    """The clients of an application, and the world around it.

    The application is put on this client's table and sockets; the last client made of one has it.
    """

    __test__ = False  # pytest looks for tests in classes of such a name

    def __init__(
        self, app: App, *, ttl_seconds: int = 7500, route_key_member: str = "action"
    ) -> None:
        """Take the application.

        Args:
            app: the application.
            ttl_seconds: how long after a connection opened its rows may be deleted.
            route_key_member: the member of a message in which its route key is, as
                ``$request.body.action`` says to API Gateway.
        """
        self.clock = Clock(START)
        """Gives the application's time."""
        self.table = MemoryTable(clock=self.clock)
        """The application's table; ``sweep`` removes what has expired, as TTL does."""
        self._app = app
        self._route_key_member = route_key_member
        self._sockets = MemorySockets(clock=self.clock)
        self._numbers = count(1)
        self._events: deque[Mapping[str, Any]] = deque()
        self._is_handling = False
        app.bind(
            Resources(
                table=lambda: self.table,
                sockets=lambda: self._sockets,
                ttl_seconds=lambda: ttl_seconds,
                policy=app.channel_policy,
                clock=self.clock,
                sleep=self.clock.advance,
                concurrency=1,
            )
        )

    def connect(
        self,
        *,
        authorizer: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        subprotocols: Sequence[str] = (),
    ) -> ClientConnection:
        """Open a connection.

        Args:
            authorizer: what an authorizer of $connect would have returned, ``principalId`` and its
                context; none is run.
            headers: of the handshake.
            query: of the URL.
            subprotocols: those that the client offers.

        Raises:
            ConnectionRefused: the application did not accept it.
        """
        source = EventSource(
            connection_id=self._new_id("CFI="),
            connected_at=self.clock(),
            authorizer=authorizer or {},
        )
        event = source.connect(
            request_id=self._new_id("FtI="),
            headers=headers or {},
            query=query or {},
            subprotocols=subprotocols,
        )
        result = self._handle(event)
        if result["statusCode"] not in _SUCCESS:
            raise ConnectionRefused(result["statusCode"])
        subprotocol = result.get("headers", {}).get("Sec-WebSocket-Protocol")
        connection = ClientConnection(self, source, subprotocol=subprotocol)
        self._sockets.connections[connection.id] = connection
        return connection

    def advance(self, seconds: float) -> None:
        """Let time pass; API Gateway closes what was silent for 10 minutes or is 2 hours old."""
        self.clock.advance(seconds)
        for connection in list(self._sockets.connections.values()):
            silent_for = self.clock() - connection.last_active_at
            age = self.clock() - connection.source.connected_at
            if silent_for >= IDLE_SECONDS or age >= LIFETIME_SECONDS:
                connection.close(GOING_AWAY, "Going away")

    def rows(self) -> list[Row]:
        """Return all rows of the table, expired ones too, in the order of their keys."""
        return self.table.rows()

    def message(self, connection: ClientConnection, text: str) -> None:
        """Have the application handle a client's message; ``ClientConnection.send`` calls it."""
        connection.last_active_at = self.clock()
        event = connection.source.message(
            text,
            route_key=self._route_key(text),
            request_id=self._new_id("FtI="),
            at=self.clock(),
        )
        body = self._handle(event).get("body")
        if body and connection.is_open:
            connection.take(body, at=self.clock())

    def closed(self, connection: ClientConnection, code: int, reason: str) -> None:
        """Tell the application of a closed connection; ``ClientConnection.close`` calls it."""
        event = connection.source.disconnect(
            code, reason, request_id=self._new_id("FtI="), at=self.clock()
        )
        if self._is_handling:
            # Closed by the application itself, which is told once it is done with this event.
            self._events.append(event)
        else:
            self._handle(event)

    def _handle(self, event: Mapping[str, Any]) -> ProxyResult:
        self._is_handling = True
        try:
            result = self._app.handle(event, Context(self._new_id("-lambda")))
            while self._events:
                self._app.handle(self._events.popleft(), Context(self._new_id("-lambda")))
        finally:
            self._is_handling = False
        return result

    def _route_key(self, text: str) -> str:
        try:
            body = json.loads(text)
        except ValueError:
            return "$default"
        value = body.get(self._route_key_member) if isinstance(body, dict) else None
        route_key = value if isinstance(value, str) else json.dumps(value)
        return route_key if route_key in self._app.route_keys else "$default"

    def _new_id(self, suffix: str) -> str:
        return f"Test{next(self._numbers):08}{suffix}"
