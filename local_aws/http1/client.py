"""Requests to HTTP/1.1 servers, on connections that are kept for the next ones."""

import asyncio
import ssl
from collections import defaultdict
from http import HTTPStatus
from typing import Final, NamedTuple
from urllib.parse import SplitResult, quote, urlsplit

import httptools

from local_aws.http1.messages import Headers, Response

_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_READ_BYTES: Final = 65_536
_MAXIMUM_HEAD_BYTES: Final = 65_536
_BREAKS_A_HEAD: Final = frozenset("\r\n\0")
# What may stand in a request's target as it is; all else is percent-encoded.
_TARGET_SAFE: Final = "!$%&'()*+,-./:;=?@_~"


class HttpClientError(Exception):
    """A request got no answer: its address is none, or the server cannot be spoken with."""


class _Origin(NamedTuple):
    scheme: str
    host: str
    port: int


class _Connection(NamedTuple):
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter


class HttpClient:
    """Sends requests; certificates of https are verified, redirects are not followed."""

    def __init__(
        self, *, maximum_body_bytes: int = 10_485_760, tls: ssl.SSLContext | None = None
    ) -> None:
        """Prepare a client.

        Args:
            maximum_body_bytes: The longest body of a response.
            tls: Whom to trust for https; by default, whom the system trusts.
        """
        self._maximum_body_bytes = maximum_body_bytes
        self._tls = tls
        self._idle: defaultdict[_Origin, list[_Connection]] = defaultdict(list)

    async def send(
        self, url: str, *, method: str, headers: Headers = (), body: bytes = b""
    ) -> Response:
        """Send one request and return its response; Host and Content-Length are added.

        A request that finds a kept connection closed is sent again on a new one.

        Raises:
            HttpClientError: There is no answer.
        """
        parts = _split(url)
        origin = _origin(parts, url)
        data = _serialize(method, parts, headers, body)
        while (connection := self._take_idle(origin)) is not None:
            response = await self._exchange(origin, connection, method, data)
            if response is not None:
                return response
        try:
            connection = await self._connect(origin)
        except (OSError, UnicodeError) as error:  # a host name may be none that DNS knows
            raise HttpClientError(
                f"{origin.host}:{origin.port} cannot be reached: {error}"
            ) from error
        response = await self._exchange(origin, connection, method, data)
        if response is None:
            raise HttpClientError(f"{origin.host}:{origin.port} closed without an answer")
        return response

    async def close(self) -> None:
        """Close the connections that are kept."""
        connections = [each for idle in self._idle.values() for each in idle]
        self._idle.clear()
        for connection in connections:
            connection.writer.close()
        waiting = (connection.writer.wait_closed() for connection in connections)
        await asyncio.gather(*waiting, return_exceptions=True)

    def _take_idle(self, origin: _Origin) -> _Connection | None:
        idle = self._idle[origin]
        while idle:
            connection = idle.pop()
            if not connection.reader.at_eof():
                return connection
            connection.writer.close()
        return None

    async def _connect(self, origin: _Origin) -> _Connection:
        if origin.scheme == "http":
            return _Connection(*await asyncio.open_connection(origin.host, origin.port))
        if self._tls is None:
            self._tls = ssl.create_default_context()
        return _Connection(*await asyncio.open_connection(origin.host, origin.port, ssl=self._tls))

    async def _exchange(
        self, origin: _Origin, connection: _Connection, method: str, data: bytes
    ) -> Response | None:
        """Send and receive; None if the server closed before it said anything."""
        parser = _ResponseParser(method, self._maximum_body_bytes)
        keep = False
        try:
            connection.writer.write(data)
            await connection.writer.drain()
            while not parser.is_complete:
                received = await connection.reader.read(_READ_BYTES)
                if not received:
                    break
                parser.feed(received)
            response = parser.finish()
            keep = response is not None and parser.keeps_alive
        except OSError as error:
            if parser.has_begun:
                raise HttpClientError(
                    f"{origin.host}:{origin.port} broke off its answer: {error}"
                ) from error
            return None
        finally:
            if keep:
                self._idle[origin].append(connection)
            else:
                connection.writer.close()
        return response


