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

DISCONNECTS = ["disconnect_1000", "disconnect_1001", "disconnect_1005"]


@pytest.mark.parametrize("name", DISCONNECTS)
def test_connection_loses_all_its_rows(
    table: Table, load: Load, log_lines: LogLines, name: str
) -> None:
    for sort_key in ("CONNECTION#R1kExample4CFIA=", "SUBSCRIPTION#blue"):
        table.client.put_item(
            TableName=table.name,
            Item={"pk": {"S": "CONNECTION#R1kExample4CFIA="}, "sk": {"S": sort_key}},
        )
    disconnect = load("handlers.disconnect")
    assert disconnect.handler(golden_event(name), Context()) == {"statusCode": 200}
    assert table.rows() == []
    assert set(table.operations) == {"Query", "DeleteItem"}
    (line,) = log_lines()
    assert line["rows"] == 2
    assert line["connectionId"] == "R1kExample4CFIA="
    assert str(line["disconnectStatusCode"]) == name.removeprefix("disconnect_")


def test_unknown_connection_is_no_failure_however_often(table: Table, load: Load) -> None:
    disconnect = load("handlers.disconnect")
    for _ in range(2):
        assert disconnect.handler(golden_event("disconnect_1001"), Context()) == {"statusCode": 200}
    assert table.rows() == []


def test_what_connect_stores_disconnect_removes(table: Table, load: Load) -> None:
    load("handlers.connect").handler(golden_event("connect"), Context())
    assert len(table.rows()) == 1
    load("handlers.disconnect").handler(golden_event("disconnect_1005"), Context())
    assert table.rows() == []


def test_failed_removal_is_logged_and_shows_in_the_access_log(
    load: Load, log_lines: LogLines
) -> None:
    disconnect = load("handlers.disconnect")
    assert disconnect.handler(golden_event("disconnect_1001"), Context()) == {"statusCode": 500}
    (line,) = log_lines()
    assert line["level"] == "ERROR"
    assert line["errorCode"] == "ResourceNotFoundException"
    assert line["connectionId"] == "R1kExample4CFIA="


def test_event_of_another_route_is_refused(load: Load) -> None:
    with pytest.raises(InvalidEvent, match="not DISCONNECT"):
        load("handlers.disconnect").handler(golden_event("connect"), Context())


def test_missing_table_name_is_named_at_import(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(environment.TABLE_NAME_VARIABLE)
    with pytest.raises(environment.MissingEnvironmentVariable, match="WEBSOCKET_TABLE_NAME"):
        load("handlers.disconnect")


def test_variables_of_other_functions_are_not_needed(
    load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(environment.CONNECTION_TTL_SECONDS_VARIABLE)
    load("handlers.disconnect")
