"""The `@connections` API: POST, GET and DELETE of one connection.

From "Use @connections commands in your backend service"; headers and bodies as recorded on AWS.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from http import HTTPStatus
from typing import Final, Protocol
from urllib.parse import unquote

from local_aws.api_gateway.identifiers import (
    is_well_formed,
    new_identifier,
    new_trace_id,
)
from local_aws.http1 import Headers, Response
from local_aws.request_identifiers import new_request_id

METHODS: Final = frozenset({"POST", "GET", "DELETE"})
_COLLECTION: Final = "@connections"
_unescaped = lru_cache(maxsize=1_024)(unquote)  # thousands of calls a second name the same parts


class ManagedConnection(Protocol):
    """An open connection, as this API sees it; times are in seconds since the epoch."""

    @property
    def source_ip(self) -> str:
        """The client's address."""

    @property
    def user_agent(self) -> str | None:
        """The client's User-Agent, if it sent one."""

    @property
    def connected_at(self) -> float:
        """When the connection was opened."""

    @property
    def last_active_at(self) -> float:
        """When a frame last went either way."""

    @property
    def is_full(self) -> bool:
        """Whether the client leaves so much unread that nothing more may be sent."""

    def send(self, text: bytes) -> None:
        """Send one message."""

    def disconnect(self) -> None:
        """Close the connection as DELETE does."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call on a connection id as it stood in the path, unescaped."""

    method: str
    connection_id: str
    body: bytes


def parse_connection_path(segments: tuple[str, ...]) -> str | None:
    """Return the connection id of a path below a stage, or None if that is none of this API's.

    Both `@` and `%40`, and any escaping of the id, are the same to AWS.
    """
    match segments:
        case (collection, connection_id) if _unescaped(collection) == _COLLECTION:
            return _unescaped(connection_id)
        case _:
            return None


def is_management_path(target: str) -> bool:
    """Tell whether a request's target names the collection anywhere, whatever stage it is below."""
    return f"/{_COLLECTION}" in unquote(target.partition("?")[0])


def forbid(now: float) -> Response:
    """Return the answer to a path or method that does not exist."""
    return refuse("ForbiddenException", {"message": "Forbidden"}, now)


def find_no_method(method: str, path: tuple[str, ...], now: float) -> Response:
    """Return the answer to a path under a domain name which, wrongly, names the stage too."""
    route = unquote("/".join(path))
    message = f"No method found matching route {route} for http method {method}."
    return refuse("ForbiddenException", {"message": message}, now)


def refuse(error_type: str, body: Mapping[str, str], now: float) -> Response:
    """Return the answer to a caller without the right to call."""
    return _error(HTTPStatus.FORBIDDEN, error_type, now, body=body)


def exceed(now: float) -> Response:
    """Return the answer to a caller who calls too often, or whose client reads too slowly."""
    body = {"message": "Too Many Requests"}
    return _error(HTTPStatus.TOO_MANY_REQUESTS, "LimitExceededException", now, body=body)


def gone(now: float) -> Response:
    """Return the answer to a call of a connection that is not open."""
    return _error(HTTPStatus.GONE, "GoneException", now)


def fail(now: float) -> Response:
    """Return the answer to a call that could not be decided on."""
    return _error(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "InternalServerErrorException",
        now,
        body={"message": "Internal server error"},
    )


def answer(
    call: Call,
    find: Callable[[str], ManagedConnection | None],
    *,
    maximum_message_bytes: int,
    now: float,
) -> Response:
    """Carry out one call.

    Args:
        call: What is asked, by one of `METHODS`.
        find: Returns the open connection with an id; one that is closing is not found.
        maximum_message_bytes: The longest message.
        now: Seconds since the epoch.
    """
    refused = _refuse(call, maximum_message_bytes, now)
    if refused is not None:
        return refused
    connection = find(call.connection_id)
    if connection is None:
        return gone(now)
    match call.method:
        case "POST":
            return _post(connection, call.body, now)
        case "GET":
            return Response(HTTPStatus.OK, _headers(now), _describe(connection))
        case _:
            connection.disconnect()
            return Response(HTTPStatus.NO_CONTENT, _headers(now))


def _refuse(call: Call, maximum_message_bytes: int, now: float) -> Response | None:
    """Return the answer to a call that is wrong whatever is connected, or None."""
    if not is_well_formed(call.connection_id):
        return _bad_request(f"Invalid connectionId: {call.connection_id}", now)
    if len(call.body) > maximum_message_bytes:
        return _error(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            "PayloadTooLargeException",
            now,
            body={"message": "Message too long"},
        )
    return None


def _post(connection: ManagedConnection, body: bytes, now: float) -> Response:
    try:
        body.decode()
    except UnicodeDecodeError:
        return _bad_request("Message is not UTF-8 text", now)
    if connection.is_full:
        return exceed(now)
    connection.send(body)
    return Response(HTTPStatus.OK, _headers(now))


def _describe(connection: ManagedConnection) -> bytes:
    description = {
        "identity": {"sourceIp": connection.source_ip, "userAgent": connection.user_agent},
        "connectedAt": _instant(connection.connected_at),
        "lastActiveAt": _instant(connection.last_active_at),
    }
    return json.dumps(description, ensure_ascii=False, indent=2, separators=(",", " : ")).encode()


def _instant(epoch_seconds: float) -> str:
    moment = datetime.fromtimestamp(epoch_seconds, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _bad_request(message: str, now: float) -> Response:
    # The answer that was recorded on AWS has no trace id.
    return _error(
        HTTPStatus.BAD_REQUEST, "BadRequestException", now, body={"message": message}, trace=False
    )


def _error(
    status: HTTPStatus,
    error_type: str,
    now: float,
    *,
    body: Mapping[str, str] | None = None,
    trace: bool = True,
) -> Response:
    content = b"" if body is None else json.dumps(body, separators=(",", ":")).encode()
    headers = (("x-amzn-ErrorType", error_type), *_headers(now, trace=trace))
    return Response(status, headers, content)


def _headers(now: float, *, trace: bool = True) -> Headers:
    headers: Headers = (
        ("Content-Type", "application/json"),
        ("x-amzn-RequestId", new_request_id()),
        ("x-amz-apigw-id", new_identifier()),
    )
    return (*headers, ("x-amzn-trace-id", new_trace_id(now))) if trace else headers
