"""The Runtime API: what a runtime client asks for its events, and gives its results to.

Each execution environment has one of its own on a loopback port, because a runtime client is told
nothing but a host and a port. Our own client inherits a socket instead, which takes less CPU than
TCP. See "Using the Lambda runtime API for custom runtimes" in the AWS Lambda Developer Guide.
"""

import asyncio
import json
import re
import socket
from collections import deque
from http import HTTPStatus
from typing import Final, Protocol, cast

from local_aws.http1 import (
    CONTINUE,
    Headers,
    Limits,
    Parsed,
    Request,
    RequestParser,
    Response,
    serialize,
)

MAXIMUM_RESPONSE_BYTES: Final = 6_291_556
"""The largest result of a function ("Lambda quotas"), which AWS enforces 100 bytes generously."""

_ROOT: Final = "/2018-06-01/runtime"
_NEXT: Final = f"{_ROOT}/invocation/next"
_INIT_ERROR: Final = f"{_ROOT}/init/error"
_OUTCOME: Final = re.compile(
    rf"{_ROOT}/invocation/(?P<request_id>[^/]+)/(?P<outcome>response|error)"
)
_JSON: Final[Headers] = (("Content-Type", "application/json"),)
# The runtime client sends the cause of an error in a header of up to 1 MiB. A result that is too
# large is still read, so that the error can tell its size.
_LIMITS: Final = Limits(
    maximum_head_bytes=2 * 1024**2,
    maximum_body_bytes=256 * 1024**2,
    idle_timeout_seconds=None,
)


class RuntimeEvents(Protocol):
    """What a runtime client does, as the environment that it runs in sees it."""

    def runtime_waits(self) -> None:
        """It asks for the next event: initialization, or the event before, is over."""

    def runtime_leaves(self) -> None:
        """It drops its connection while it waits, so it is ending."""

    def runtime_responds(self, payload: bytes) -> None:
        """It gives the result of the current event."""

    def runtime_fails(self, error: bytes) -> None:
        """It gives the error of the current event, a JSON object."""

    def initialization_fails(self, error: bytes) -> None:
        """It could not load the handler, and gives the error as a JSON object."""


class RuntimeApi:
    """One environment's Runtime API; one event is out at a time."""

    def __init__(self, events: RuntimeEvents) -> None:
        self._events = events
        self._server: asyncio.Server | None = None
        self._clients: set[_Client] = set()
        self._waiting: _Client | None = None
        self._request_id: str | None = None

    async def start(self) -> str:
        """Listen on a free port of 127.0.0.1 and return the address, `host:port`."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Client(self), "127.0.0.1", 0)
        return f"127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def connect(self) -> socket.socket:
        """Return the runtime client's end of a connection, for a process to inherit."""
        ours, theirs = socket.socketpair()
        await asyncio.get_running_loop().create_unix_connection(lambda: _Client(self), sock=ours)
        return theirs

    async def close(self) -> None:
        """Stop listening and drop every connection."""
        if self._server is not None:
            self._server.close()
        for client in tuple(self._clients):
            client.abort()

    def deliver(self, request_id: str, headers: Headers, payload: bytes) -> bool:
        """Hand an event to the runtime client; False if it does not wait for one any more."""
        if self._waiting is None:
            return False
        client, self._waiting = self._waiting, None
        self._request_id = request_id
        headers = (*_JSON, ("Lambda-Runtime-Aws-Request-Id", request_id), *headers)
        client.give_event(Response(HTTPStatus.OK, headers, payload))
        return True

    # What its clients do

    def attach(self, client: "_Client") -> None:
        """Take in a connection."""
        self._clients.add(client)

    def detach(self, client: "_Client") -> None:
        """Forget a connection that is lost; one that waits for an event is the runtime's end."""
        self._clients.discard(client)
        if self._waiting is client:
            self._waiting = None
            self._events.runtime_leaves()

    def answer(self, request: Request, client: "_Client") -> Response | None:
        """Answer a request, or return None if the answer is an event that is yet to come."""
        match request.method, request.target:
            case "GET", target if target == _NEXT:
                return self._wait(client)
            case "POST", target if target == _INIT_ERROR:
                self._events.initialization_fails(request.body)
                return _ACCEPTED
            case "POST", target if matched := _OUTCOME.fullmatch(target):
                return self._take(matched["request_id"], matched["outcome"], request.body)
        return _error(HTTPStatus.NOT_FOUND, "NotFound", f"No {request.method} {request.target}")

    def _wait(self, client: "_Client") -> Response | None:
        if self._waiting is not None or self._request_id is not None:
            return _error(
                HTTPStatus.FORBIDDEN, "InvalidStateTransition", "An event is out or waited for"
            )
        self._waiting = client
        self._events.runtime_waits()
        return None

    def _take(self, request_id: str, outcome: str, payload: bytes) -> Response:
        if request_id != self._request_id:
            return _error(HTTPStatus.BAD_REQUEST, "InvalidRequestID", "Invalid request ID")
        self._request_id = None
        if len(payload) > MAXIMUM_RESPONSE_BYTES:
            size = f"({len(payload)} bytes)"
            limit = f"maximum allowed payload size ({MAXIMUM_RESPONSE_BYTES} bytes)."
            error_type = "Function.ResponseSizeTooLarge"
            self._events.runtime_fails(
                error_payload(error_type, f"Response payload size {size} exceeded {limit}")
            )
            return _error(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "RequestEntityTooLarge", f"Exceeded {limit}"
            )
        if outcome == "response":
            self._events.runtime_responds(payload)
        else:
            self._events.runtime_fails(payload)
        return _ACCEPTED


