"""A listening port; with TLS, plain text is taken too: a connection's first byte tells which."""

import asyncio
import errno
import socket
import ssl
from collections.abc import Callable
from typing import Final, Self

_HANDSHAKE_RECORD: Final = b"\x16"
"""With which each TLS connection begins, and no request: RFC 8446, section 5.1."""

_BACKLOG: Final = 1_024
_EXHAUSTED: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
_EXHAUSTED_PAUSE_SECONDS: Final = 1.0


class Port:
    """Accepts connections until it is closed, each with a protocol of its own."""

    def __init__(
        self,
        listener: socket.socket,
        make_protocol: Callable[[], asyncio.Protocol],
        tls: ssl.SSLContext | None,
        *,
        patience_seconds: float,
    ) -> None:
        self.number = int(listener.getsockname()[1])
        self._listener = listener
        self._make_protocol = make_protocol
        self._tls = tls
        self._patience_seconds = patience_seconds
        self._loop = asyncio.get_running_loop()
        self._opening: set[asyncio.Task[None]] = set()
        self._accepting = self._loop.create_task(self._accept())

    @classmethod
    async def listen(
        cls,
        make_protocol: Callable[[], asyncio.Protocol],
        address: tuple[str, int],
        *,
        tls: ssl.SSLContext | None,
        patience_seconds: float = 75.0,
    ) -> Self:
        """Listen on a port, 0 being one that the system picks.

        Args:
            make_protocol: Makes the protocol of a connection, whichever way it speaks.
            address: An IP address of this machine, or a name of one, and the port's number.
            tls: Answers the connections that begin with a TLS handshake; None answers none.
            patience_seconds: How long a client may take to send its first byte, and for its TLS
                handshake, before it is dropped.

        Raises:
            OSError: The port is in use, or the host is not an address of this machine.
        """
        found = await asyncio.get_running_loop().getaddrinfo(*address, type=socket.SOCK_STREAM)
        family, _, _, _, resolved = found[0]
        listener = socket.create_server(resolved[:2], family=family, backlog=_BACKLOG)
        listener.settimeout(0)
        return cls(listener, make_protocol, tls, patience_seconds=patience_seconds)

    async def close(self) -> None:
        """Stop listening, and drop the clients that have not sent anything yet."""
        tasks = (self._accepting, *self._opening)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._listener.close()

    async def _accept(self) -> None:
        while True:
            try:
                client, _ = await self._loop.sock_accept(self._listener)
            except OSError as error:
                if error.errno in _EXHAUSTED:
                    await asyncio.sleep(_EXHAUSTED_PAUSE_SECONDS)
                continue
            task = self._loop.create_task(self._open(client))
            self._opening.add(task)
            task.add_done_callback(self._opening.discard)

    async def _open(self, client: socket.socket) -> None:
        try:
            async with asyncio.timeout(self._patience_seconds):
                tls = self._tls
                if tls is not None and await self._first_byte(client) != _HANDSHAKE_RECORD:
                    tls = None
                await self._loop.connect_accepted_socket(self._make_protocol, client, ssl=tls)
        except (OSError, TimeoutError):
            # A client that goes away, says nothing, or trusts no certificate of ours is no error.
            client.close()
        except asyncio.CancelledError:
            client.close()
            raise

    async def _first_byte(self, client: socket.socket) -> bytes:
        """Return the first byte, and leave it to be read again; b"" if there will be none."""
        while True:
            try:
                return client.recv(1, socket.MSG_PEEK)
            except BlockingIOError:
                readable = self._loop.create_future()
                self._loop.add_reader(client, _set_result, readable)
                try:
                    await readable
                finally:
                    self._loop.remove_reader(client)


def _set_result(readable: asyncio.Future[None]) -> None:
    if not readable.done():
        readable.set_result(None)
