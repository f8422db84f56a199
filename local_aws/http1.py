"""A small HTTP/1.1 server for loopback, on which the WebSocket port and the Lambda APIs stand.

`RequestParser` turns bytes into requests and knows no socket; `HttpServerProtocol` puts it on a
connection; `HttpServer` puts that on a port. Message syntax follows RFC 9112 (parsed by llhttp).
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, NamedTuple, Self, cast
from weakref import WeakSet

import httptools

Headers = tuple[tuple[str, str], ...]
"""Header fields in wire order and wire case."""

Handle = Callable[["Request", "HttpServerProtocol"], Awaitable["Response | None"]]
"""Answers one request; None says that the handler has taken the connection with `hijack`."""

_BUFFERED_WHILE_BUSY: Final = 65_536
_LINGER_SECONDS: Final = 1.0
_BACKLOG: Final = 1_024
_BODILESS: Final = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})
_CLOSE: Final[Headers] = (("Connection", "close"),)
_BREAKS_A_HEAD: Final = frozenset("\r\n\0")
_CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Request:
    """One complete request; `target` is the path and query string exactly as sent."""

    method: str
    target: str
    headers: Headers
    body: bytes

    def header(self, name: str) -> str | None:
        """Return the last value of a header, whatever the case of its name, or None."""
        wanted = name.lower()
        for present, value in reversed(self.headers):
            if present.lower() == wanted:
                return value
        return None


@dataclass(frozen=True, slots=True)
class Response:
    """One response; Content-Length and Connection are added when it is written."""

    status: int
    headers: Headers = ()
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may take, in bytes: its target, its whole head, and its body.

    A longer target is answered 414, a longer head 431, a longer body 413; each ends the connection.
    """

    maximum_target_bytes: int = 8_192
    maximum_head_bytes: int = 16_384
    maximum_body_bytes: int = 1_048_576


_FAILED: Final = Response(HTTPStatus.INTERNAL_SERVER_ERROR)


class Parsed(NamedTuple):
    """A request, and whether its connection may carry another one after it."""

    request: Request
    keep_alive: bool


