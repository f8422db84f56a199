"""infra/ as it stands: its handlers, from its zip, answer a real client."""

import contextlib
import io
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from mypy_boto3_apigatewaymanagementapi import ApiGatewayManagementApiClient
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from local_aws.stack import Stack
from tests.end_to_end.given import SESSION, eventually, management_client

Rows = Callable[[], list[dict[str, Any]]]

TWO_HOURS_SECONDS = 7200


@pytest.fixture(scope="module")
def url(stack: Stack) -> str:
    return stack.addresses[0].websocket_url


@pytest.fixture(scope="module")
def management(stack: Stack) -> ApiGatewayManagementApiClient:
    return management_client(stack)


@pytest.fixture
def rows(stack: Stack) -> Rows:
    """Read the whole table, from which the rows of earlier tests have gone."""
    dynamodb = SESSION.client("dynamodb", endpoint_url=stack.services.aws_endpoint)

    def read() -> list[dict[str, Any]]:
        return dynamodb.scan(TableName=stack.outputs["table_name"])["Items"]

    assert eventually(lambda: not read())
    return read


def test_same_port_speaks_wss_and_https(stack: Stack, url: str) -> None:
    trusted = ssl.create_default_context(cafile=stack.services.certificate)
    with connect(url.replace("ws://", "wss://"), ssl=trusted) as client:
        client.send("encrypted")
        assert receive(client) == "encrypted"
    endpoint = stack.addresses[0].management_endpoint.replace("http://", "https://")
    management = SESSION.client(
        "apigatewaymanagementapi", endpoint_url=endpoint, verify=str(stack.services.certificate)
    )
    with pytest.raises(management.exceptions.GoneException):
        management.post_to_connection(ConnectionId="MTIzNDU2Nzg5MDE=", Data=b"nobody is there")


def only_connection_id(rows: Rows) -> str:
    (row,) = rows()
    return str(row["connection_id"]["S"])


def receive(client: ClientConnection) -> str | bytes:
    return client.recv(timeout=10)


def test_outputs_are_the_addresses_that_are_served(stack: Stack, url: str) -> None:
    (address,) = stack.addresses
    assert stack.outputs["websocket_url"] == url == address.websocket_url
    assert stack.outputs["management_endpoint"] == address.management_endpoint
    assert stack.outputs["api_id"] == address.api_id
    assert stack.outputs["stage_name"] == address.stage_name == "prod"


@pytest.mark.parametrize("message", ["hello", '{"action": "none"}', "grüße 🦜", "x" * 32_768])
def test_message_comes_back(url: str, message: str) -> None:
    with connect(url, compression=None) as client:
        client.send(message)
        assert receive(client) == message


def test_row_of_a_connection_comes_and_goes(url: str, rows: Rows) -> None:
    with connect(url, user_agent_header="parrot/1.0"):
        (row,) = rows()
        connected_at = datetime.fromisoformat(row["connected_at"]["S"])
        assert row["pk"] == row["sk"] == {"S": f"CONNECTION#{row['connection_id']['S']}"}
        assert connected_at.tzinfo is not None
        assert abs((datetime.now(UTC) - connected_at).total_seconds()) < TWO_HOURS_SECONDS
        assert row["connected_at_ms"] == {"N": str(round(connected_at.timestamp() * 1000))}
        assert row["source_ip"] == {"S": "127.0.0.1"}
        assert row["user_agent"] == {"S": "parrot/1.0"}
        lifetime = int(row["ttl"]["N"]) - connected_at.timestamp()
        assert TWO_HOURS_SECONDS < lifetime < TWO_HOURS_SECONDS * 1.1
    assert eventually(lambda: not rows())


def test_post_reaches_the_client(
    url: str, rows: Rows, management: ApiGatewayManagementApiClient
) -> None:
    with connect(url) as client:
        connection_id = only_connection_id(rows)
        management.post_to_connection(ConnectionId=connection_id, Data=b"from the server")
        assert receive(client) == "from the server"


def test_connection_can_be_looked_up(
    url: str, rows: Rows, management: ApiGatewayManagementApiClient
) -> None:
    with connect(url, user_agent_header="parrot/1.0") as client:
        client.send("hello")
        receive(client)
        found = management.get_connection(ConnectionId=only_connection_id(rows))
        assert found["Identity"]["SourceIp"] == "127.0.0.1"
        assert found["Identity"]["UserAgent"] == "parrot/1.0"
        assert found["ConnectedAt"] <= found["LastActiveAt"]


def test_deleted_connection_is_closed_and_forgotten(
    url: str, rows: Rows, management: ApiGatewayManagementApiClient
) -> None:
    with connect(url) as client:
        connection_id = only_connection_id(rows)
        management.delete_connection(ConnectionId=connection_id)
        with pytest.raises(ConnectionClosed):
            receive(client)
        with pytest.raises(management.exceptions.GoneException):
            management.post_to_connection(ConnectionId=connection_id, Data=b"too late")
        assert eventually(lambda: not rows())


def test_many_clients_each_get_their_own_echo(url: str, rows: Rows) -> None:
    with contextlib.ExitStack() as open_clients:
        clients = [open_clients.enter_context(connect(url)) for _ in range(20)]
        assert len(rows()) == len(clients)
        for number, client in enumerate(clients):
            client.send(f"message {number}")
        echoes = [receive(client) for client in clients]
    assert echoes == [f"message {number}" for number in range(len(clients))]
    assert eventually(lambda: not rows())


def test_lines_of_a_function_stand_below_its_request_and_show_no_message(
    url: str, log: io.StringIO
) -> None:
    with connect(url) as client:
        client.send("a secret between us")
        receive(client)
    assert eventually(lambda: "         │ INFO    connection removed" in log.getvalue())
    assert "         │ INFO    connection stored" in log.getvalue()
    assert "a secret between us" not in log.getvalue()


def test_plan_after_apply_is_empty(stack: Stack) -> None:
    assert stack.terraform.plan() is False
