"""A WebSocket client that does as little as it can, so that what it measures is the server.

It sends text frames under a mask of zeros, which RFC 6455 allows and which leaves the text as it
is, and takes frames of up to 64 KiB that are not fragmented, as API Gateway's are.
"""

import asyncio
import base64
import os
from collections.abc import Callable
from typing import Self, cast
from urllib.parse import urlsplit

TEXT, CLOSE, PING, PONG = 0x81, 0x88, 0x89, 0x8A
_MASKED = 0x80
_TWO_BYTES = 126
_HANDSHAKE = (
    "GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


class HandshakeError(Exception):
    """The server did not let the client in; the message is its answer's first line."""


class WebSocketClient(asyncio.Protocol):
    """One connection; ``on_text`` is called with the payload of each text frame."""

    def __init__(self, url: str, on_text: Callable[[bytes], object]) -> None:
        self._on_text = on_text
        address = urlsplit(url)
        key = base64.b64encode(os.urandom(16)).decode()
        path = address.path or "/"
        path = f"{path}?{address.query}" if address.query else path
        self._head = _HANDSHAKE.format(path=path, host=address.netloc, key=key).encode()
        self._unread = b""
        self._transport: asyncio.Transport | None = None
        loop = asyncio.get_running_loop()
        self.opened: asyncio.Future[None] = loop.create_future()
        """Ends when the server has let the client in, or not."""
        self.closed: asyncio.Future[None] = loop.create_future()
        """Ends with the connection, whoever ends it."""
        self.close_code: int | None = None
        """What a close frame of the server said."""

    @classmethod
    async def open(cls, url: str, on_text: Callable[[bytes], object]) -> Self:
        """Connect, and return the client once the server has let it in.

        Raises:
            HandshakeError: it did not.
            OSError: there is no server.
        """
        address = urlsplit(url)
        loop = asyncio.get_running_loop()
        _, client = await loop.create_connection(
            lambda: cls(url, on_text), address.hostname or "", address.port or 80
        )
        await client.opened
        return client

    def send(self, text: bytes) -> None:
        """Send a text frame."""
        self._write(TEXT, text)

    def close(self, code: int = 1000) -> None:
        """Send a close frame; ``closed`` ends when the server has answered it."""
        self._write(CLOSE, code.to_bytes(2))

    def abort(self) -> None:
        """Vanish without a close frame."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask to be let in."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(self._head)

    def data_received(self, data: bytes) -> None:
        """Take what the server sent, whole frames at a time."""
        self._unread += data
        if not self.opened.done():
            head, end, self._unread = self._unread.partition(b"\r\n\r\n")
            if not end:
                self._unread = head
                return
            if not head.startswith(b"HTTP/1.1 101 "):
                line = head.partition(b"\r\n")[0].decode("latin-1")
                self.opened.set_exception(HandshakeError(line))
                self.abort()
                return
            self.opened.set_result(None)
        self._take_frames()

    def connection_lost(self, _error: Exception | None) -> None:
        """Note the end."""
        if not self.opened.done():
            self.opened.set_exception(HandshakeError("The server closed without an answer."))
        if not self.closed.done():
            self.closed.set_result(None)

    def _take_frames(self) -> None:
        unread, start = self._unread, 0
        while len(unread) >= start + 2:
            length, body = unread[start + 1], start + 2
            if length == _TWO_BYTES:
                body += 2
                if len(unread) < body:
                    break
                length = int.from_bytes(unread[start + 2 : body])
            end = body + length
            if len(unread) < end:
                break
            self._take(unread[start], unread[body:end])
            start = end
        self._unread = unread[start:]

    def _take(self, kind: int, payload: bytes) -> None:
        if kind == TEXT:
            self._on_text(payload)
        elif kind == PING:
            self._write(PONG, payload)
        elif kind == CLOSE:
            self.close_code = int.from_bytes(payload[:2]) if payload else None
            self._write(CLOSE, payload)
            if self._transport is not None:
                self._transport.close()
        else:
            self.abort()

    def _write(self, kind: int, payload: bytes) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        length = len(payload)
        size = bytes((length | _MASKED,)) if length < _TWO_BYTES else b"\xfe" + length.to_bytes(2)
        self._transport.write(bytes((kind,)) + size + b"\0\0\0\0" + payload)
