"""The Runtime API: what a runtime client asks for its events, and gives its results to.

Each execution environment has one of its own on a loopback port, because a runtime client is told
nothing but a host and a port. See "Using the Lambda runtime API for custom runtimes" in the AWS
Lambda Developer Guide.
"""

import asyncio
import json
import re
from http import HTTPStatus
from typing import Final, Protocol

from local_aws.http1 import (
    Headers,
    HttpServer,
    HttpServerProtocol,
    Limits,
    Request,
    Response,
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
        self._server: HttpServer | None = None
        self._next: asyncio.Future[Response] | None = None
        self._request_id: str | None = None

    async def start(self) -> str:
        """Listen on a free port of 127.0.0.1 and return the address, `host:port`."""
        self._server = await HttpServer.start(self._answer, limits=_LIMITS)
        return f"127.0.0.1:{self._server.port}"

    async def close(self) -> None:
        """Stop listening and drop every connection."""
        if self._server is not None:
            await self._server.close()

    def deliver(self, request_id: str, headers: Headers, payload: bytes) -> bool:
        """Hand an event to the runtime client; False if it does not wait for one any more."""
        if self._next is None or self._next.done():
            return False
        self._request_id = request_id
        headers = (*_JSON, ("Lambda-Runtime-Aws-Request-Id", request_id), *headers)
        self._next.set_result(Response(HTTPStatus.OK, headers, payload))
        return True

    async def _answer(self, request: Request, _protocol: HttpServerProtocol) -> Response:
        match request.method, request.target:
            case "GET", target if target == _NEXT:
                return await self._wait()
            case "POST", target if target == _INIT_ERROR:
                self._events.initialization_fails(request.body)
                return _ACCEPTED
            case "POST", target if matched := _OUTCOME.fullmatch(target):
                return self._take(matched["request_id"], matched["outcome"], request.body)
        return _error(HTTPStatus.NOT_FOUND, "NotFound", f"No {request.method} {request.target}")

    async def _wait(self) -> Response:
        if self._next is not None or self._request_id is not None:
            return _error(
                HTTPStatus.FORBIDDEN, "InvalidStateTransition", "An event is out or waited for"
            )
        self._next = asyncio.get_running_loop().create_future()
        try:
            self._events.runtime_waits()
            return await self._next
        except asyncio.CancelledError:
            self._events.runtime_leaves()
            raise
        finally:
            self._next = None

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


def error_payload(error_type: str, message: str) -> bytes:
    """Describe an error as Lambda does in the result of an invocation."""
    return json.dumps(
        {"errorType": error_type, "errorMessage": message}, separators=(",", ":")
    ).encode()


def _error(status: HTTPStatus, error_type: str, message: str) -> Response:
    return Response(status, _JSON, error_payload(error_type, message))


_ACCEPTED: Final = Response(HTTPStatus.ACCEPTED, _JSON, b'{"status":"OK"}\n')
