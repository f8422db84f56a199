"""An HTTP/1.1 client for one call at a time of each thread, over connections that are kept.

It does what calls of AWS need, which takes a tenth of the time that http.client takes to import.
"""

from __future__ import annotations

import os
import select
import socket
from contextlib import suppress
from typing import TYPE_CHECKING

from websocket_api.aws.errors import NoAnswer
from websocket_api.aws.http_protocol import MAXIMUM_HEAD_BYTES, AnswerReader, MalformedAnswer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from websocket_api.aws.endpoints import Endpoint
    from websocket_api.aws.http_protocol import Answer
    from websocket_api.aws.proxies import Proxy

USER_AGENT = "terraform-aws-websocket"

MAXIMUM_BODY_BYTES = 16 * 1024 * 1024
"""More than any answer has: a page of DynamoDB is 1 MB, which JSON can make six times as long."""

_RECEIVE_BYTES = 65_536


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
    ) -> Answer:
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
            return self._exchange(message)
        except (OSError, MalformedAnswer) as error:
            reason = str(error) or type(error).__name__
            raise NoAnswer(
                f"No answer from {self._endpoint.scheme}://{self._endpoint.host}: {reason}"
            ) from error

    def close(self) -> None:
        """Close the connections that nobody uses."""
        while (connection := self._idle_connection()) is not None:
            connection.close()

    def _exchange(self, message: bytes) -> Answer:
        if (idle := self._usable_connection()) is not None:
            # Replaced once, by a new one: of two that end like this the request may be the cause.
            with suppress(_ClosedWhileIdle):
                return self._over(idle, message)
        return self._over(self._opened(), message)

    def _over(self, connection: _HttpConnection, message: bytes) -> Answer:
        try:
            answer = connection.exchange(message)
        except BaseException:
            connection.close()
            raise
        if answer.is_last:
            connection.close()
        else:
            self._idle.append(connection)
        return answer

    def _usable_connection(self) -> _HttpConnection | None:
        while (connection := self._idle_connection()) is not None:
            if connection.is_usable():
                return connection
            connection.close()
        return None

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
    """One connection."""

    def __init__(self, opened: socket.socket) -> None:
        self._socket = opened
        self._process = os.getpid()
        self._poll = select.poll()
        self._poll.register(opened, select.POLLIN)

    def is_usable(self) -> bool:
        """Return whether it is this process's, and not at its end or otherwise out of step.

        After a fork it is the parent's, which a child would take answers from. What there is to
        read though nothing was asked is the end, mostly.
        """
        return self._process == os.getpid() and not self._poll.poll(0)

    def close(self) -> None:
        self._socket.close()

    def exchange(self, message: bytes) -> Answer:
        reader = AnswerReader(maximum_body_bytes=MAXIMUM_BODY_BYTES)
        try:
            self._socket.sendall(message)
            data = self._socket.recv(_RECEIVE_BYTES)
        except TimeoutError:
            raise
        except OSError as error:
            raise _ClosedWhileIdle(str(error)) from error
        if not data:
            raise _ClosedWhileIdle("the connection was closed")
        while (answer := reader.receive(data)) is None:
            data = self._socket.recv(_RECEIVE_BYTES)
            if not data:
                return reader.end()
        return answer


def _open_tunnel(opened: socket.socket, proxy: Proxy, endpoint: Endpoint) -> None:
    opened.sendall(proxy.connect_head(endpoint))
    head = b""
    # The other end of the tunnel says nothing before it is spoken to, so that this is all.
    while b"\r\n\r\n" not in head:
        data = opened.recv(_RECEIVE_BYTES)
        head += data
        if not data or len(head) > MAXIMUM_HEAD_BYTES:
            raise OSError(f"the proxy {proxy.endpoint.host} broke off its answer to CONNECT")
    if head[9:12] != b"200":
        status = head[9:12].decode("latin-1")
        raise OSError(f"the proxy {proxy.endpoint.host} answered CONNECT with {status}")
