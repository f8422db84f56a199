"""Use @connections commands in your backend service."""

from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from botocore.exceptions import ClientError
from mypy_boto3_apigatewaymanagementapi import ApiGatewayManagementApiClient
from websockets.exceptions import ConnectionClosed

from tests.conformance.given import Client, Clients, Deployment, request

UNKNOWN = "MTIzNDU2Nzg5MDE="
"""Well formed, and nobody's."""
LIMIT_BYTES = 131_072


@pytest.fixture
def client(clients: Clients) -> Client:
    return clients.open()


def address(deployment: Deployment, connection_id: str, at_sign: str = "@") -> str:
    endpoint = deployment["--management-endpoint"]
    return f"{endpoint}/{at_sign}connections/{quote(connection_id, safe='')}"


def test_post_arrives_as_one_text_message(
    client: Client, management: ApiGatewayManagementApiClient
) -> None:
    """Use @connections commands in your backend service."""
    management.post_to_connection(ConnectionId=client.connection_id, Data="grüße".encode())
    assert client.receive() == "grüße"


def test_post_of_the_greatest_size_arrives_whole(
    client: Client, management: ApiGatewayManagementApiClient
) -> None:
    """Quotas for configuring and running a WebSocket API."""
    data = "x" * LIMIT_BYTES
    management.post_to_connection(ConnectionId=client.connection_id, Data=data.encode())
    assert client.receive() == data


def test_longer_post_is_too_large(
    client: Client, management: ApiGatewayManagementApiClient
) -> None:
    """Quotas for configuring and running a WebSocket API."""
    with pytest.raises(management.exceptions.PayloadTooLargeException):
        management.post_to_connection(
            ConnectionId=client.connection_id, Data=b"x" * (LIMIT_BYTES + 1)
        )


@pytest.mark.parametrize("at_sign", ["@", "%40"])
def test_answer_to_a_post_is_empty(deployment: Deployment, client: Client, at_sign: str) -> None:
    """Use @connections commands in your backend service."""
    url = address(deployment, client.connection_id, at_sign)
    answer = request("POST", url, b"hello", deployment.signature("POST", url, b"hello"))
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["x-amzn-requestid"]
    assert client.receive() == "hello"


def test_get_tells_who_is_connected_and_since_when(
    client: Client, management: ApiGatewayManagementApiClient
) -> None:
    """Use @connections commands in your backend service."""
    event = client.event()
    found = management.get_connection(ConnectionId=event["requestContext"]["connectionId"])
    assert found["Identity"]["SourceIp"] == event["requestContext"]["identity"]["sourceIp"]
    assert found["Identity"]["UserAgent"] == event["requestContext"]["identity"]["userAgent"]
    assert found["ConnectedAt"] <= found["LastActiveAt"] <= datetime.now(UTC) + timedelta(minutes=5)


def test_delete_closes_the_connection(
    client: Client, management: ApiGatewayManagementApiClient
) -> None:
    """Use @connections commands in your backend service."""
    connection_id = client.connection_id
    management.delete_connection(ConnectionId=connection_id)
    with pytest.raises(ConnectionClosed):
        client.receive()
    with pytest.raises(management.exceptions.GoneException):
        management.post_to_connection(ConnectionId=connection_id, Data=b"too late")


def test_connection_is_gone_from_the_instant_of_its_close(
    client: Client, management: ApiGatewayManagementApiClient
) -> None:
    """Use @connections commands in your backend service."""
    connection_id = client.connection_id
    client.socket.close()
    with pytest.raises(management.exceptions.GoneException):
        management.post_to_connection(ConnectionId=connection_id, Data=b"?")
    with pytest.raises(management.exceptions.GoneException):
        management.get_connection(ConnectionId=connection_id)
    with pytest.raises(management.exceptions.GoneException):
        management.delete_connection(ConnectionId=connection_id)


def test_well_formed_identifier_of_nobody_is_gone(deployment: Deployment) -> None:
    """Use @connections commands in your backend service."""
    url = address(deployment, UNKNOWN)
    answer = request("POST", url, b"?", deployment.signature("POST", url, b"?"))
    assert (answer.status, answer.body) == (410, b"")
    assert answer.headers["x-amzn-ErrorType"] == "GoneException"


def test_malformed_identifier_is_a_bad_request(management: ApiGatewayManagementApiClient) -> None:
    """Use @connections commands in your backend service."""
    with pytest.raises(ClientError) as refusal:
        management.post_to_connection(ConnectionId=f"{UNKNOWN}test", Data=b"?")
    error = refusal.value.response
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert error["Error"]["Message"] == f"Invalid connectionId: {UNKNOWN}test"


def test_call_without_a_signature_is_forbidden(deployment: Deployment, client: Client) -> None:
    """Control access with IAM authorization."""
    answer = request("POST", address(deployment, client.connection_id), b"?")
    assert answer.status == 403
    assert client.ask(answer={"statusCode": 200, "body": "nothing came"}) == "nothing came"


def test_call_with_another_body_than_was_signed_is_forbidden(
    deployment: Deployment, client: Client
) -> None:
    """Control access with IAM authorization."""
    url = address(deployment, client.connection_id)
    answer = request("POST", url, b"sent", deployment.signature("POST", url, b"signed"))
    assert answer.status == 403
    assert client.ask(answer={"statusCode": 200, "body": "nothing came"}) == "nothing came"
