"""A WebSocket client as a test has it: what it sends, what it is sent, how it ends."""

import contextlib
import json
import socket
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode, urlsplit

from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

WITHIN_SECONDS = 10.0
"""How long a message is waited for; it is there sooner, or never."""
SILENCE_SECONDS = 0.3
"""For how long nothing may come, to be nothing."""


class ConnectionRefused(Exception):
    """The API did not let the client in."""

    def __init__(self, status: int) -> None:
        super().__init__(f"The API answered the handshake with the status {status}.")
        self.status = status


class NothingReceived(AssertionError):
    """No message came in time, or the connection closed before."""


class WebSocketClient:
    """A connection of a test's."""

    def __init__(self, client: ClientConnection, until_closed: contextlib.ExitStack) -> None:
        self._client = client
        self._until_closed = until_closed

    @classmethod
    def open(
        cls,
        url: str,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        subprotocols: Sequence[str] = (),
    ) -> "WebSocketClient":
        """Connect to an address.

        Args:
            url: The address.
            query: What the query string says.
            headers: Headers of the handshake; ``Host`` is whom the API is asked as.
            subprotocols: Those that the client offers.

        Raises:
            ConnectionRefused: the API did not let the client in.
        """
        address = urlsplit(url)
        target = f"{url}?{urlencode(query)}" if query else url
        own_headers = dict(headers or {})
        # The host of the URL becomes the header, so that one name is not sent twice.
        if host := own_headers.pop("Host", None):
            target = target.replace(address.netloc, host, 1)
        peer = socket.create_connection((address.hostname or "", address.port or 80))
        until_closed = contextlib.ExitStack()
        try:
            client = until_closed.enter_context(
                connect(
                    target,
                    sock=peer,
                    additional_headers=own_headers,
                    subprotocols=[Subprotocol(each) for each in subprotocols] or None,
                    compression=None,
                    # A client that pings would never be silent for long.
                    ping_interval=None,
                    max_size=None,
                )
            )
        except InvalidStatus as error:
            raise ConnectionRefused(error.response.status_code) from error
        return cls(client, until_closed)

    @property
    def subprotocol(self) -> str | None:
        """The one that the application chose."""
        return self._client.subprotocol

    @property
    def close_code(self) -> int | None:
        """The WebSocket close code, once the connection is closed."""
        return self._client.close_code

    def send(self, message: object) -> None:
        """Send a message: a text as it is, anything else as JSON."""
        self._client.send(message if isinstance(message, str) else json.dumps(message))

    def receive(self, *, within: float = WITHIN_SECONDS) -> Any:
        """Return the next message, of JSON, waiting for it so many seconds.

        Raises:
            NothingReceived: none came.
        """
        return json.loads(self.receive_text(within=within))

    def receive_text(self, *, within: float = WITHIN_SECONDS) -> str:
        """Return the next message as it came.

        Raises:
            NothingReceived: none came.
        """
        try:
            return str(self._client.recv(timeout=within, decode=True))
        except TimeoutError:
            raise NothingReceived(f"No message came within {within:g} s.") from None
        except ConnectionClosed as error:
            raise NothingReceived(f"The connection closed before: {error}.") from None

    def expect(self, *messages: object, within: float = WITHIN_SECONDS) -> None:
        """Receive these messages, in this order and nothing between them.

        Args:
            messages: Each a text as it comes, or what its JSON says. Of an object, what the
                expected one does not mention may be anything.
            within: Seconds that each is waited for.

        Raises:
            AssertionError: another message came, or none.
        """
        for expected in messages:
            text = self.receive_text(within=within)
            actual = text if isinstance(expected, str) else json.loads(text)
            if not _matches(actual, expected):
                raise AssertionError(f"Expected {expected!r}, received {actual!r}")

    def expect_nothing(self, *, seconds: float = SILENCE_SECONDS) -> None:
        """Wait for so many seconds, in which no message may come.

        Raises:
            AssertionError: one came, or the connection closed.
        """
        try:
            message = self._client.recv(timeout=seconds)
        except TimeoutError:
            return
        except ConnectionClosed as error:
            raise AssertionError(f"The connection closed: {error}") from None
        raise AssertionError(f"Expected nothing, received {message!r}")

    def expect_close(self, code: int, *, within: float = WITHIN_SECONDS) -> None:
        """Wait until the API has closed the connection, whatever it sends before.

        Raises:
            AssertionError: it closed with another code, or not.
        """
        try:
            while True:
                self._client.recv(timeout=within)
        except TimeoutError:
            raise AssertionError(f"The connection is still open after {within:g} s.") from None
        except ConnectionClosed:
            if self.close_code != code:
                raise AssertionError(
                    f"Expected the close code {code}, received {self.close_code}."
                ) from None

    def close(self, code: int = 1000, reason: str = "") -> None:
        """Close the connection with the closing handshake; a closed one stays so."""
        self._client.close(code, reason)
        self._until_closed.close()

    def vanish(self) -> None:
        """End the connection without a close frame, as a phone in a tunnel does."""
        with contextlib.suppress(OSError):
            self._client.socket.shutdown(socket.SHUT_RDWR)


def _matches(actual: object, expected: object) -> bool:
    if isinstance(expected, Mapping):
        return isinstance(actual, Mapping) and all(
            name in actual and _matches(actual[name], value) for name, value in expected.items()
        )
    if isinstance(expected, (list, tuple)):
        return (
            isinstance(actual, list)
            and len(actual) == len(expected)
            and all(map(_matches, actual, expected))
        )
    return actual == expected and isinstance(actual, bool) == isinstance(expected, bool)
