"""The @connections of an API's stage over TLS on loopback, with all that can go wrong there."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
import struct
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import TYPE_CHECKING
from urllib.parse import unquote

import trustme

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PATH = "/prod/@connections/"
REFUSALS = {
    "throttled": (429, "LimitExceededException"),
    "throttled as by a proxy": (429, ""),
    "gone": (410, "GoneException"),
    "gone as by a proxy": (410, ""),
    "forbidden": (403, "ForbiddenException"),
    "broken": (500, "InternalServerErrorException"),
}
IS_SILENT = "is silent"
SILENT_SECONDS = 0.6
ANSWERS = {
    "resets": [b"HTTP/1.1 200 OK\r\nContent-"],
    "promises more": [b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nshort"],
    "says more": [b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nlong"],
    "comes in pieces": [b"HTT", b"P/1.1 200 OK\r\nContent-Len", b"gth: 2\r\n\r\no", b"k"],
    "comes in chunks": [
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"
    ],
    "closes": [b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"],
}
ENDINGS = frozenset({"resets", "promises more", "closes"})
_STATUS = {
    "connectedAt": "2020-11-15T12:23:14.726Z",
    "identity": {"sourceIp": "192.0.2.1", "userAgent": None},
    "lastActiveAt": "2020-11-15T12:23:14.972Z",
}


@dataclass(slots=True)
class StageServer:
    """What the server does, and what it was asked."""

    inboxes: dict[str, list[bytes]] = field(default_factory=dict)
    """Of the open connections, by their IDs."""
    faults: dict[str, list[str]] = field(default_factory=dict)
    """What the next posts to a connection meet with: a key of the two above, or anything else."""
    latency: float = 0.0
    requests_per_connection: int | None = None
    """After how many requests the server closes a connection without a word."""
    heads: list[str] = field(default_factory=list)
    connections: int = 0
    port: int = 0
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _transports: set[asyncio.WriteTransport] = field(default_factory=set)
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        """What WEBSOCKET_MANAGEMENT_ENDPOINT says."""
        return f"https://127.0.0.1:{self.port}/prod"

    @property
    def posts(self) -> list[str]:
        """To which connection each post went."""
        return [
            unquote(head.split(" ")[1].removeprefix(PATH))
            for head in self.heads
            if head.startswith("POST ")
        ]

    def disconnect_all(self) -> None:
        """Close every connection, as happens while a function's environment is frozen."""
        done = Event()

        def close() -> None:
            for transport in list(self._transports):
                transport.abort()
            self._loop.call_later(0.02, done.set)

        self._loop.call_soon_threadsafe(close)
        done.wait(10)

    def run(self, context: ssl.SSLContext, is_ready: Event) -> None:
        """Serve until ``stop``."""
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve_until_stopped(context, is_ready))

    def stop(self) -> None:
        """Serve no more."""
        self._loop.call_soon_threadsafe(self._stopping.set)

    async def _serve_until_stopped(self, context: ssl.SSLContext, is_ready: Event) -> None:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=context, backlog=256)
        self.port = server.sockets[0].getsockname()[1]
        is_ready.set()
        await self._stopping.wait()
        server.close()
        for transport in list(self._transports):
            transport.abort()
        # What is aborted, on either side, is closed in the next turns of the loop.
        for _ in range(20):
            await asyncio.sleep(0.001)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._transports.add(writer.transport)
        served = 0
        try:
            while served != self.requests_per_connection:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                length = head.lower().partition("content-length:")[2].partition("\r\n")[0]
                body = await reader.readexactly(int(length or 0))
                if not await self._answer(writer, head, body):
                    break
                served += 1
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self._transports.discard(writer.transport)
            # Closing would wait for the client's side of TLS to close, too.
            writer.transport.abort()

    async def _answer(self, writer: asyncio.StreamWriter, head: str, body: bytes) -> bool:
        """Answer a request; return whether the connection goes on."""
        fault = self._fault_of(head, body)
        if self.latency:
            await asyncio.sleep(self.latency)
        if fault == IS_SILENT:
            await asyncio.sleep(SILENT_SECONDS)
            return False
        if fault in REFUSALS:
            status, error = REFUSALS[fault]
            named = f"x-amzn-ErrorType: {error}\r\n" if error else ""
            pieces = [f"HTTP/1.1 {status} No\r\n{named}Content-Length: 2\r\n\r\n{{}}".encode()]
        elif fault in ANSWERS:
            pieces = ANSWERS[fault]
        else:
            answer = json.dumps(_STATUS).encode() if head.startswith("GET ") else b""
            pieces = [b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(answer), answer)]
        for piece in pieces:
            writer.write(piece)
            await asyncio.sleep(0.005 if len(pieces) > 1 else 0)
        if fault == "resets":
            opened = writer.get_extra_info("socket")
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return fault not in ENDINGS

    def _fault_of(self, head: str, body: bytes) -> str:
        """Note a request; return what it meets with."""
        connection_id = unquote(head.split(" ")[1].removeprefix(PATH))
        is_post = head.startswith("POST ")
        self.heads.append(head)
        faults, inbox = self.faults.get(connection_id), self.inboxes.get(connection_id)
        fault = "gone" if inbox is None else "fine"
        if is_post and faults:
            fault = faults.pop(0)
        if is_post and inbox is not None and fault not in REFUSALS:
            inbox.append(body)
        return fault


@contextmanager
def stage_server(bundle: Path) -> Iterator[StageServer]:
    """Serve, with a certificate whose authority is in the bundle then."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(bundle))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    server, is_ready = StageServer(), Event()
    thread = Thread(target=server.run, args=(context, is_ready))
    thread.start()
    is_ready.wait(10)
    try:
        yield server
    finally:
        server.stop()
        thread.join(10)
