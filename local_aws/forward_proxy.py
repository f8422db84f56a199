"""A proxy by which functions reach the local API under the names that it has on AWS.

A function that answers at `https://{domainName}/{stage}` asks its HTTP client for a name that
leads to AWS, or nowhere. HTTPS_PROXY brings the connection here instead, and here it is known
which names are served locally. All others lead where they always do.
"""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Final, Self

_HOST: Final = "127.0.0.1"
_MAXIMUM_HEAD_BYTES: Final = 16_384
_CHUNK_BYTES: Final = 65_536
_PATIENCE_SECONDS: Final = 30.0
_ESTABLISHED: Final = b"HTTP/1.1 200 Connection established\r\n\r\n"
_NOT_UNDERSTOOD: Final = b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"
_NOT_REACHED: Final = b"HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\n\r\n"

Resolve = Callable[[str], str | None]
"""Returns the `host:port` at which a name is served locally, or None."""


class ForwardProxy:
    """Takes CONNECT requests and joins each to where its name leads."""

    def __init__(self, resolve: Resolve) -> None:
        self._resolve = resolve
        self._connections: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server

    @classmethod
    async def start(cls, resolve: Resolve) -> Self:
        """Listen on a free port of 127.0.0.1."""
        proxy = cls(resolve)
        proxy._server = await asyncio.start_server(
            proxy._accept, _HOST, 0, limit=_MAXIMUM_HEAD_BYTES
        )
        return proxy

    @property
    def url(self) -> str:
        """What HTTPS_PROXY has to be."""
        return f"http://{_HOST}:{self._server.sockets[0].getsockname()[1]}"

    async def close(self) -> None:
        """Stop listening and drop every connection."""
        self._server.close()
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        await self._server.wait_closed()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with contextlib.AsyncExitStack() as open_writers:
            open_writers.push_async_callback(_close, writer)
            try:
                async with asyncio.timeout(_PATIENCE_SECONDS):
                    head = await reader.readuntil(b"\r\n\r\n")
            except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                return
            target = _target(head)
            if target is None:
                writer.write(_NOT_UNDERSTOOD)
                return
            host, port = self._destination(*target)
            try:
                async with asyncio.timeout(_PATIENCE_SECONDS):
                    far_reader, far_writer = await asyncio.open_connection(host, port)
            except (OSError, TimeoutError):
                writer.write(_NOT_REACHED)
                return
            open_writers.push_async_callback(_close, far_writer)
            writer.write(_ESTABLISHED)
            await asyncio.gather(_copy(reader, far_writer), _copy(far_reader, writer))

    def _destination(self, host: str, port: int) -> tuple[str, int]:
        served = self._resolve(host)
        if served is None:
            return host, port
        local_host, _, local_port = served.rpartition(":")
        return local_host, int(local_port)


def _target(head: bytes) -> tuple[str, int] | None:
    """Return host and port of a CONNECT request: RFC 9110, section 9.3.6."""
    method, _, rest = head.partition(b" ")
    host, _, port = rest.partition(b" ")[0].decode("latin-1").rpartition(":")
    if method != b"CONNECT" or not host or not port.isdecimal():
        return None
    return host.strip("[]"), int(port)


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass on what comes until its end, and then the end."""
    with contextlib.suppress(OSError):
        while data := await reader.read(_CHUNK_BYTES):
            writer.write(data)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