class _Client(asyncio.Protocol):
    """One connection, whose requests are answered in order.

    A result and the question for the next event may come in one piece. Then the answer to the
    result waits for the event, so that the runtime is woken once for both.
    """

    def __init__(self, api: RuntimeApi) -> None:
        self._api = api
        self._parser = RequestParser(_LIMITS)
        self._requests: deque[Parsed | Response] = deque()
        self._answers: list[bytes] = []
        self._is_waiting = False
        self._keep_alive = True
        self._transport: asyncio.Transport

    def give_event(self, event: Response) -> None:
        """Answer the question for an event, and go on with what was asked after it."""
        self._answer(event)
        self._advance()

    def abort(self) -> None:
        """Drop the connection."""
        self._transport.abort()

    # asyncio's callbacks

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Start to take requests."""
        self._transport = cast("asyncio.Transport", transport)
        self._api.attach(self)

    def data_received(self, data: bytes) -> None:
        """Answer what is asked."""
        self._requests.extend(self._parser.feed(data))
        if self._parser.wants_continue:
            self._parser.wants_continue = False
            self._answers.append(CONTINUE)
        self._advance()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell that the client has gone."""
        del exc
        self._requests.clear()
        self._api.detach(self)

    # What happens in between

    def _advance(self) -> None:
        while self._requests and self._keep_alive and not self._is_waiting:
            parsed = self._requests.popleft()
            if isinstance(parsed, Response):
                self._keep_alive = False
                self._answer(parsed)
                break
            self._keep_alive = parsed.keep_alive
            self._is_waiting = True
            response = self._api.answer(parsed.request, self)
            if response is not None:
                self._answer(response)
        if self._is_waiting:
            if self._requests:
                self._transport.pause_reading()
            return
        if self._answers:
            self._transport.write(b"".join(self._answers))
            self._answers.clear()
        if self._keep_alive:
            self._transport.resume_reading()
        else:
            self._transport.close()

    def _answer(self, response: Response) -> None:
        self._is_waiting = False
        self._answers.append(serialize(response, keep_alive=self._keep_alive))


def error_payload(error_type: str, message: str) -> bytes:
    """Describe an error as Lambda does in the result of an invocation."""
    return json.dumps(
        {"errorType": error_type, "errorMessage": message}, separators=(",", ":")
    ).encode()


def _error(status: HTTPStatus, error_type: str, message: str) -> Response:
    return Response(status, _JSON, error_payload(error_type, message))


_ACCEPTED: Final = Response(HTTPStatus.ACCEPTED, _JSON, b'{"status":"OK"}\n')
