"""Connections to one endpoint that never block, and are kept for the next time.

A connection that the other side closed while nobody used it, as happens when Lambda freezes the
environment, is given out to nobody.
"""

from __future__ import annotations

import os
import select
import socket
import ssl
import time
from errno import EINPROGRESS
from functools import partial
from itertools import count
from selectors import EVENT_READ, EVENT_WRITE
from typing import TYPE_CHECKING

from websocket_api.aws.http_protocol import AnswerReader, MalformedAnswer

if TYPE_CHECKING:
    from collections.abc import Callable

    from websocket_api.aws.endpoints import Endpoint
    from websocket_api.aws.http_protocol import Answer
    from websocket_api.aws.proxies import Proxy

    Address = tuple[socket.AddressFamily, tuple[object, ...]]

IDLE_SECONDS = 120
"""How long an unused connection is kept: less than a NAT gateway keeps it (350 s)."""

# All of one TLS record, of which none may be left where waiting for the socket does not see it.
_RECEIVE_BYTES = 16_384
_NOT_YET = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class PooledConnection:
    """A connection: opened step by step, then used for one exchange at a time.

    Whoever has it waits for what ``wants`` says and then calls ``advance``. OSError and
    MalformedAnswer, which any call can raise, say that it is of no more use.
    """

    def __init__(
        self,
        opened: socket.socket,
        address: Address,
        *,
        code: int,
        tunnel: bytes,
        secure: Callable[[socket.socket], ssl.SSLSocket] | None,
    ) -> None:
        """Take a socket that is being connected.

        Args:
            opened: the socket, which does not block.
            address: where it is connected to.
            code: why it cannot be connected, if that is known already.
            tunnel: the request that a proxy has to grant first, if one has to.
            secure: puts TLS on the socket without making the handshake, if it needs TLS.
        """
        self.address = address
        self.wants = EVENT_WRITE
        """For which event to wait."""
        self.is_open = False
        """Whether requests go out at once."""
        self.is_reused = False
        """Whether it has served before, so that the other side may have closed it since."""
        self.idle_since = 0.0
        self._socket = opened
        self._code = code
        self._tunnel = tunnel
        self._secure = secure
        self._outgoing = b""
        self._reader = AnswerReader()
        self._tunnel_answer = b""
        self._step: Callable[[], Answer | None] = self._finish_connecting

    def fileno(self) -> int:
        """Return the number of the socket."""
        return self._socket.fileno()

    @property
    def has_answer_begun(self) -> bool:
        """Whether something of the answer has come."""
        return self._reader.has_begun

    def send(self, message: bytes) -> None:
        """Send a request, now or once the connection is open."""
        self._outgoing = message
        if self.is_open:
            self._flush()

    def advance(self) -> Answer | None:
        """Do what can be done now; return the answer once it is complete."""
        return self._step()

    def is_usable(self) -> bool:
        """Return whether there is nothing to read; what there is would be the end, mostly."""
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        return not poll.poll(0)

    def close(self) -> None:
        """Close it."""
        self._socket.close()

    def _finish_connecting(self) -> Answer | None:
        if code := self._code or self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            raise OSError(code, os.strerror(code))
        if not self._tunnel:
            return self._begin_handshake()
        # So short a request fits into the buffer of a new connection.
        self._socket.send(self._tunnel)
        self.wants, self._step = EVENT_READ, self._finish_tunnel
        return None

    def _finish_tunnel(self) -> Answer | None:
        data = self._socket.recv(_RECEIVE_BYTES)
        self._tunnel_answer += data
        # The other end of the tunnel says nothing before it is spoken to.
        is_complete = b"\r\n\r\n" in self._tunnel_answer
        if is_complete and self._tunnel_answer[9:12] == b"200":
            return self._begin_handshake()
        if data and not is_complete and len(self._tunnel_answer) < _RECEIVE_BYTES:
            return None
        line = self._tunnel_answer[:80].partition(b"\r\n")[0]
        raise MalformedAnswer(f"the proxy opened no tunnel, but answered {line!r}")

    def _begin_handshake(self) -> Answer | None:
        if self._secure is None:
            self.is_open = True
            return self._flush()
        secured = self._socket = self._secure(self._socket)
        self._step = partial(self._shake_hands, secured)
        return self._step()

    def _shake_hands(self, secured: ssl.SSLSocket) -> Answer | None:
        try:
            secured.do_handshake()
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError) as error:
            self.wants = EVENT_READ if isinstance(error, ssl.SSLWantReadError) else EVENT_WRITE
            return None
        self.is_open = True
        return self._flush()

    def _flush(self) -> Answer | None:
        try:
            sent = self._socket.send(self._outgoing)
        except _NOT_YET:
            sent = 0
        if sent < len(self._outgoing):
            self._outgoing = self._outgoing[sent:]
            self.wants, self._step = EVENT_WRITE, self._flush
        else:
            self.wants, self._step = EVENT_READ, self._read
        return None

    def _read(self) -> Answer | None:
        try:
            data = self._socket.recv(_RECEIVE_BYTES)
        except _NOT_YET:
            return None
        answer = self._reader.receive(data) if data else self._reader.end()
        self.is_reused = self.is_reused or answer is not None
        return answer


