"""Who may connect: Lambda authorizers, API keys, IAM."""

import json
from urllib.parse import parse_qsl

import pytest

from tests.conformance.given import Clients, Deployment, https

GUARDED = "--guarded-websocket-url"
KEYED = "--keyed-websocket-url"
SIGNED = "--signed-websocket-url"


# Control access with AWS Lambda REQUEST authorizers


def test_allowed_client_is_known_from_then_on(clients: Clients) -> None:
    """Control access with AWS Lambda REQUEST authorizers."""
    event = clients.open(GUARDED, query={"token": "allow"}).event()
    authorizer = event["requestContext"]["authorizer"]
    assert authorizer["principalId"] == "somebody"
    assert authorizer["text"] == "hello"
    assert str(authorizer["number"]) == "7"
    assert str(authorizer["truth"]).lower() == "true"


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({}, 401),
        ({"token": ""}, 401),
        ({"token": "unauthorized"}, 401),
        ({"token": "deny"}, 403),
        ({"token": "other-route"}, 403),
        ({"token": "crash"}, 500),
        ({"token": "malformed"}, 500),
    ],
    ids=json.dumps,
)
def test_nobody_else_gets_in(clients: Clients, query: dict[str, str], status: int) -> None:
    """Control access with AWS Lambda REQUEST authorizers."""
    response = clients.refused(GUARDED, query=query)
    assert response.status_code == status
    assert b"as told" not in response.body


# Usage plans and API keys


def test_key_of_the_usage_plan_opens(clients: Clients, deployment: Deployment) -> None:
    """Usage plans and API keys."""
    client = clients.open(KEYED, headers={"x-api-key": deployment["--api-key"]})
    assert client.ask(answer={"statusCode": 200, "body": "in"}) == "in"


@pytest.mark.parametrize("headers", [{}, {"x-api-key": ""}, {"x-api-key": "of-somebody-else"}])
def test_any_other_key_is_forbidden(clients: Clients, headers: dict[str, str]) -> None:
    """Usage plans and API keys."""
    assert clients.refused(KEYED, headers=headers).status_code == 403


# Control access with IAM authorization


def test_signature_in_headers_opens(clients: Clients, deployment: Deployment) -> None:
    """Control access with IAM authorization."""
    headers = deployment.signature("GET", https(deployment[SIGNED]))
    client = clients.open(SIGNED, headers=headers)
    assert client.ask(answer={"statusCode": 200, "body": "in"}) == "in"


def test_signed_address_opens_as_a_browser_needs_it(
    clients: Clients, deployment: Deployment
) -> None:
    """Control access with IAM authorization."""
    query = dict(parse_qsl(deployment.signed_query(https(deployment[SIGNED]))))
    client = clients.open(SIGNED, query=query)
    assert client.ask(answer={"statusCode": 200, "body": "in"}) == "in"


def test_unsigned_handshake_is_forbidden(clients: Clients) -> None:
    """Control access with IAM authorization."""
    assert clients.refused(SIGNED).status_code == 403


def test_wrong_signature_is_forbidden(clients: Clients, deployment: Deployment) -> None:
    """Control access with IAM authorization."""
    headers = deployment.signature("GET", https(deployment[SIGNED]))
    signature = headers["Authorization"]
    wrong = "1" if signature.endswith("0") else "0"
    headers["Authorization"] = signature[:-1] + wrong
    assert clients.refused(SIGNED, headers=headers).status_code == 403


def test_signature_for_another_address_is_forbidden(
    clients: Clients, deployment: Deployment
) -> None:
    """Control access with IAM authorization."""
    headers = deployment.signature("GET", https(deployment[SIGNED]) + "/elsewhere")
    assert clients.refused(SIGNED, headers=headers).status_code == 403
