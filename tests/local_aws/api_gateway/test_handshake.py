import json
from http import HTTPStatus

import pytest

from local_aws.api_gateway.frames import ErrorMessage
from local_aws.api_gateway.handshake import (
    HandshakeError,
    Upgrade,
    accept,
    parse_upgrade,
    refuse,
    subprotocol_of,
)
from local_aws.api_gateway.integrations.integration import Answer
from local_aws.http1 import Request

KEY = "dGhlIHNhbXBsZSBub25jZQ=="
VALID = {
    "Host": "here",
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Key": KEY,
    "Sec-WebSocket-Version": "13",
}


def request(method: str = "GET", **changes: str | None) -> Request:
    headers = VALID | {name.replace("_", "-"): value for name, value in changes.items()}
    kept = tuple((name, value) for name, value in headers.items() if value is not None)
    return Request(method, "/prod", kept, b"")


def test_valid_upgrade_is_accepted_as_in_the_rfc() -> None:
    upgrade = parse_upgrade(request())
    assert upgrade == Upgrade(KEY)
    assert accept(upgrade, None) == (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
    )
    assert b"\r\nSec-WebSocket-Protocol: chat\r\n" in accept(upgrade, "chat")


def test_tokens_are_found_in_any_case_and_among_others() -> None:
    parse_upgrade(request(Upgrade="h2c, WebSocket", Connection="keep-alive, upgrade"))


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        (request("POST"), 403),
        (request(Upgrade=None), 426),
        (request(Upgrade="h2c"), 426),
        (request(Connection=None), 426),
        (request(Connection="close"), 426),
        (request(Sec_WebSocket_Version=None), 426),
        (request(Sec_WebSocket_Version="8"), 426),
        (request(Sec_WebSocket_Key=None), 400),
        (request(Sec_WebSocket_Key="c2hvcnQ="), 400),
        (request(Sec_WebSocket_Key="not base64"), 400),
        (request(Sec_WebSocket_Key="é" * 24), 400),
    ],
)
def test_request_that_is_no_upgrade_is_refused(wrong: Request, status: int) -> None:
    with pytest.raises(HandshakeError) as refused:
        parse_upgrade(wrong)
    assert refused.value.status == status


@pytest.mark.parametrize(
    ("headers", "subprotocol"),
    [
        ((), None),
        ((("Sec-WebSocket-Protocol", "chat"),), "chat"),
        ((("sec-websocket-protocol", "chat"),), "chat"),
        ((("Sec-WebSocket-Protocol", "chat"), ("Sec-WebSocket-Protocol", "talk")), None),
        ((("Sec-WebSocket-Protocol", "chat, talk"),), None),
        ((("Sec-WebSocket-Protocol", "chat\r\nX-Evil: 1"),), None),
        ((("Sec-WebSocket-Protocol", ""),), None),
    ],
)
def test_subprotocol_is_one_header_with_one_value(
    headers: tuple[tuple[str, str], ...], subprotocol: str | None
) -> None:
    assert subprotocol_of(Answer(200, headers, b"")) == subprotocol


@pytest.mark.parametrize(
    ("status", "message", "error_type"),
    [
        (401, "Unauthorized", "UnauthorizedException"),
        (403, "Forbidden", "ForbiddenException"),
        (301, "Moved Permanently", None),
        (599, "Refused", None),
    ],
)
def test_refusal_says_what_and_to_whom(status: int, message: str, error_type: str | None) -> None:
    response = refuse(status, connection_id="c===", request_id="r===")
    assert response.status == status
    assert json.loads(response.body) == {
        "message": message,
        "connectionId": "c===",
        "requestId": "r===",
    }
    headers = dict(response.headers)
    assert headers["Content-Type"] == "application/json"
    assert headers.get("x-amzn-ErrorType") == error_type


def test_refusal_can_have_a_message_and_headers_of_its_own() -> None:
    response = refuse(
        HTTPStatus.GATEWAY_TIMEOUT,
        connection_id="c===",
        request_id="r===",
        message=ErrorMessage.ENDPOINT_REQUEST_TIMED_OUT,
        headers=(("Upgrade", "websocket"),),
    )
    assert b'"message": "Endpoint request timed out"' in response.body
    assert ("Upgrade", "websocket") in response.headers