class ConnectionPool:
    """The connections to one endpoint that nobody uses; threads may share it."""

    def __init__(self, endpoint: Endpoint, *, proxy: Proxy | None = None) -> None:
        """Take where they lead; none is opened yet."""
        self._idle: list[PooledConnection] = []
        self._peer = endpoint if proxy is None else proxy.endpoint
        self._tunnel = b""
        self._secure: Callable[[socket.socket], ssl.SSLSocket] | None = None
        if endpoint.scheme == "https":
            from websocket_api.aws import tls  # noqa: PLC0415 - plain HTTP need not pay for it

            self._secure = partial(
                tls.context().wrap_socket,
                server_hostname=endpoint.hostname,
                do_handshake_on_connect=False,
            )
            if proxy is not None:
                self._tunnel = proxy.connect_head(endpoint)
        self._addresses: tuple[Address, ...] = ()
        self._turns = count()
        self._resolved_at = 0.0
        self._process = os.getpid()

    def __del__(self) -> None:
        self.close()

    def take(self) -> PooledConnection | None:
        """Return a connection that is open, if there is one."""
        if self._process != os.getpid():
            # After a fork they are the parent's, whom closing them here does not disturb.
            self._process = os.getpid()
            self.close()
        while (connection := self._pop()) is not None:
            if time.time() - connection.idle_since < IDLE_SECONDS and connection.is_usable():
                return connection
            connection.close()
        return None

    def give_back(self, connection: PooledConnection) -> None:
        """Keep a connection whose exchange is over."""
        connection.idle_since = time.time()
        self._idle.append(connection)

    def open(self) -> PooledConnection:
        """Begin to open a connection; the addresses of the endpoint take turns.

        Raises:
            OSError: the endpoint has no address, or the process has too many sockets.
        """
        addresses = self._resolve()
        family, address = addresses[next(self._turns) % len(addresses)]
        opened = socket.socket(family, socket.SOCK_STREAM)
        opened.settimeout(0)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        code = opened.connect_ex(address)
        return PooledConnection(
            opened,
            (family, address),
            code=0 if code == EINPROGRESS else code,
            tunnel=self._tunnel,
            secure=self._secure,
        )

    def avoid(self, connection: PooledConnection) -> bool:
        """Open no more connections to where one could not be opened; return if there are others."""
        self._addresses = tuple([each for each in self._addresses if each != connection.address])
        return bool(self._addresses)

    def _resolve(self) -> tuple[Address, ...]:
        addresses = self._addresses
        if not addresses or time.time() - self._resolved_at > IDLE_SECONDS:
            found = socket.getaddrinfo(
                self._peer.hostname.encode(), self._peer.port, type=socket.SOCK_STREAM
            )
            addresses = tuple([(family, address) for family, _, _, _, address in found])
            self._addresses, self._resolved_at = addresses, time.time()
        return addresses

    def close(self) -> None:
        """Close the connections that nobody uses."""
        while (connection := self._pop()) is not None:
            connection.close()

    def _pop(self) -> PooledConnection | None:
        try:
            return self._idle.pop()
        except IndexError:
            return None
