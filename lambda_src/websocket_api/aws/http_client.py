"""An HTTP/1.1 client for one call at a time of each thread, over connections that are kept.

It does what calls of AWS need, which takes a tenth of the time that http.client takes to import.
"""

from __future__ import annotations

import select
import socket
from typing import TYPE_CHECKING, NamedTuple

from websocket_api.aws.errors import NoAnswer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from io import BufferedReader, RawIOBase

    from websocket_api.aws.endpoints import Endpoint
    from websocket_api.aws.proxies import Proxy

USER_AGENT = "terraform-aws-websocket"

_MAXIMUM_LINE_BYTES = 65_536
_MAXIMUM_LINES = 256
_HEAD_PARTS = 2


class HttpAnswer(NamedTuple):
    """What came back."""

    status: int
    headers: Mapping[str, str]
    """By their names in lower case."""
    body: bytes


class HttpClient:
    """Calls one endpoint; threads may share it, and each call has a connection to itself.

    A connection that the other side closed while nobody used it, as happens when Lambda freezes the
    environment, is replaced without the caller seeing anything of it.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        connect_seconds: float,
        read_seconds: float,
        proxy: Proxy | None = None,
    ) -> None:
        """Take where to call, and how long each step may take; nothing is sent yet."""
        self._idle: list[_HttpConnection] = []
        self._endpoint = endpoint
        self._connect_seconds = connect_seconds
        self._read_seconds = read_seconds
        self._proxy = proxy
        self._tls = None
        self._target_start = ""
        self._proxy_lines: list[str] = []
        if endpoint.scheme == "https":
            from websocket_api.aws import tls  # noqa: PLC0415 - plain HTTP need not pay for it

            self._tls = tls.context()
        elif proxy is not None:
            self._target_start = f"http://{endpoint.host}"
            self._proxy_lines = proxy.header_lines()

    def __del__(self) -> None:
        self.close()

    def send(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes = b""
    ) -> HttpAnswer:
        """Send a request and return the answer to it, whatever its status.

        Args:
            method: in upper case.
            target: path and query, percent-encoded.
            headers: all but Content-Length, among them Host.
            body: of the request.

        Raises:
            NoAnswer: there is none, or not all of it. AWS may have done what it was asked for.
        """
        lines = [f"{method} {self._target_start}{target} HTTP/1.1", *self._proxy_lines]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        message = "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body
        try:
            answer = self._over_idle_connection(message)
            if answer is None:
                answer = self._over(self._opened(), message)
        except (OSError, ValueError) as error:
            reason = str(error) or type(error).__name__
            raise NoAnswer(
                f"No answer from {self._endpoint.scheme}://{self._endpoint.host}: {reason}"
            ) from error
        return answer

    def close(self) -> None:
        """Close the connections that nobody uses."""
        while (connection := self._idle_connection()) is not None:
            connection.close()

    def _over_idle_connection(self, message: bytes) -> HttpAnswer | None:
        while (connection := self._idle_connection()) is not None:
            if connection.is_closed_by_peer():
                connection.close()
                continue
            try:
                return self._over(connection, message)
            except _ClosedWhileIdle:
                continue
        return None

    def _over(self, connection: _HttpConnection, message: bytes) -> HttpAnswer:
        try:
            answer = connection.exchange(message)
        except BaseException:
            connection.close()
            raise
        if connection.is_reusable:
            self._idle.append(connection)
        else:
            connection.close()
        return answer

    def _idle_connection(self) -> _HttpConnection | None:
        try:
            return self._idle.pop()
        except IndexError:
            return None

    def _opened(self) -> _HttpConnection:
        peer = self._endpoint if self._proxy is None else self._proxy.endpoint
        # As bytes, names need no encodings.idna, which takes 2 ms to import.
        address = (peer.hostname.encode(), peer.port)
        opened = socket.create_connection(
            address,  # type: ignore[arg-type] # bytes are taken too
            timeout=self._connect_seconds,
        )
        try:
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._tls is not None:
                if self._proxy is not None:
                    _open_tunnel(opened, self._proxy, self._endpoint)
                opened = self._tls.wrap_socket(
                    opened, server_hostname=self._endpoint.hostname.encode()
                )
            opened.settimeout(self._read_seconds)
        except BaseException:
            opened.close()
            raise
        return _HttpConnection(opened)


class _ClosedWhileIdle(ConnectionError):
    """The other side closed the connection before it answered anything."""


class _HttpConnection:
    """One connection, and what is read of it."""

    def __init__(self, opened: socket.socket) -> None:
        self._socket = opened
        self._reader = opened.makefile("rb")
        self._poll = select.poll()
        self._poll.register(opened, select.POLLIN)
        self.is_reusable = False

    def is_closed_by_peer(self) -> bool:
        """Return whether there is something to read though nothing was asked: the end, mostly."""
        return bool(self._poll.poll(0))

    def close(self) -> None:
        self._reader.close()
        self._socket.close()

    def exchange(self, message: bytes) -> HttpAnswer:
        self.is_reusable = False
        try:
            self._socket.sendall(message)
            line = self._reader.readline(_MAXIMUM_LINE_BYTES)
        except TimeoutError:
            raise
        except OSError as error:
            raise _ClosedWhileIdle(str(error)) from error
        if not line:
            raise _ClosedWhileIdle("the connection was closed")
        status, version = _status(line)
        headers = _headers(self._reader)
        while status < 200:  # noqa: PLR2004 - 1xx says that the answer is still to come
            status, version = _status(self._reader.readline(_MAXIMUM_LINE_BYTES))
            headers = _headers(self._reader)
        body, ends_with_connection = _body(self._reader, status, headers)
        self.is_reusable = not (
            ends_with_connection
            or version != b"HTTP/1.1"
            or "close" in headers.get("connection", "").lower()
        )
        return HttpAnswer(status, headers, body)


def _open_tunnel(opened: socket.socket, proxy: Proxy, endpoint: Endpoint) -> None:
    opened.sendall(proxy.connect_head(endpoint))
    # Unbuffered, so that nothing of what comes after the head is taken from TLS.
    with opened.makefile("rb", buffering=0) as reader:
        status, _ = _status(reader.readline(_MAXIMUM_LINE_BYTES))
        _headers(reader)
    if status != 200:  # noqa: PLR2004 - OK
        raise OSError(f"the proxy {proxy.endpoint.host} answered CONNECT with {status}")


def _status(line: bytes) -> tuple[int, bytes]:
    version, _, rest = line.partition(b" ")
    digits = rest[:3]
    if not version.startswith(b"HTTP/1.") or not digits.isdigit():
        raise OSError("what came back is no HTTP")
    return int(digits), version


def _headers(reader: BufferedReader | RawIOBase) -> dict[str, str]:
    headers: dict[str, str] = {}
    for _ in range(_MAXIMUM_LINES):
        line = reader.readline(_MAXIMUM_LINE_BYTES)
        if line in {b"\r\n", b"\n"}:
            return headers
        name, colon, value = line.partition(b":")
        if not colon or not line.endswith(b"\n"):
            break
        headers[name.decode("latin-1").lower()] = value.strip().decode("latin-1")
    raise OSError("the headers of the answer broke off, are too long or malformed")


def _body(reader: BufferedReader, status: int, headers: Mapping[str, str]) -> tuple[bytes, bool]:
    """Return the body, and whether the end of the connection is what ended it."""
    if status in {204, 304}:
        return b"", False
    if headers.get("transfer-encoding", "").lower() == "chunked":
        return _chunks(reader), False
    length = headers.get("content-length")
    if length is None:
        return reader.read(), True
    if not length.isdigit():
        raise OSError("the answer's Content-Length is no number")
    return _exactly(reader, int(length)), False


def _chunks(reader: BufferedReader) -> bytes:
    chunks = []
    while size := int(reader.readline(_MAXIMUM_LINE_BYTES).partition(b";")[0], 16):
        chunks.append(_exactly(reader, size))
        reader.readline(_MAXIMUM_LINE_BYTES)
    while reader.readline(_MAXIMUM_LINE_BYTES).strip():
        pass  # trailers
    return b"".join(chunks)


def _exactly(reader: BufferedReader, size: int) -> bytes:
    data = reader.read(size)
    if len(data) < size:
        raise OSError(f"the answer broke off after {len(data)} of {size} bytes")
    return data
