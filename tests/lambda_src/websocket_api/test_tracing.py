from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.lambda_src.given import TABLE_NAME, Table
from websocket_api import Accept, App, ChannelPolicy, clients, environment, tracing, xray
from websocket_api.aws.errors import AwsError, NoAnswer
from websocket_api.delivery import Delivery
from websocket_api.dynamodb_table import DynamoDBTable
from websocket_api.management import Gone
from websocket_api.table import Key
from websocket_api.testing import TestClient

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Received = Callable[[], list[dict[str, Any]]]

ROOT = "1-5759e988-bd862e3fe1be46a994272793"
PARENT = "53995c3f42cd8ad8"
HEADER = f"Root={ROOT};Parent={PARENT};Sampled=1;Lineage=1:fc3b4ff1:0"


@pytest.fixture
def daemon(monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """Listen where X-Ray's daemon does, and trace the invocation."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
        datagrams.bind(("127.0.0.1", 0))
        datagrams.settimeout(5)
        port = datagrams.getsockname()[1]
        monkeypatch.setenv(xray.DAEMON_ADDRESS_VARIABLE, f"127.0.0.1:{port}")
        monkeypatch.setenv(environment.TRACE_HEADER_VARIABLE, HEADER)
        yield datagrams


@pytest.fixture
def received(daemon: socket.socket) -> Received:
    """Return what reads the documents that have arrived since it was last called."""

    def read() -> list[dict[str, Any]]:
        # What was sent before it arrives before it.
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", daemon.getsockname())
        documents = []
        while datagram := daemon.recv(65_536):
            header, _, document = datagram.partition(b"\n")
            assert json.loads(header) == {"format": "json", "version": 1}
            documents.append(json.loads(document))
        return documents

    return read


def test_subsegment_is_sent_as_x_ray_documents_it(received: Received) -> None:
    before = time.time()
    with tracing.subsegment("publish") as annotate:
        annotate(channel="room/blue", delivered=3)
    (document,) = received()
    assert re.fullmatch("[0-9a-f]{16}", document.pop("id"))
    assert before <= document.pop("start_time") <= document.pop("end_time") <= time.time()
    assert document == {
        "name": "publish",
        "trace_id": ROOT,
        "parent_id": PARENT,
        "type": "subsegment",
        "annotations": {"channel": "room/blue", "delivered": 3},
    }


def test_subsegment_inside_another_is_its_part(received: Received) -> None:
    with tracing.subsegment("outer"):
        with tracing.subsegment("inner"):
            pass
        with tracing.subsegment("next"):
            pass
    inner, following, outer = received()
    assert inner["parent_id"] == following["parent_id"] == outer["id"]
    assert outer["parent_id"] == PARENT
    assert len({inner["id"], following["id"], outer["id"]}) == 3


def test_subsegment_of_the_next_invocation_is_no_part_of_one_left_open(
    received: Received, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tracing.subsegment("left open"):
        monkeypatch.setenv(
            environment.TRACE_HEADER_VARIABLE, "Root=1-5759e988-a;Parent=1a;Sampled=1"
        )
        with tracing.subsegment("next"):
            pass
    following, _ = received()
    assert (following["trace_id"], following["parent_id"]) == ("1-5759e988-a", "1a")


def aws_error(code: str, status: int) -> AwsError:
    return AwsError("PutItem", code=code, message="secret", status=status)


@pytest.mark.parametrize(
    ("error", "kind", "is_throttle", "error_type"),
    [
        (ZeroDivisionError("secret"), "fault", False, "ZeroDivisionError"),
        (NoAnswer("secret"), "fault", False, "NoAnswer"),
        (aws_error("InternalServerError", 500), "fault", False, "InternalServerError"),
        (aws_error("ValidationException", 400), "error", False, "ValidationException"),
        (aws_error("ThrottlingException", 400), "error", True, "ThrottlingException"),
        (aws_error("TooManyRequestsException", 429), "error", True, "TooManyRequestsException"),
    ],
)
def test_failure_is_told_by_its_kind_without_its_text(
    received: Received, error: Exception, kind: str, error_type: str, *, is_throttle: bool
) -> None:
    def fail() -> None:
        with tracing.subsegment("publish"):
            raise error

    with pytest.raises(type(error)):
        fail()
    (document,) = received()
    assert {"error", "fault"} & document.keys() == {kind}
    assert document[kind] is True
    assert document["throttle"] is is_throttle
    (exception,) = document["cause"]["exceptions"]
    assert exception["type"] == error_type
    assert "secret" not in str(document)


@pytest.mark.usefixtures("daemon")
@pytest.mark.parametrize(
    "address",
    ["", "nowhere", "127.0.0.1:", "127.0.0.1:99999", "256.0.0.1:2000", "127.0.0.1:1", ":2000"],
)
def test_daemon_that_cannot_be_reached_is_nothing_to_the_caller(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv(xray.DAEMON_ADDRESS_VARIABLE, address)
    with tracing.subsegment("publish"), tracing.subsegment("deliver"):
        pass


def test_daemon_is_known_by_both_its_addresses_too(
    daemon: socket.socket, received: Received, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = daemon.getsockname()[1]
    address = f"tcp:127.0.0.1:1 udp:127.0.0.1:{port}"
    monkeypatch.setenv(xray.DAEMON_ADDRESS_VARIABLE, address)
    with tracing.subsegment("publish"):
        pass
    assert [document["name"] for document in received()] == ["publish"]


@pytest.mark.parametrize("header", ["", HEADER.replace("Sampled=1", "Sampled=0")])
def test_invocation_that_is_not_traced_sends_nothing(
    received: Received, monkeypatch: pytest.MonkeyPatch, header: str
) -> None:
    monkeypatch.setenv(environment.TRACE_HEADER_VARIABLE, header)
    with tracing.subsegment("publish") as annotate:
        annotate(delivered=1)
    assert received() == []


UNTRACED = """
import sys
from websocket_api import tracing
with tracing.subsegment("publish") as annotate:
    annotate(delivered=1)
assert not {"socket", "json", "websocket_api.xray"} & sys.modules.keys()
"""


def test_nothing_is_imported_for_an_invocation_that_is_not_traced() -> None:
    subprocess.run(
        [sys.executable, "-c", UNTRACED], cwd=Path(xray.__file__).parent.parent, env={}, check=True
    )


def test_call_of_the_table_is_one_of_aws(received: Received, table: Table) -> None:
    assert table.name == TABLE_NAME
    DynamoDBTable(clients.dynamodb(), table_name=TABLE_NAME).get(Key("a", "b"))
    (document,) = received()
    assert (document["name"], document["namespace"]) == ("dynamodb", "aws")
    assert document["aws"] == {"operation": "GetItem"}


class Sockets:
    """Two connections, one of which is gone."""

    def post(self, connection_id: str, data: bytes) -> None:  # noqa: ARG002 - as Post has it
        if connection_id == "gone":
            raise Gone(connection_id)

    def is_open(self, connection_id: str) -> bool:
        return connection_id != "gone"


def test_delivery_is_one_subsegment_with_its_counts(received: Received) -> None:
    delivery = Delivery(Sockets())
    delivery.send(("open", "gone"), b"hi")
    delivery.send_some(("open", "late"), b"hi", deadline=0.0)
    first, second = received()
    assert first["name"] == second["name"] == "deliver"
    assert first["annotations"] == {"delivered": 1, "gone": 1, "throttled": 0, "failed": 0}
    assert second["annotations"]["unreached"] == 2


def test_publish_has_the_delivery_inside(received: Received) -> None:
    app = App(channels=ChannelPolicy())
    app.on_connect(lambda: Accept(channels=["room/blue"]))
    TestClient(app).connect()
    app.channel("room/blue").publish("hi", message_id="m1")
    deliver, publish = received()
    assert publish["annotations"] == {"channel": "room/blue", "message_id": "m1"}
    assert deliver["parent_id"] == publish["id"]
