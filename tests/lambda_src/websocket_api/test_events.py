from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest

from tests.lambda_src.given import EVENTS, golden_event
from websocket_api import events
from websocket_api.events import (
    ConnectEvent,
    DisconnectEvent,
    Event,
    InvalidEvent,
    MessageEvent,
)

if TYPE_CHECKING:
    from collections.abc import Callable

HOST = "a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com"
USER_AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:121.0) Gecko/20100101 Firefox/121.0"
TYPES: dict[str, type[Event]] = {
    "CONNECT": ConnectEvent,
    "MESSAGE": MessageEvent,
    "DISCONNECT": DisconnectEvent,
}
PARSERS: dict[str, Callable[[dict[str, Any]], Event]] = {
    "CONNECT": events.parse_connect,
    "MESSAGE": events.parse_message,
    "DISCONNECT": events.parse_disconnect,
}
AUTHORIZER = {
    "principalId": "user-17",
    "role": "editor",
    "level": 3,
    "beta": True,
    "integrationLatency": 42,
}


@pytest.mark.parametrize("name", sorted(path.stem for path in EVENTS.glob("*.json")))
def test_golden_event_parses_as_its_type(name: str) -> None:
    event = golden_event(name)
    event_type = event["requestContext"]["eventType"]
    parsed = events.parse(event)
    assert type(parsed) is TYPES[event_type]
    assert parsed == PARSERS[event_type](event)
    assert parsed.event_type == event_type


def test_connect_carries_every_field() -> None:
    event = events.parse_connect(golden_event("connect"))
    assert event.connection_id == "R1kExample4CFIA="
    assert event.connected_at_milliseconds == 1705751697419
    assert event.route_key == "$connect"
    assert event.stage == "prod"
    assert event.domain_name == HOST
    assert event.api_id == "a1b2c3d4e5"
    assert event.request_id == "R1kConnect4FkpA="
    assert event.extended_request_id == "R1kConnect4FkpA="
    assert event.request_time == "20/Jan/2024:11:54:57 +0000"
    assert event.request_time_milliseconds == 1705751697420
    assert event.message_direction == "IN"
    assert event.identity.source_ip == "192.0.2.1"
    assert event.identity.user_agent == USER_AGENT
    assert event.headers["host"] == HOST
    assert event.headers["SEC-WEBSOCKET-VERSION"] == "13"
    assert event.query_string_parameters == {}
    assert event.multi_value_query_string_parameters == {}
    assert event.authorizer == {}
    assert event.stage_variables == {}


def test_explicit_nulls_are_absent() -> None:
    event = events.parse_connect(golden_event("connect_with_explicit_nulls"))
    assert event.connection_id == "XfGExample4CE9w="
    identity = vars(event.identity)
    assert identity == dict.fromkeys(identity) | {"source_ip": "203.0.113.9"}
    assert event.query_string_parameters == {}
    assert event.authorizer == {}


def test_query_repeated_headers_stage_variables_and_api_key_are_carried() -> None:
    event = events.parse_connect(golden_event("connect_with_query_and_authorizer"))
    assert event.query_string_parameters == {"room": "blue", "token": "not-a-secret", "empty": ""}
    assert event.multi_value_query_string_parameters["room"] == ("red", "blue")
    assert event.headers["sec-websocket-protocol"] == "chat.v1"
    assert event.headers.get_all("sec-websocket-protocol") == ("chat.v2", "chat.v1")
    assert event.stage_variables == {"colour": "green"}
    assert event.identity.source_ip == "2001:db8::17"
    assert event.identity.api_key == "not-a-real-api-key-0000"
    assert event.identity.api_key_id == "k1e2y3i4d5"


def test_iam_identity_is_carried() -> None:
    identity = events.parse_connect(golden_event("connect_with_iam_authorization")).identity
    assert vars(identity) == {
        "source_ip": "198.51.100.7",
        "user_agent": USER_AGENT,
        "api_key": None,
        "api_key_id": None,
        "account_id": "123456789012",
        "access_key": "ASIAEXAMPLE",
        "caller": "AROAEXAMPLE:session",
        "user": "AROAEXAMPLE:session",
        "user_arn": "arn:aws:sts::123456789012:assumed-role/example/session",
        "principal_org_id": "o-example",
        "cognito_identity_id": "eu-west-1:00000000-0000-4000-8000-000000000001",
        "cognito_identity_pool_id": "eu-west-1:00000000-0000-4000-8000-000000000002",
        "cognito_authentication_type": "authenticated",
        "cognito_authentication_provider": "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_example",
    }


@pytest.mark.parametrize(
    "name",
    ["connect_with_query_and_authorizer", "message_with_authorizer", "disconnect_1000"],
)
def test_authorizer_context_is_carried_by_every_event_of_the_connection(name: str) -> None:
    assert events.parse(golden_event(name)).authorizer == AUTHORIZER


