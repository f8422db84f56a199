"""Overview of WebSocket APIs in API Gateway: close codes; Quotas: messages and frames."""

import contextlib
import json
import socket
import time
from typing import Any

import pytest
from mypy_boto3_apigatewaymanagementapi import ApiGatewayManagementApiClient
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

from tests.conformance.given import PATIENCE_SECONDS, Client, Clients, Deployment

MESSAGE_BYTES = 131_072
FRAME_BYTES = 32_768
PING_SECONDS = 1.0
TOLERANCE_SECONDS = 2.0


@pytest.fixture
def observer(clients: Clients) -> Client:
    """Who is shown the $disconnect event of the connection that `observed` opens."""
    return clients.open()


@pytest.fixture
def observed(clients: Clients, observer: Client) -> Client:
    return clients.open(query={"observer": observer.connection_id})


def ending(observer: Client) -> tuple[int, str]:
    """Return the code and the reason that $disconnect was told."""
    event: dict[str, Any] = json.loads(observer.receive())
    context = event["requestContext"]
    assert context["eventType"] == "DISCONNECT"
    assert context["routeKey"] == "$disconnect"
    assert "body" not in event
    assert "messageId" not in context
    return context["disconnectStatusCode"], context["disconnectReason"]


def close_code(client: Client) -> int:
    with pytest.raises(ConnectionClosed) as closed:
        client.receive()
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code


def send_in_frames(client: Client, text: str, size: int) -> None:
    client.socket.send(text[start : start + size] for start in range(0, len(text), size))


def test_code_and_reason_of_the_client_are_told(observer: Client, observed: Client) -> None:
    """Overview of WebSocket APIs in API Gateway."""
    observed.socket.close(4000, "had enough")
    assert ending(observer) == (4000, "had enough")


def test_close_without_a_code_is_1005(observer: Client, observed: Client) -> None:
    """Overview of WebSocket APIs in API Gateway."""
    with observed.socket.protocol_mutex:
        observed.socket.protocol.send_close()
        observed.socket.send_data()
    assert ending(observer) == (1005, "Client-side close frame status not set")


def test_lost_client_is_1006(observer: Client, observed: Client) -> None:
    """Overview of WebSocket APIs in API Gateway."""
    drop(observed.socket)
    assert ending(observer)[0] == 1006


def drop(client: ClientConnection) -> None:
    """Take the line away, as a phone in a tunnel does; without a close frame."""
    client.socket.shutdown(socket.SHUT_RDWR)


def test_deleted_connection_ends_normally(
    observer: Client, observed: Client, management: ApiGatewayManagementApiClient
) -> None:
    """Overview of WebSocket APIs in API Gateway."""
    management.delete_connection(ConnectionId=observed.connection_id)
    assert ending(observer) == (1000, "Connection Closed Normally")


def test_binary_message_is_not_accepted(observer: Client, observed: Client) -> None:
    """Binary media types for WebSocket APIs."""
    observed.send(b"\x00\x01")
    assert close_code(observed) == 1003
    assert ending(observer)[0] == 1003


def test_greatest_message_in_greatest_frames_is_handled(clients: Clients) -> None:
    """Quotas for configuring and running a WebSocket API."""
    client = clients.open()
    text = "x" * MESSAGE_BYTES
    send_in_frames(client, text, FRAME_BYTES)
    assert client.receive() == text


def test_longer_message_is_too_big(observer: Client, observed: Client) -> None:
    """Quotas for configuring and running a WebSocket API."""
    send_in_frames(observed, "x" * (MESSAGE_BYTES + 1), FRAME_BYTES)
    assert close_code(observed) == 1009
    assert ending(observer)[0] == 1009


def test_longer_frame_is_too_big(observer: Client, observed: Client) -> None:
    """Quotas for configuring and running a WebSocket API."""
    observed.send("x" * (FRAME_BYTES + 1))
    assert close_code(observed) == 1009
    assert ending(observer)[0] == 1009


def test_idle_connection_goes_away(
    deployment: Deployment, clients: Clients, observer: Client
) -> None:
    """Quotas for configuring and running a WebSocket API; takes its time, and needs an option."""
    seconds = float(deployment["--idle-seconds"])
    idle = clients.open(query={"observer": observer.connection_id}, ping_interval=None)
    assert seconds_until_it_goes_away(idle, busy=observer) > seconds - TOLERANCE_SECONDS
    assert ending(observer) == (1001, "Going away")


def test_old_connection_goes_away_however_busy(deployment: Deployment, clients: Clients) -> None:
    """Quotas for configuring and running a WebSocket API; takes its time, and needs an option."""
    seconds = float(deployment["--lifetime-seconds"])
    old = clients.open()
    assert seconds_until_it_goes_away(old, busy=old) > seconds - TOLERANCE_SECONDS


def seconds_until_it_goes_away(client: Client, *, busy: Client) -> float:
    """Wait for the end of a connection, while one is kept from being idle."""
    opened = time.monotonic()
    while client.socket.close_code is None:
        busy.socket.ping()
        with contextlib.suppress(TimeoutError, ConnectionClosed):
            client.socket.recv(timeout=PING_SECONDS)
    assert (client.socket.close_code, client.socket.close_reason) == (1001, "Going away")
    return time.monotonic() - opened


def test_ping_is_answered_with_its_payload(clients: Clients) -> None:
    """Tutorial: Create a WebSocket API with an AWS integration."""
    assert clients.open().socket.ping("are you there").wait(PATIENCE_SECONDS)
