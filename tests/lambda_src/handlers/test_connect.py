from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.lambda_src.given import Context, Table, golden_event
from websocket_api import environment
from websocket_api.events import InvalidEvent

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    Load = Callable[[str], ModuleType]
    LogLines = Callable[[], list[dict[str, Any]]]


def test_connection_is_stored_and_accepted(table: Table, load: Load, log_lines: LogLines) -> None:
    connect = load("handlers.connect")
    assert connect.handler(golden_event("connect"), Context()) == {"statusCode": 200}
    (row,) = table.rows()
    assert row["pk"] == row["sk"] == {"S": "CONNECTION#R1kExample4CFIA="}
    assert row["connected_at"] == {"S": "2024-01-20T11:54:57.419+00:00"}
    assert row["ttl"] == {"N": str(1705751697 + 7500)}
    assert table.operations == ["PutItem"]
    (line,) = log_lines()
    assert line["message"] == "connection stored"
    assert line["requestId"] == Context().aws_request_id
    assert line["connectionId"] == "R1kExample4CFIA="


@pytest.mark.parametrize(
    "name", ["connect_with_explicit_nulls", "connect_with_query_and_authorizer"]
)
def test_every_shape_of_the_event_is_accepted(table: Table, load: Load, name: str) -> None:
    connect = load("handlers.connect")
    assert connect.handler(golden_event(name), Context()) == {"statusCode": 200}
    (row,) = table.rows()
    assert row["connection_id"]["S"] == golden_event(name)["requestContext"]["connectionId"]


@pytest.mark.usefixtures("table")
def test_subprotocol_that_the_authorizer_names_is_chosen(load: Load) -> None:
    event = golden_event("connect_with_query_and_authorizer")
    event["requestContext"]["authorizer"]["subprotocol"] = "bearer"
    assert load("handlers.connect").handler(event, Context()) == {
        "statusCode": 200,
        "headers": {"Sec-WebSocket-Protocol": "bearer"},
    }


def test_failed_write_refuses_the_connection_and_tells_the_client_nothing(
    load: Load, log_lines: LogLines
) -> None:
    connect = load("handlers.connect")
    assert connect.handler(golden_event("connect"), Context()) == {"statusCode": 500}
    (line,) = log_lines()
    assert line["level"] == "ERROR"
    assert line["errorCode"] == "ResourceNotFoundException"
    assert line["connectionId"] == "R1kExample4CFIA="


@pytest.mark.usefixtures("table")
def test_secrets_of_the_handshake_are_not_logged(
    load: Load, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(environment.LOG_LEVEL_VARIABLE, "DEBUG")
    load("handlers.connect").handler(golden_event("connect_with_query_and_authorizer"), Context())
    written = capsys.readouterr()
    assert "connection stored" in written.out
    for secret in ("not-a-secret", "not-a-real-api-key", "theme=dark"):
        assert secret not in written.out + written.err


def test_event_of_another_route_is_refused(table: Table, load: Load) -> None:
    with pytest.raises(InvalidEvent, match="not CONNECT"):
        load("handlers.connect").handler(golden_event("message"), Context())
    assert table.rows() == []


@pytest.mark.parametrize(
    "name", [environment.TABLE_NAME_VARIABLE, environment.CONNECTION_TTL_SECONDS_VARIABLE]
)
def test_missing_variable_is_named_at_import(
    load: Load, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.delenv(name)
    with pytest.raises(environment.MissingEnvironmentVariable, match=name):
        load("handlers.connect")
