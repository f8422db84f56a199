from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.lambda_src.given import TABLE_NAME, Table
from tests.lambda_src.websocket_api.sockets import connection_row
from websocket_api import clients, environment
from websocket_api.connections import ConnectionStore
from websocket_api.dynamodb_table import DynamoDBTable
from websocket_api.history import HistoryPolicy
from websocket_api.publisher import Publisher
from websocket_api.subscriptions import Subscription, Subscriptions

if TYPE_CHECKING:
    from tests.lambda_src.conftest import LoopbackServer

LAMBDA_SRC = Path(environment.__file__).parent.parent
FAR = 10**10
IMPORT_IN_A_NEW_PROCESS = """
import sys
before = set(sys.modules)
import websocket_api.publisher
print(*set(sys.modules) - before)
"""


@pytest.fixture
def environ(server: LoopbackServer) -> dict[str, str]:
    return {
        environment.TABLE_NAME_VARIABLE: TABLE_NAME,
        environment.MANAGEMENT_ENDPOINT_VARIABLE: f"{server.url}/prod",
    }


@pytest.fixture
def publisher(table: Table, environ: dict[str, str]) -> Publisher:
    dynamodb = DynamoDBTable(clients.dynamodb(), table_name=table.name)
    connections = ConnectionStore(dynamodb)
    subscriptions = Subscriptions(dynamodb, clock=lambda: 0)
    for connection_id in ("a", "b"):
        connections.put(connection_row(connection_id, user="ann", ttl=FAR))
        subscriptions.add(
            Subscription(
                connection_id=connection_id,
                channel="room/blue",
                shard=0,
                user="ann",
                ttl=FAR,
                leave_after_seconds=None,
            )
        )
    table.operations.clear()
    return Publisher.from_env(environ, history=HistoryPolicy())


def paths(server: LoopbackServer) -> list[str]:
    return sorted(request.path for request in server.requests)


def test_publisher_reaches_a_channel(publisher: Publisher, server: LoopbackServer) -> None:
    report = publisher.channel("room", "blue").publish({"text": "hello"})
    assert (report.delivered, report.offset) == (2, 1)
    assert paths(server) == ["/prod/@connections/a", "/prod/@connections/b"]
    assert json.loads(server.requests[0].body)["data"] == {"text": "hello"}


def test_publisher_reaches_a_user(publisher: Publisher, server: LoopbackServer) -> None:
    assert publisher.send_to_user("ann", {"text": "hello"}).delivered == 2
    assert publisher.send_to_user("bob", {"text": "hello"}).delivered == 0
    assert paths(server) == ["/prod/@connections/a", "/prod/@connections/b"]
    assert server.requests[0].body == b'{"text":"hello"}'


def test_publisher_reaches_a_connection(publisher: Publisher, server: LoopbackServer) -> None:
    assert publisher.send("a", [1]).delivered == 1
    assert paths(server) == ["/prod/@connections/a"]
    assert server.requests[0].body == b"[1]"


def test_text_is_sent_as_it_is(publisher: Publisher, server: LoopbackServer) -> None:
    publisher.send("a", "hello")
    publisher.send_to_user("ann", "hello")
    assert {request.body for request in server.requests} == {b"hello"}


def test_connection_found_gone_is_removed(
    publisher: Publisher, server: LoopbackServer, table: Table
) -> None:
    server.answer(410, error="GoneException")
    assert publisher.channel("room/blue").publish("hello").gone == 2
    assert {row["pk"]["S"].partition("#")[0] for row in table.rows()} == {"CHANNEL", "HISTORY"}


def test_publisher_uses_the_actions_that_are_documented_and_no_scan(
    publisher: Publisher, server: LoopbackServer, table: Table
) -> None:
    publisher.channel("room/blue").publish("hello")
    publisher.send_to_user("ann", "hello")
    server.answer(410, error="GoneException")
    publisher.channel("room/blue").publish("hello")
    documented = str(Publisher.from_env.__doc__)
    assert set(table.operations) <= {"GetItem", "UpdateItem", "PutItem", "Query", "DeleteItem"}
    assert all(operation in documented for operation in table.operations)


@pytest.mark.parametrize(
    "name", [environment.TABLE_NAME_VARIABLE, environment.MANAGEMENT_ENDPOINT_VARIABLE]
)
def test_missing_variable_is_named(environ: dict[str, str], name: str) -> None:
    del environ[name]
    with pytest.raises(environment.MissingEnvironmentVariable, match=name):
        Publisher.from_env(environ)


def test_importing_the_publisher_imports_no_sdk() -> None:
    completed = subprocess.run(
        [sys.executable, "-c", IMPORT_IN_A_NEW_PROCESS],
        cwd=LAMBDA_SRC,
        capture_output=True,
        text=True,
        check=True,
    )
    packages = {name.partition(".")[0] for name in completed.stdout.split()}
    assert packages.isdisjoint({"boto3", "botocore", "asyncio", "concurrent", "random", "ssl"})
