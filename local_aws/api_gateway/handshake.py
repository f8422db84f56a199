"""The opening handshake on the wire: RFC 6455's upgrade, and what refuses it."""

import base64
import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from websockets.utils import accept_key

from local_aws.api_gateway.frames import ErrorMessage, error_frame
from local_aws.api_gateway.integrations.integration import Answer
from local_aws.http1 import Headers, Request, Response
from local_aws.request_identifiers import new_request_id

_VERSION: Final = "13"
_KEY_BYTES: Final = 16
_KNOWN_STATUSES: Final = frozenset(HTTPStatus)
_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_ERROR_TYPES: Final = {
    HTTPStatus.BAD_REQUEST: "BadRequestException",
    HTTPStatus.UNAUTHORIZED: "UnauthorizedException",
    HTTPStatus.FORBIDDEN: "ForbiddenException",
    HTTPStatus.TOO_MANY_REQUESTS: "LimitExceededException",
    HTTPStatus.INTERNAL_SERVER_ERROR: "InternalServerErrorException",
    HTTPStatus.BAD_GATEWAY: "InternalServerErrorException",
    HTTPStatus.GATEWAY_TIMEOUT: "InternalServerErrorException",
}


class HandshakeError(Exception):
    """A request that opens no WebSocket connection, with the status to refuse it with."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        headers: Headers = (),
        message: ErrorMessage | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.headers = headers
        self.message = message


@dataclass(frozen=True, slots=True)
class Upgrade:
    """A valid request to upgrade."""

    key: str


def parse_upgrade(request: Request) -> Upgrade:
    """Check a request to upgrade.

    Raises:
        HandshakeError: 403 for another method than GET, 426 without an upgrade to version 13 of
            the protocol, 400 for a malformed key.
    """
    if request.method != "GET":
        raise HandshakeError(HTTPStatus.FORBIDDEN, f"{request.method} opens no connection; use GET")
    if "websocket" not in _tokens(request, "upgrade") or "upgrade" not in _tokens(
        request, "connection"
    ):
        raise HandshakeError(
            HTTPStatus.UPGRADE_REQUIRED,
            "a plain GET opens no connection; use a WebSocket client",
            headers=(("Upgrade", "websocket"), ("Connection", "Upgrade")),
        )
    if request.header("sec-websocket-version") != _VERSION:
        raise HandshakeError(
            HTTPStatus.UPGRADE_REQUIRED,
            "Sec-WebSocket-Version has to be 13",
            headers=(("Upgrade", "websocket"), ("Sec-WebSocket-Version", _VERSION)),
        )
    key = request.header("sec-websocket-key") or ""
    try:
        valid = len(base64.b64decode(key, validate=True)) == _KEY_BYTES
    except ValueError:
        valid = False
    if not valid:
        raise HandshakeError(
            HTTPStatus.BAD_REQUEST, "Sec-WebSocket-Key has to be 16 bytes in base64"
        )
    return Upgrade(key)


def accept(upgrade: Upgrade, subprotocol: str | None) -> bytes:
    """Return the 101 that opens the connection; no extension is negotiated."""
    lines = [
        "HTTP/1.1 101 Switching Protocols",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Accept: {accept_key(upgrade.key)}",
    ]
    if subprotocol is not None:
        lines.append(f"Sec-WebSocket-Protocol: {subprotocol}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii")


def subprotocol_of(answer: Answer) -> str | None:
    """Return the subprotocol that `$connect` chose: one header with one value, or none.

    From "Set up a $connect route that requires a WebSocket subprotocol". No other header of the
    answer reaches the client.
    """
    values = answer.header_values("sec-websocket-protocol")
    return values[0] if len(values) == 1 and _TOKEN.fullmatch(values[0]) else None


def refuse(
    status: int,
    *,
    connection_id: str,
    request_id: str,
    message: ErrorMessage | None = None,
    headers: Headers = (),
) -> Response:
    """Return the answer to a handshake that opens no connection."""
    if message is None and status == HTTPStatus.FORBIDDEN:
        message = ErrorMessage.FORBIDDEN
    error_type = _ERROR_TYPES.get(HTTPStatus(status)) if status in _KNOWN_STATUSES else None
    all_headers: Headers = (
        ("Content-Type", "application/json"),
        ("x-amzn-RequestId", new_request_id()),
        ("x-amz-apigw-id", request_id),
        *((("x-amzn-ErrorType", error_type),) if error_type else ()),
        *headers,
    )
    body = error_frame(
        message or _phrase(status), connection_id=connection_id, request_id=request_id
    )
    return Response(status, all_headers, body)


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in _KNOWN_STATUSES else "Refused"


def _tokens(request: Request, name: str) -> frozenset[str]:
    """Return the comma-separated values of all headers of one name, in lower case."""
    values = [value for present, value in request.headers if present.lower() == name]
    return frozenset(token.strip().lower() for value in values for token in value.split(","))
