"""Bytes of a connection in, requests out: no socket, no clock."""

from http import HTTPStatus
from typing import NamedTuple

import httptools

from local_aws.http1.messages import Limits, Request, Response


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
