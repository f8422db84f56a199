from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from websocket_api import clients, logs
from websocket_api.connections import ConnectionRow, ConnectionStore
from websocket_api.dynamodb_table import DynamoDBTable
from websocket_api.management import (
    YOUNG_CONNECTION_SECONDS,
    ConnectionStatus,
    Gone,
    ManagementClient,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.lambda_src.conftest import LoopbackServer
    from tests.lambda_src.given import Table

CONNECTION_ID = "R1k-Exampl_4CFI="
PATH = "/prod/@connections/R1k-Exampl_4CFI%3D"
NOW = 1_700_000_000.0
YOUNGEST_MILLISECONDS = 1_700_000_000_000 - YOUNG_CONNECTION_SECONDS * 1000

CALLS: list[Callable[[ManagementClient], object]] = [
    lambda client: client.post(CONNECTION_ID, "hello"),
    lambda client: client.get(CONNECTION_ID),
    lambda client: client.delete(CONNECTION_ID),
]


@pytest.fixture
def client(server: LoopbackServer) -> ManagementClient:
    return ManagementClient(clients.management(f"{server.url}/prod"))


@pytest.fixture
def cleaning_client(server: LoopbackServer) -> ManagementClient:
    """Return a client that removes the rows of gone connections; its clock stands at NOW."""
    return ManagementClient(
        clients.management(f"{server.url}/prod"),
        connections=ConnectionStore(DynamoDBTable(clients.dynamodb(), table_name="connections")),
        clock=lambda: NOW,
    )


def store_connection(table: Table, connection_id: str, connected_at_milliseconds: int) -> None:
    ConnectionStore(DynamoDBTable(table.client, table_name=table.name)).put(
        ConnectionRow(
            connection_id=connection_id,
            connected_at_milliseconds=connected_at_milliseconds,
            source_ip="192.0.2.1",
            user_agent=None,
            domain_name="example.com",
            stage="prod",
            ttl=connected_at_milliseconds // 1000 + 7500,
        )
    )
    table.client.put_item(
        TableName=table.name,
        Item={"pk": {"S": f"CONNECTION#{connection_id}"}, "sk": {"S": "SUBSCRIPTION#blue"}},
    )


@pytest.mark.parametrize("data", ["grüß dich 👋", "grüß dich 👋".encode()])
def test_post_sends_the_text_in_utf8(
    client: ManagementClient, server: LoopbackServer, data: str | bytes
) -> None:
    client.post(CONNECTION_ID, data)
    (request,) = server.requests
    assert (request.method, request.path) == ("POST", PATH)
    assert request.body.decode() == "grüß dich 👋"
    assert "/execute-api/aws4_request" in request.headers["Authorization"]


def test_get_tells_who_is_connected_since_when(
    client: ManagementClient, server: LoopbackServer
) -> None:
    status = {
        "identity": {"sourceIp": "192.0.2.1", "userAgent": "Mozilla/5.0"},
        "connectedAt": "2020-11-15T12:23:14.726Z",
        "lastActiveAt": "2020-11-15T12:23:14.972Z",
    }
    server.answer(200, body=json.dumps(status).encode())
    assert client.get(CONNECTION_ID) == ConnectionStatus(
        connected_at=datetime(2020, 11, 15, 12, 23, 14, 726000, tzinfo=UTC),
        last_active_at=datetime(2020, 11, 15, 12, 23, 14, 972000, tzinfo=UTC),
        source_ip="192.0.2.1",
        user_agent="Mozilla/5.0",
    )
    (request,) = server.requests
    assert (request.method, request.path) == ("GET", PATH)


def test_get_tolerates_a_client_without_user_agent(
    client: ManagementClient, server: LoopbackServer
) -> None:
    status = {
        "identity": {"sourceIp": "192.0.2.1", "userAgent": None},
        "connectedAt": "2020-11-15T12:23:14.726Z",
        "lastActiveAt": "2020-11-15T12:23:14.972Z",
    }
    server.answer(200, body=json.dumps(status).encode())
    assert client.get(CONNECTION_ID).user_agent is None


def test_delete_closes_the_connection(client: ManagementClient, server: LoopbackServer) -> None:
    server.answer(204)
    client.delete(CONNECTION_ID)
    (request,) = server.requests
    assert (request.method, request.path) == ("DELETE", PATH)


@pytest.mark.parametrize("call", CALLS)
def test_gone_connection_is_named_after_one_call(
    client: ManagementClient, server: LoopbackServer, call: Callable[[ManagementClient], object]
) -> None:
    server.answer(410, error="GoneException")
    with pytest.raises(Gone, match=CONNECTION_ID) as caught:
        call(client)
    assert caught.value.connection_id == CONNECTION_ID
    assert len(server.requests) == 1


@pytest.mark.parametrize("call", CALLS)
def test_gone_connection_loses_all_its_rows_and_no_other_does(
    cleaning_client: ManagementClient,
    server: LoopbackServer,
    table: Table,
    call: Callable[[ManagementClient], object],
) -> None:
    store_connection(table, CONNECTION_ID, YOUNGEST_MILLISECONDS - 1)
    store_connection(table, "sender", YOUNGEST_MILLISECONDS - 1)
    server.answer(410, error="GoneException")
    with pytest.raises(Gone):
        call(cleaning_client)
    assert {row["pk"]["S"] for row in table.rows()} == {"CONNECTION#sender"}


def test_young_connection_called_gone_keeps_its_rows(
    cleaning_client: ManagementClient, server: LoopbackServer, table: Table
) -> None:
    store_connection(table, CONNECTION_ID, YOUNGEST_MILLISECONDS)
    server.answer(410, error="GoneException")
    with pytest.raises(Gone):
        cleaning_client.post(CONNECTION_ID, "hello")
    assert len(table.rows()) == 2


def test_gone_stays_the_answer_when_the_rows_cannot_be_removed(
    cleaning_client: ManagementClient,
    server: LoopbackServer,
    log_lines: Callable[[], list[dict[str, Any]]],
) -> None:
    logs.configure("INFO")
    server.answer(410, error="GoneException")
    with pytest.raises(Gone):
        cleaning_client.post(CONNECTION_ID, "hello")
    (line,) = log_lines()
    assert line["level"] == "WARNING"
    assert line["goneConnectionId"] == CONNECTION_ID
    assert line["errorCode"] == "ResourceNotFoundException"
    assert "hello" not in str(line)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, "BadRequestException"),
        (403, "ForbiddenException"),
        (413, "PayloadTooLargeException"),
    ],
)
def test_any_other_refusal_is_awss_and_removes_nothing(
    cleaning_client: ManagementClient,
    server: LoopbackServer,
    table: Table,
    status: int,
    error: str,
) -> None:
    store_connection(table, CONNECTION_ID, 0)
    server.answer(status, error=error, body=b'{"message":"no"}')
    with pytest.raises(clients.errors()) as caught:
        cleaning_client.post(CONNECTION_ID, "hello")
    assert clients.error_code(caught.value) == error
    assert len(server.requests) == 1
    assert len(table.rows()) == 2
