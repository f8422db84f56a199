from __future__ import annotations

from typing import Any

import pytest

from tests.lambda_src.given import golden_event
from websocket_api import events
from websocket_api.testing.event_source import EventSource

SOURCE = EventSource(connection_id="a", connected_at=1705751697.419, authorizer={})


def shape(value: object) -> object:
    """Return the types of a JSON value, by its members."""
    if isinstance(value, dict):
        return {name: shape(member) for name, member in value.items()}
    return type(value).__name__


def connect(**changes: Any) -> dict[str, Any]:
    arguments: dict[str, Any] = {"request_id": "r", "headers": {}, "query": {}, "subprotocols": ()}
    return SOURCE.connect(**arguments | changes)


@pytest.mark.parametrize(
    ("event", "golden"),
    [
        (connect(), "connect"),
        (SOURCE.message("hi", route_key="say", request_id="r", at=1705751700.0), "message"),
        (SOURCE.disconnect(1001, "", request_id="r", at=1705751700.0), "disconnect_1001"),
    ],
)
def test_events_have_the_members_that_api_gateway_sends(event: dict[str, Any], golden: str) -> None:
    expected = golden_event(golden)
    assert event.keys() == expected.keys()
    assert shape(event["requestContext"]) == shape(expected["requestContext"])


def test_connect_tells_of_the_handshake() -> None:
    event = events.parse_connect(
        connect(headers={"Cookie": "a=b"}, query={"room": "blue"}, subprotocols=["v2", "v1"])
    )
    assert event.connected_at_milliseconds == 1705751697419
    assert event.request_time == "20/Jan/2024:11:54:57 +0000"
    assert event.headers["cookie"] == "a=b"
    assert event.headers["sec-websocket-protocol"] == "v2, v1"
    assert event.query_string_parameters == {"room": "blue"}
    assert event.multi_value_query_string_parameters == {"room": ("blue",)}


def test_all_events_tell_what_the_authorizer_returned() -> None:
    source = EventSource(connection_id="a", connected_at=0.0, authorizer={"sub": "anna"})
    event = events.parse_message(source.message("hi", route_key="say", request_id="r", at=1.0))
    assert event.authorizer == {"sub": "anna"}
    assert (event.route_key, event.body, event.message_id) == ("say", "hi", "r")


def test_disconnect_tells_how_it_came() -> None:
    event = events.parse_disconnect(SOURCE.disconnect(4000, "done", request_id="r", at=1.0))
    assert (event.disconnect_status_code, event.disconnect_reason) == (4000, "done")
