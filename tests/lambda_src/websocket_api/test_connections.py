from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.lambda_src.given import TABLE_NAME, Table, golden_event
from tests.lambda_src.websocket_api.sockets import START, Stage, connection_row
from websocket_api import clients, events
from websocket_api.connections import ConnectionRow, ConnectionStore
from websocket_api.dynamodb_table import DynamoDBTable
from websocket_api.keys import InvalidUser

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.lambda_src.in_process_aws import Call

NOW = 1_700_000_000.25


@pytest.fixture
def store(table: Table) -> ConnectionStore:
    return ConnectionStore(DynamoDBTable(clients.dynamodb(), table_name=table.name))


def row(connection_id: str = "a", *, connected_at_milliseconds: int = 0) -> ConnectionRow:
    return ConnectionRow(
        connection_id=connection_id,
        connected_at_milliseconds=connected_at_milliseconds,
        source_ip="192.0.2.1",
        user_agent=None,
        domain_name="example.com",
        stage="prod",
        ttl=connected_at_milliseconds // 1000 + 7500,
    )


def add_subscriptions(
    table: Table, connection_id: str, channels: Iterable[str], *, size: int = 1
) -> None:
    for channel in channels:
        table.client.put_item(
            TableName=table.name,
            Item={
                "pk": {"S": f"CONNECTION#{connection_id}"},
                "sk": {"S": channel},
                "filling": {"S": "x" * size},
            },
        )


def row_from(name: str) -> ConnectionRow:
    event = events.parse_connect(golden_event(name))
    return ConnectionRow.from_event(event, ttl_seconds=7500, clock=lambda: NOW)


def test_row_holds_what_the_event_says() -> None:
    assert row_from("connect").row() == {
        "pk": "CONNECTION#R1kExample4CFIA=",
        "sk": "CONNECTION#R1kExample4CFIA=",
        "connection_id": "R1kExample4CFIA=",
        "connected_at": "2024-01-20T11:54:57.419+00:00",
        "connected_at_ms": 1705751697419,
        "source_ip": "192.0.2.1",
        "user_agent": "Mozilla/5.0 (X11; Linux x86_64; rv:121.0) Gecko/20100101 Firefox/121.0",
        "domain_name": "a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com",
        "stage": "prod",
        "ttl": 1705759197,
    }


def test_unknown_user_agent_has_no_attribute() -> None:
    assert "user_agent" not in row_from("connect_with_explicit_nulls").row()


def test_event_without_an_instant_takes_the_clocks() -> None:
    event = events.parse_connect({"requestContext": {"connectionId": "a"}})
    taken = ConnectionRow.from_event(event, ttl_seconds=60, clock=lambda: NOW)
    assert taken.row() == {
        "pk": "CONNECTION#a",
        "sk": "CONNECTION#a",
        "connection_id": "a",
        "connected_at": "2023-11-14T22:13:20.250+00:00",
        "connected_at_ms": 1700000000250,
        "ttl": 1700000060,
    }


@given(st.integers(min_value=0, max_value=253_402_300_799_999))
def test_connected_at_is_an_instant_with_offset_to_the_millisecond(milliseconds: int) -> None:
    text = str(row(connected_at_milliseconds=milliseconds).row()["connected_at"])
    instant = datetime.fromisoformat(text)
    assert instant.utcoffset() == timedelta(0)
    assert instant == datetime.fromisoformat("1970-01-01T00:00+00:00") + timedelta(
        milliseconds=milliseconds
    )


def test_row_is_stored_as_it_is(table: Table, store: ConnectionStore) -> None:
    store.put(row_from("connect"))
    assert table.plain_rows() == [row_from("connect").row()]


def test_storing_twice_changes_nothing(table: Table, store: ConnectionStore) -> None:
    store.put(row())
    store.put(row())
    assert table.plain_rows() == [row().row()]


def test_deleted_connection_loses_all_its_rows_and_no_other_does(
    table: Table, store: ConnectionStore
) -> None:
    store.put(row("a"))
    store.put(row("ab"))
    add_subscriptions(table, "a", ["A", "CONNECTION#", "SUBSCRIPTION#blue", "Z"])
    assert store.delete("a") == 5
    assert table.plain_rows() == [row("ab").row()]


def test_deletion_of_an_unknown_connection_does_nothing(
    table: Table, store: ConnectionStore
) -> None:
    assert store.delete("unknown") == 0
    assert table.operations == ["Query"]


def test_deletion_reads_every_page(table: Table, store: ConnectionStore) -> None:
    store.put(row())
    add_subscriptions(table, "a", [f"SUBSCRIPTION#{n}" for n in range(8)], size=300_000)
    assert store.delete("a") == 9
    assert table.operations.count("Query") > 1
    assert table.rows() == []


def test_deletion_sees_a_row_written_a_moment_ago(table: Table, store: ConnectionStore) -> None:
    store.delete("a")
    assert [call.parameters["ConsistentRead"] for call in table.calls.made] == [True]