class RequestParser:
    """Turns the bytes of one connection into requests, in order.

    A malformed or oversized request becomes a `Response` that refuses it: the last thing that the
    parser returns. A request to upgrade ends parsing too, and what follows it is in `unparsed`.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._parser = httptools.HttpRequestParser(self)
        self._parsed: list[Parsed | Response] = []
        self._refusal: Response | None = None
        self._in_head = False
        self._target = b""
        self._headers: list[tuple[str, str]] = []
        self._head_bytes = 0
        self._unfinished_head_bytes = 0
        self._body = bytearray()
        self.ended = False
        self.unparsed = b""
        self.wants_continue = False

    def feed(self, data: bytes) -> list[Parsed | Response]:
        """Take the next bytes and return what they complete; after the end they are kept aside."""
        if self.ended:
            self.unparsed += data
            return []
        within_head = self._in_head
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self.ended = True
            self.unparsed = data[upgrade.args[0] :]
        except httptools.HttpParserError:
            self.ended = True
            self._parsed.append(self._refusal or Response(HTTPStatus.BAD_REQUEST))
        else:
            # llhttp hands over a header only once it is complete, so a head that never ends has
            # to be counted by what was fed.
            if within_head and self._in_head:
                self._unfinished_head_bytes += len(data)
                if self._unfinished_head_bytes > self._limits.maximum_head_bytes:
                    self.ended = True
                    self._parsed.append(Response(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE))
        parsed, self._parsed = self._parsed, []
        return parsed

    # The methods below are llhttp's callbacks, named as httptools looks them up.

    def on_message_begin(self) -> None:
        """Start a request."""
        self._in_head = True
        self._target = b""
        self._headers = []
        self._head_bytes = 0
        self._unfinished_head_bytes = 0
        self._body = bytearray()

    def on_url(self, url: bytes) -> None:
        """Take a part of the request's target."""
        self._target += url
        if len(self._target) > self._limits.maximum_target_bytes:
            self._refuse(HTTPStatus.REQUEST_URI_TOO_LONG)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take one header field of the head; those that trail a chunked body are dropped."""
        if not self._in_head:
            return
        self._head_bytes += len(name) + len(value)
        if self._head_bytes > self._limits.maximum_head_bytes:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        self._headers.append((name.decode("latin-1"), value.decode("latin-1")))

    def on_headers_complete(self) -> None:
        """Check the head before any of the body is read."""
        self._in_head = False
        hosts = 0
        for name, value in self._headers:
            lowered = name.lower()
            if lowered == "host":
                hosts += 1
            elif lowered == "content-length" and int(value) > self._limits.maximum_body_bytes:
                self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            elif lowered == "expect" and value.lower() == "100-continue":
                self.wants_continue = True
        if hosts != 1 and self._parser.get_http_version() == "1.1":
            self._refuse(HTTPStatus.BAD_REQUEST)

    def on_body(self, body: bytes) -> None:
        """Take a part of the body."""
        self.wants_continue = False
        self._body += body
        if len(self._body) > self._limits.maximum_body_bytes:
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)

    def on_message_complete(self) -> None:
        """Finish the request."""
        self.wants_continue = False
        request = Request(
            method=self._parser.get_method().decode("ascii"),
            target=self._target.decode("latin-1"),
            headers=tuple(self._headers),
            body=bytes(self._body),
        )
        keep_alive = self._parser.should_keep_alive() and self._parser.get_http_version() == "1.1"
        self._parsed.append(Parsed(request, keep_alive))

    def _refuse(self, status: HTTPStatus) -> None:
        self._refusal = Response(status)
        raise ValueError(status.phrase)


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
        idle_timeout_seconds: float | None = 75.0,
    ) -> None:
        """Serve with `handle`.

        Args:
            handle: Answers each request.
            limits: What one request may take.
            idle_timeout_seconds: A connection on which nothing arrived for so long while no request
                was being handled is closed; None leaves it open for ever.
        """
        self._handle = handle
        self._limits = limits or Limits()
        self._idle_timeout_seconds = idle_timeout_seconds
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
        self.transport: asyncio.Transport

    @property
    def peer_address(self) -> str:
        """The client's IP address."""
        address = self.transport.get_extra_info("peername")
        return str(address[0]) if address else ""

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
        self.transport.abort()

    # asyncio's callbacks

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Start to wait for requests."""
        self.transport = cast("asyncio.Transport", transport)
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
            self.transport.write(_CONTINUE)
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
        if self._idle_timeout_seconds is None:
            return
        now = self._loop.time()
        if self._task is not None:
            self._last_active = now
        due = self._last_active + self._idle_timeout_seconds
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

    def __init__(self, server: asyncio.Server, protocols: WeakSet[HttpServerProtocol]) -> None:
        self._server = server
        self._protocols = protocols
        self._port = int(server.sockets[0].getsockname()[1])

    @classmethod
    async def start(
        cls,
        handle: Handle,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        limits: Limits | None = None,
        idle_timeout_seconds: float | None = 75.0,
    ) -> Self:
        """Listen on a port, 0 being one that the system picks.

        Raises:
            OSError: The port is in use, or the host is not an address of this machine.
        """
        protocols = WeakSet[HttpServerProtocol]()

        def accept() -> HttpServerProtocol:
            protocol = HttpServerProtocol(
                handle, limits=limits, idle_timeout_seconds=idle_timeout_seconds
            )
            protocols.add(protocol)
            return protocol

        loop = asyncio.get_running_loop()
        server = await loop.create_server(accept, host, port, backlog=_BACKLOG)
        return cls(server, protocols)

    @property
    def port(self) -> int:
        """The port that is listened on, or was until `close`."""
        return self._port

    async def close(self) -> None:
        """Stop listening and drop every connection, cancelling the handlers at work."""
        self._server.close()
        for protocol in tuple(self._protocols):
            protocol.abort()
        await self._server.wait_closed()


def serialize(response: Response, *, keep_alive: bool = True, head_only: bool = False) -> bytes:
    """Write a response as bytes.

    Raises:
        ValueError: A header would break the message apart: it holds a line break or a NUL.
    """
    try:
        phrase = HTTPStatus(response.status).phrase
    except ValueError:
        phrase = ""
    headers = response.headers if keep_alive else response.headers + _CLOSE
    lines = [f"{name}: {value}" for name, value in headers]
    if response.status not in _BODILESS:
        lines.append(f"Content-Length: {len(response.body)}")
    for line in lines:
        if not _BREAKS_A_HEAD.isdisjoint(line):
            raise ValueError(f"The response header {line!r} holds a line break or a NUL")
    head = "\r\n".join((f"HTTP/1.1 {response.status} {phrase}", *lines, "\r\n"))
    body = b"" if head_only or response.status in _BODILESS else response.body
    return head.encode("latin-1") + body