class _ResponseParser:
    """Turns the bytes of one answer into a response."""

    def __init__(self, method: str, maximum_body_bytes: int) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._is_head = method == "HEAD"
        self._maximum_body_bytes = maximum_body_bytes
        self._headers: list[tuple[str, str]] = []
        self._head_bytes = 0
        self._body = bytearray()
        self._has_head = False
        self._has_framing = False
        self.is_complete = False
        self.has_begun = False
        self.keeps_alive = False

    def feed(self, data: bytes) -> None:
        """Take the next bytes.

        Raises:
            HttpClientError: They are no HTTP, or too many.
        """
        self.has_begun = True
        if not self._has_head:
            self._head_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            if not self.is_complete:
                raise HttpClientError("the server's answer is no HTTP response") from error
        if len(self._body) > self._maximum_body_bytes:
            raise HttpClientError(
                f"the server's answer has more than {self._maximum_body_bytes} bytes"
            )
        if not self._has_head and self._head_bytes > _MAXIMUM_HEAD_BYTES:
            raise HttpClientError("the head of the server's answer is too long")

    def finish(self) -> Response | None:
        """Return the response, or None if there is not a byte of one.

        Raises:
            HttpClientError: It is not complete.
        """
        if not self.has_begun:
            return None
        # A body without a length ends with the connection.
        if not (self.is_complete or (self._has_head and not self._has_framing)):
            raise HttpClientError("the server broke off its answer")
        return Response(self._parser.get_status_code(), tuple(self._headers), bytes(self._body))

    # The methods below are llhttp's callbacks, named as httptools looks them up.

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take one header field."""
        self._headers.append((name.decode("latin-1"), value.decode("latin-1")))

    def on_headers_complete(self) -> None:
        """Learn how the body ends."""
        status = self._parser.get_status_code()
        if status < HTTPStatus.OK:
            return
        self._has_head = True
        names = {name.lower() for name, _ in self._headers}
        self._has_framing = not names.isdisjoint({"content-length", "transfer-encoding"})
        if self._is_head:
            self.is_complete = True

    def on_body(self, body: bytes) -> None:
        """Take a part of the body."""
        self._body += body

    def on_message_complete(self) -> None:
        """Finish, unless this was an interim response such as 100."""
        if not self._has_head:
            self._headers.clear()
            return
        self.is_complete = True
        self.keeps_alive = not self._is_head and self._parser.should_keep_alive()


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError as error:
        raise HttpClientError(f"{url!r} is no URL: {error}") from error


def _origin(parts: SplitResult, url: str) -> _Origin:
    try:
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise HttpClientError(f"{url!r} is no URL: {error}") from error
    if parts.scheme not in _DEFAULT_PORTS or not host:
        raise HttpClientError(f"{url!r} is no URL; it has to begin with http:// or https://")
    return _Origin(parts.scheme, host, port or _DEFAULT_PORTS[parts.scheme])


def _serialize(method: str, parts: SplitResult, headers: Headers, body: bytes) -> bytes:
    target = quote(parts.path or "/", safe=_TARGET_SAFE)
    if parts.query:
        target += f"?{quote(parts.query, safe=_TARGET_SAFE)}"
    names = {name.lower() for name, _ in headers}
    lines = [f"{method} {target} HTTP/1.1"]
    if "host" not in names:
        lines.append(f"Host: {parts.netloc.rpartition('@')[2]}")
    lines += [f"{name}: {value}" for name, value in headers if name.lower() != "content-length"]
    if body or method in {"POST", "PUT", "PATCH"}:
        lines.append(f"Content-Length: {len(body)}")
    for line in lines:
        if not _BREAKS_A_HEAD.isdisjoint(line):
            raise HttpClientError(f"the header {line[:40]!r} holds a line break or a NUL")
    try:
        return "\r\n".join((*lines, "\r\n")).encode("latin-1") + body
    except UnicodeEncodeError as error:
        raise HttpClientError("a header holds a character that HTTP does not have") from error