@pytest.mark.parametrize("deletions", range(6))
def test_deletion_cut_short_leaves_the_connections_own_row_and_can_be_done_again(
    table: Table, store: ConnectionStore, deletions: int
) -> None:
    store.put(row())
    add_subscriptions(table, "a", ["A", "SUBSCRIPTION#blue", "SUBSCRIPTION#red"])

    def cut(_: Call) -> None:
        if table.operations.count("DeleteItem") > deletions:
            raise ConnectionAbortedError

    table.calls.before = cut
    with pytest.raises(ConnectionAbortedError):
        store.delete("a")
    assert row().row() in table.plain_rows()

    table.calls.before = lambda _: None
    assert store.delete("a") >= 1
    assert table.rows() == []


def test_connection_opened_since_the_given_instant_keeps_its_rows(
    table: Table, store: ConnectionStore
) -> None:
    store.put(row(connected_at_milliseconds=1000))
    add_subscriptions(table, "a", ["A", "SUBSCRIPTION#blue"])
    assert store.delete("a", connected_before_milliseconds=1000) == 0
    assert len(table.rows()) == 3
    assert store.delete("a", connected_before_milliseconds=1001) == 3
    assert table.rows() == []


def test_rows_left_behind_by_a_connection_are_removed_whatever_its_age(
    table: Table, store: ConnectionStore
) -> None:
    add_subscriptions(table, "a", ["SUBSCRIPTION#blue"])
    assert store.delete("a", connected_before_milliseconds=0) == 1
    assert store.delete("a", connected_before_milliseconds=0) == 0
    assert table.rows() == []


def test_only_the_operations_that_the_functions_may_call_are_called(
    table: Table, store: ConnectionStore
) -> None:
    store.put(row())
    store.delete("a")
    assert table.operations == ["PutItem", "Query", "DeleteItem"]


def test_failure_of_dynamodb_is_raised() -> None:
    store = ConnectionStore(DynamoDBTable(clients.dynamodb(), table_name=TABLE_NAME))
    with pytest.raises(clients.errors()) as caught:
        store.put(row())
    assert clients.error_code(caught.value) == "ResourceNotFoundException"


def test_row_knows_user_and_attributes(table: Table, store: ConnectionStore) -> None:
    store.put(connection_row("a", user="ann", attributes={"roles": ["admin"], "age": 1.5}))
    own, of_user = table.plain_rows()
    assert own["user"] == "ann"
    assert own["attributes"] == '{"roles": ["admin"], "age": 1.5}'
    assert of_user == {
        "pk": "USER#ann",
        "sk": "CONNECTION#a",
        "connection_id": "a",
        "ttl": int(START) + 7500,
    }
    assert table.operations == ["PutItem", "PutItem"]


@pytest.mark.parametrize(
    "row",
    [
        connection_row("a"),
        connection_row("a", user="ann", user_agent="x", attributes={"n": [1, None, {"a": "ü"}]}),
        row_from("connect"),
        row_from("connect_with_explicit_nulls"),
    ],
)
def test_stored_connection_is_read_as_it_was(row: ConnectionRow) -> None:
    stage = Stage()
    stage.clock.now = row.ttl - 1
    stage.connections.put(row)
    assert stage.connections.get(row.connection_id) == row


def test_connection_that_was_not_stored_or_has_expired_is_none() -> None:
    stage = Stage()
    row = stage.open("a")
    assert stage.connections.get("b") is None
    stage.clock.now = row.ttl - 0.5
    assert stage.connections.get("a") == row
    stage.clock.now = row.ttl
    assert stage.connections.get("a") is None


def test_users_id_that_cannot_be_one_is_refused_before_anything_is_stored() -> None:
    stage = Stage()
    with pytest.raises(InvalidUser):
        stage.connections.put(connection_row("a", user=""))
    assert stage.memory.rows() == []


def test_deleted_connection_is_gone_from_its_user_and_its_channels() -> None:
    stage = Stage()
    stage.join("a", "blue", user="ann")
    stage.join("a", "red", user="ann")
    stage.join("b", "blue", user="ann")
    assert stage.connections.delete("a") == 3
    assert {str(row["pk"]) for row in stage.memory.rows()} == {
        "CONNECTION#b",
        "SHARD#0#blue",
        "USER#ann",
    }
    assert stage.connections.delete("b") == 2
    assert stage.memory.rows() == []


def test_youth_of_a_connection_is_that_of_its_row() -> None:
    stage = Stage()
    stage.open("a")
    assert stage.connections.is_younger("a", 5)
    stage.clock.advance(4.9)
    assert stage.connections.is_younger("a", 5)
    stage.clock.advance(0.1)
    assert not stage.connections.is_younger("a", 5)
    assert not stage.connections.is_younger("unknown", 5)
    stage.table.put({"pk": "CONNECTION#b", "sk": "CONNECTION#b"})
    assert not stage.connections.is_younger("b", 5)


def test_logs_that_name_a_row_do_not_tell_what_it_keeps() -> None:
    kept = connection_row("a", user="ann", attributes={"token": "secret"})
    assert repr(kept) == "ConnectionRow('a')"
