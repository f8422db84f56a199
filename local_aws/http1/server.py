"""Connections and the port that accepts them."""

import asyncio
import ssl
from collections import deque
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Final, Self, cast
from weakref import WeakSet

from local_aws.http1.messages import CONTINUE, Limits, Request, Response, serialize
from local_aws.http1.parser import Parsed, RequestParser
from local_aws.http1.port import Port

Handle = Callable[[Request, "HttpServerProtocol"], Awaitable[Response | None]]
"""Answers one request; None says that the handler has taken the connection with `hijack`."""

_BUFFERED_WHILE_BUSY: Final = 65_536
_LINGER_SECONDS: Final = 1.0
_FAILED: Final = Response(HTTPStatus.INTERNAL_SERVER_ERROR)


class HttpServerProtocol(asyncio.Protocol):
    """One client's connection: keep-alive, one request at a time, answers in order.

    A client that closes, even its sending side alone, is gone: the handler is cancelled, and one
    that has to finish shields itself. An exception in a handler answers 500 with no detail and goes
    to the event loop's exception handler.
    """

    def __init__(
        self,
        handle: Handle,
        *,
        limits: Limits | None = None,
    ) -> None:
        """Serve with `handle`.

        Args:
            handle: Answers each request.
            limits: What a client may take.
        """
        self._handle = handle
        self._limits = limits or Limits()
        self._loop = asyncio.get_running_loop()
        self._parser = RequestParser(self._limits)
        self._queue: deque[Parsed | Response] = deque()
        self._held = bytearray()
        self._task: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._last_active = 0.0
        self._writable = True
        self._lingering = False
        self._hijacked = False
        self._is_connected = False  # until a TLS handshake has succeeded
        self.transport: asyncio.Transport
        self.peer_address: str
        """The client's IP address."""

    @property
    def port(self) -> int:
        """The port that the client reached."""
        return int(self.transport.get_extra_info("sockname")[1])

    @property
    def is_encrypted(self) -> bool:
        """Whether the client speaks TLS."""
        return self.transport.get_extra_info("sslcontext") is not None

    def hijack(self) -> tuple[asyncio.Transport, bytes]:
        """Give up the connection of the request being handled, as an upgrade needs.

        Returns:
            The transport, on which the caller sets its own protocol, and the bytes that the client
            has already sent after the request. The handler then returns None.
        """
        self._hijacked = True
        self._cancel_timer()
        received = self._parser.unparsed + bytes(self._held)
        self._held.clear()
        self.transport.resume_reading()
        return self.transport, received

    def close(self) -> None:
        """Close the connection at once; a handler at work is cancelled."""
        self.transport.close()

    def abort(self) -> None:
        """Drop the connection with what has not been sent yet."""
        if self._is_connected:
            self.transport.abort()

    # asyncio's callbacks

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Start to wait for requests."""
        self.transport = cast("asyncio.Transport", transport)
        # The system is asked once, not for each of thousands of requests.
        address = transport.get_extra_info("peername")
        self.peer_address = str(address[0]) if address else ""
        self._is_connected = True
        self._last_active = self._loop.time()
        self._watch_idleness()

    def data_received(self, data: bytes) -> None:
        """Parse what came, or hold it while a request is being handled or its answer waits."""
        if self._lingering:
            return
        self._last_active = self._loop.time()
        if not self._is_busy:
            self._feed(data)
            return
        self._held += data
        if len(self._held) > _BUFFERED_WHILE_BUSY:
            self.transport.pause_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the handler: nobody is left to answer."""
        del exc
        self._lingering = True
        self._queue.clear()
        self._cancel_timer()
        if self._task is not None and not self._hijacked:
            self._task.cancel()

    def pause_writing(self) -> None:
        """Take no further request while the client reads no answers."""
        self._writable = False

    def resume_writing(self) -> None:
        """Go on with the requests that waited."""
        self._writable = True
        self._advance()
        self._take_held()

    # What happens in between

    @property
    def _is_busy(self) -> bool:
        return self._task is not None or not self._writable

    def _feed(self, data: bytes) -> None:
        self._queue.extend(self._parser.feed(data))
        if self._parser.wants_continue and not self._queue:
            self._parser.wants_continue = False
            self.transport.write(CONTINUE)
        self._advance()

    def _advance(self) -> None:
        """Start on the next request if the one before it is answered and the answer is taken."""
        if self._is_busy or not self._queue:
            return
        parsed = self._queue.popleft()
        if isinstance(parsed, Response):
            self._write(serialize(parsed, keep_alive=False), keep_alive=False)
            return
        self._task = self._loop.create_task(self._serve(parsed))

    async def _serve(self, parsed: Parsed) -> None:
        try:
            answer = await self._answer(parsed)
        except Exception as error:  # noqa: BLE001 - whatever a handler raises, its client gets 500
            self._loop.call_exception_handler(
                {
                    "message": f"A {parsed.request.method} request could not be answered",
                    "exception": error,
                    "transport": self.transport,
                }
            )
            answer = serialize(_FAILED, keep_alive=parsed.keep_alive)
        if self._hijacked:
            return
        self._task = None
        self._last_active = self._loop.time()
        self._write(answer, keep_alive=parsed.keep_alive)
        self._advance()
        self._take_held()

    async def _answer(self, parsed: Parsed) -> bytes:
        request, keep_alive = parsed
        response = await self._handle(request, self)
        if self._hijacked:
            return b""
        if response is None:
            raise RuntimeError("The handler returned no response and did not take the connection")
        return serialize(response, keep_alive=keep_alive, head_only=request.method == "HEAD")

    def _take_held(self) -> None:
        """Parse what arrived while the connection was busy."""
        if self._is_busy or self._lingering:
            return
        if self._parser.unparsed:
            # A request to upgrade was answered as an ordinary one, so ordinary ones follow it.
            self._held[:0] = self._parser.unparsed
        if self._parser.ended:
            self._parser = RequestParser(self._limits)
        if self._held:
            data = bytes(self._held)
            self._held.clear()
            self._feed(data)
        self.transport.resume_reading()

    def _write(self, answer: bytes, *, keep_alive: bool) -> None:
        if self.transport.is_closing():
            return
        self.transport.write(answer)
        if not keep_alive:
            self._linger()

    def _linger(self) -> None:
        """Close so that the client can read the answer although it may still be sending.

        Closing while unread bytes wait makes the kernel reset the connection, answer included.
        """
        self._lingering = True
        self._queue.clear()
        self._held.clear()
        self.transport.resume_reading()
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._cancel_timer()
        self._timer = self._loop.call_later(_LINGER_SECONDS, self.transport.close)

    def _watch_idleness(self) -> None:
        """Close if idle for too long; one timer that re-arms itself costs a request nothing."""
        idle_timeout_seconds = self._limits.idle_timeout_seconds
        if idle_timeout_seconds is None:
            return
        now = self._loop.time()
        if self._task is not None:
            self._last_active = now
        due = self._last_active + idle_timeout_seconds
        if due <= now:
            self.transport.close()
            return
        self._timer = self._loop.call_at(due, self._watch_idleness)

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class HttpServer:
    """A listening port and the connections that it has accepted."""

    def __init__(self, port: Port, protocols: WeakSet[HttpServerProtocol]) -> None:
        self._port = port
        self._protocols = protocols

    @classmethod
    async def start(
        cls,
        handle: Handle,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        limits: Limits | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> Self:
        """Listen on a port, 0 being one that the system picks.

        With `tls`, clients may speak either way; without, in plain text only.

        Raises:
            OSError: The port is in use, or the host is not an address of this machine.
        """
        protocols = WeakSet[HttpServerProtocol]()

        def accept() -> HttpServerProtocol:
            protocol = HttpServerProtocol(handle, limits=limits)
            protocols.add(protocol)
            return protocol

        listening = await Port.listen(accept, (host, port), tls=tls)
        return cls(listening, protocols)

    @property
    def port(self) -> int:
        """The port that is listened on, or was until `close`."""
        return self._port.number

    async def close(self) -> None:
        """Stop listening and drop every connection, cancelling the handlers at work."""
        await self._port.close()
        for protocol in tuple(self._protocols):
            protocol.abort()