def test_message_carries_its_text_byte_for_byte() -> None:
    event = events.parse_message(golden_event("message"))
    assert event.body == '{\r\n\t"action": "say",\r\n\t"text": "grüß dich 👋"\r\n}'
    assert event.message_id == "R1kMsgId1n4CFIA="
    assert event.connected_at_milliseconds == 1705751697419
    assert event.request_time_milliseconds == 1705751700453
    assert event.is_base64_encoded is False


def test_base64_body_is_decoded() -> None:
    event = events.parse_message(golden_event("message_in_base64"))
    assert event.body == '{"action": "say", "text": "grüß dich 👋"}'
    assert event.is_base64_encoded is True


@pytest.mark.parametrize(
    "body", ["not base64!", "YQ=", "YQ==\n", base64.b64encode(b"\xff").decode(), "ü"]
)
def test_body_that_is_no_base64_of_a_text_is_refused(body: str) -> None:
    event = golden_event("message_in_base64") | {"body": body}
    with pytest.raises(InvalidEvent, match="body is no Base64 of a text") as caught:
        events.parse_message(event)
    assert body not in str(caught.value)


def test_message_without_a_body_is_empty() -> None:
    event = golden_event("message")
    del event["body"]
    assert events.parse_message(event).body == ""


@pytest.mark.parametrize(
    ("name", "code", "reason"),
    [
        ("disconnect_1000", 1000, "Connection Closed Normally"),
        ("disconnect_1001", 1001, ""),
        ("disconnect_1005", 1005, "Client-side close frame status not set"),
    ],
)
def test_disconnect_carries_the_close_code_and_reason(name: str, code: int, reason: str) -> None:
    event = events.parse_disconnect(golden_event(name))
    assert event.disconnect_status_code == code
    assert event.disconnect_reason == reason
    assert event.headers["x-api-key"] == ""
    assert event.headers["host"] == HOST


@pytest.mark.parametrize("event_type", TYPES)
def test_a_connection_id_is_all_that_must_be_there(event_type: str) -> None:
    event = PARSERS[event_type]({"requestContext": {"connectionId": "a"}})
    assert event.connection_id == "a"
    assert event.connected_at_milliseconds is None
    assert event.request_time_milliseconds is None
    assert event.route_key == event.stage == event.domain_name == event.request_id == ""
    assert event.identity.source_ip == ""
    assert event.authorizer == {}


@pytest.mark.parametrize("context", [{}, {"connectionId": None}, {"connectionId": ""}])
@pytest.mark.parametrize("event_type", TYPES)
def test_event_without_a_connection_id_is_refused(event_type: str, context: dict[str, Any]) -> None:
    event = {"requestContext": {"eventType": event_type} | context}
    with pytest.raises(InvalidEvent, match=r"^requestContext\.connectionId is missing\. Is this"):
        events.parse(event)


@pytest.mark.parametrize(
    ("name", "event_type"),
    [("connect", "MESSAGE"), ("message", "DISCONNECT"), ("disconnect_1000", "CONNECT")],
)
def test_event_of_another_route_is_refused(name: str, event_type: str) -> None:
    with pytest.raises(InvalidEvent, match=f"not {event_type}.*integration of the right route"):
        PARSERS[event_type](golden_event(name))


@pytest.mark.parametrize("event", [{}, {"requestContext": {"eventType": "PING"}}])
def test_event_of_no_known_type_is_refused(event: dict[str, Any]) -> None:
    with pytest.raises(InvalidEvent, match="not CONNECT, MESSAGE or DISCONNECT"):
        events.parse(event)


def test_single_value_headers_are_enough() -> None:
    event = golden_event("connect")
    del event["multiValueHeaders"]
    assert events.parse_connect(event).headers.get_all("host") == (HOST,)


def test_secrets_and_bodies_stay_out_of_the_representation() -> None:
    connect = golden_event("connect_with_query_and_authorizer")
    iam = golden_event("connect_with_iam_authorization")
    shown = repr([events.parse(connect), events.parse(iam), events.parse(golden_event("message"))])
    for secret in ("not-a-secret", "not-a-real-api-key-0000", "ASIAEXAMPLE", "editor", "dich"):
        assert secret not in shown


def test_event_cannot_be_changed() -> None:
    event = events.parse(golden_event("message"))
    with pytest.raises(AttributeError, match=r"MessageEvent\.stage cannot be changed"):
        event.stage = "other"
    with pytest.raises(AttributeError, match=r"Identity\.source_ip cannot be removed"):
        del event.identity.source_ip
    assert event.stage == "prod"


def test_events_are_equal_by_what_they_say() -> None:
    message = golden_event("message")
    assert events.parse(message) == events.parse(message)
    assert events.parse(message) != events.parse(message | {"body": "other"})
    assert events.parse(message) != events.parse(golden_event("connect"))
