"""Where the same application runs: in memory, and on a local AWS."""

from __future__ import annotations

import io
import json
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlencode

from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from local_aws.command_line import StackSettings
from tests.end_to_end.given import SESSION, eventually, serving
from tests.lambda_src.websocket_api.testing.anywhere.root.handlers import chat
from websocket_api.testing import ClientConnection, ConnectionRefused, TestClient

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from websockets.sync.client import ClientConnection as Socket

    from local_aws.stack import Stack

ROOT = Path(__file__).parent / "root"
PATIENCE_SECONDS = 10.0


class Refused(Exception):
    """The client was not let in."""

    def __init__(self, status: int) -> None:
        super().__init__(f"The client was refused with the status {status}.")
        self.status = status


class Client(Protocol):
    """A client of the application."""

    @property
    def subprotocol(self) -> str | None:
        """The one that the application chose."""

    def send(self, message: object) -> None:
        """Send a message: a text as it is, anything else as JSON."""

    def receive(self) -> Any:
        """Return the next message."""

    def close(self) -> None:
        """Close the connection, so that the application is told."""

    def close_code(self) -> int | None:
        """Return with which code the connection has ended, once it has."""


class World(Protocol):
    """The application, running somewhere."""

    def connect(self, *, user: str | None, subprotocols: Sequence[str] = ()) -> Client:
        """Open a connection, or raise ``Refused``."""

    def is_empty(self) -> bool:
        """Return whether the table knows no connection any more, given time."""


class Memory:
    """The application in this process."""

    def __init__(self) -> None:
        self._api = TestClient(chat.app)

    def connect(self, *, user: str | None, subprotocols: Sequence[str] = ()) -> MemoryClient:
        query = {} if user is None else {"user": user}
        try:
            return MemoryClient(self._api.connect(query=query, subprotocols=subprotocols))
        except ConnectionRefused as error:
            raise Refused(error.status) from error

    def is_empty(self) -> bool:
        return not any(_is_of_a_connection(str(row["pk"])) for row in self._api.rows())


class MemoryClient:
    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection

    @property
    def subprotocol(self) -> str | None:
        return self._connection.subprotocol

    def send(self, message: object) -> None:
        self._connection.send(message)

    def receive(self) -> Any:
        return self._connection.receive()

    def close(self) -> None:
        self._connection.close()

    def close_code(self) -> int | None:
        return self._connection.close_code


class LocalAws:
    """The application as Terraform deploys it."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._sockets = ExitStack()

    def connect(self, *, user: str | None, subprotocols: Sequence[str] = ()) -> SocketClient:
        query = "" if user is None else f"?{urlencode({'user': user})}"
        try:
            socket = self._sockets.enter_context(
                connect(
                    self._stack.addresses[0].websocket_url + query,
                    subprotocols=[Subprotocol(name) for name in subprotocols] or None,
                )
            )
        except InvalidStatus as error:
            raise Refused(error.response.status_code) from error
        return SocketClient(socket)

    def is_empty(self) -> bool:
        dynamodb = SESSION.client("dynamodb", endpoint_url=self._stack.services.aws_endpoint)
        (table,) = dynamodb.list_tables()["TableNames"]
        return eventually(
            lambda: (
                not any(
                    _is_of_a_connection(row["pk"]["S"])
                    for row in dynamodb.scan(TableName=table)["Items"]
                )
            )
        )

    def close_all(self) -> None:
        """Close what a test has left open, and wait until the application knows."""
        self._sockets.close()
        assert self.is_empty()


class SocketClient:
    def __init__(self, socket: Socket) -> None:
        self._socket = socket

    @property
    def subprotocol(self) -> str | None:
        return self._socket.subprotocol

    def send(self, message: object) -> None:
        self._socket.send(message if isinstance(message, str) else json.dumps(message))

    def receive(self) -> Any:
        # Empty where a two-way route returns nothing: the client in memory has none of these.
        while not (text := self._socket.recv(timeout=PATIENCE_SECONDS)):
            pass
        return json.loads(text)

    def close(self) -> None:
        self._socket.close()

    def close_code(self) -> int | None:
        try:
            while True:
                self._socket.recv(timeout=PATIENCE_SECONDS)
        except ConnectionClosed:
            return self._socket.close_code


@contextmanager
def local_aws() -> Iterator[LocalAws]:
    """Deploy the application to a local AWS."""
    settings = StackSettings(root=ROOT, port=0, aws_port=0)
    with serving(settings, io.StringIO()) as stack:
        yield LocalAws(stack)


def _is_of_a_connection(partition_key: str) -> bool:
    return partition_key.startswith(("CONNECTION#", "SHARD#", "USER#"))
