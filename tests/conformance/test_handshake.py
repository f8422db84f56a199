"""Manage connected users and client apps: $connect and $disconnect routes."""

import json

import pytest

from tests.conformance.given import Clients, Deployment, https, request


def answer(**fields: object) -> dict[str, str]:
    """What tells the function of $connect to answer so."""
    return {"answer": json.dumps(fields)}


@pytest.mark.parametrize("status", [200, 201, 299])
def test_any_success_of_connect_opens_the_connection(clients: Clients, status: int) -> None:
    """Manage connected users and client apps: $connect and $disconnect routes."""
    client = clients.open(query=answer(statusCode=status))
    assert client.ask(answer={"statusCode": 200, "body": "open"}) == "open"


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 429, 500, 501])
def test_any_other_status_of_connect_refuses_with_it(clients: Clients, status: int) -> None:
    """Manage connected users and client apps: $connect and $disconnect routes."""
    assert clients.refused(query=answer(statusCode=status)).status_code == status


def test_function_that_raises_on_connect_is_a_bad_gateway(clients: Clients) -> None:
    """Manage connected users and client apps: $connect and $disconnect routes."""
    assert clients.refused(query={"fail": "yes"}).status_code == 502


@pytest.mark.parametrize(
    "malformed", ["null", '"text"', '{"statusCode": 200, "extra": 1}', '{"statusCode": "no"}']
)
def test_malformed_answer_of_connect_is_a_bad_gateway(clients: Clients, malformed: str) -> None:
    """Handling Lambda errors with an API Gateway API."""
    assert clients.refused(query={"answer": malformed}).status_code == 502


def test_refusal_says_nothing_of_what_is_inside(clients: Clients) -> None:
    """Manage connected users and client apps: $connect and $disconnect routes."""
    response = clients.refused(query={"fail": "yes"})
    assert b"as told" not in response.body
    assert b"ValueError" not in response.body


def test_subprotocol_is_the_one_that_connect_returns(clients: Clients) -> None:
    """Set up a $connect route that requires a WebSocket subprotocol."""
    chosen = answer(statusCode=200, headers={"Sec-WebSocket-Protocol": "two"})
    client = clients.open(query=chosen, subprotocols=["one", "two"])
    assert client.socket.subprotocol == "two"


def test_without_a_word_of_connect_there_is_no_subprotocol(clients: Clients) -> None:
    """Set up a $connect route that requires a WebSocket subprotocol."""
    assert clients.open(subprotocols=["one", "two"]).socket.subprotocol is None


def test_body_of_connect_is_not_delivered(clients: Clients) -> None:
    """Manage connected users and client apps: $connect and $disconnect routes."""
    client = clients.open(query=answer(statusCode=200, body="not for you"))
    assert client.ask(answer={"statusCode": 200, "body": "first"}) == "first"


def test_plain_request_has_to_upgrade(deployment: Deployment) -> None:
    """On no page of AWS's: by answers of AWS that others have recorded."""
    assert request("GET", https(deployment["--websocket-url"])).status == 426


def test_unknown_stage_is_forbidden(clients: Clients, deployment: Deployment) -> None:
    """On no page of AWS's: by answers of AWS that others have recorded."""
    url = deployment["--websocket-url"] + "-of-somebody-else"
    other = Clients(Deployment({"--websocket-url": url}, deployment.session), clients.stack)
    assert other.refused().status_code == 403


def test_messages_know_the_connection_and_not_its_headers(clients: Clients) -> None:
    """Invoke your backend integration with the $default route and custom routes."""
    client = clients.open(query={"colour": "red"}, headers={"X-Kind": "test"})
    first, second = client.event(), client.event()
    assert not {"headers", "multiValueHeaders", "queryStringParameters"} & first.keys()
    for field in ("connectionId", "connectedAt", "apiId", "stage", "domainName", "identity"):
        assert first["requestContext"][field] == second["requestContext"][field]
    for field in ("messageId", "requestId"):
        assert first["requestContext"][field] != second["requestContext"][field]
