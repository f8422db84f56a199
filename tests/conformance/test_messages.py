"""Messages: which route they take, and what comes back."""

import json
import re

import pytest

from tests.conformance.given import Client, Clients

IDENTIFIER = r"[A-Za-z0-9_=-]+"


def frame(message: str) -> re.Pattern[str]:
    """What an error looks like to a client, down to its spaces."""
    return re.compile(
        rf'\{{"message": "{message}", "connectionId":"{IDENTIFIER}", "requestId":"{IDENTIFIER}"\}}'
    )


INTERNAL_SERVER_ERROR = frame("Internal server error")


@pytest.fixture
def client(clients: Clients) -> Client:
    return clients.open()


def route_of(client: Client, message: object) -> str:
    """Return the key of the route that a message takes."""
    text = message if isinstance(message, str) else json.dumps(message)
    client.send(text)
    return str(json.loads(client.receive())["requestContext"]["routeKey"])


# Create routes for WebSocket APIs


def test_value_of_the_expression_picks_the_route(client: Client) -> None:
    """Create routes for WebSocket APIs."""
    assert route_of(client, {"action": "answer", "event": True}) == "answer"


@pytest.mark.parametrize("action", ["unknown", "", "ANSWER", "answer ", 7, True, None, ["answer"]])
def test_what_no_route_is_named_after_goes_to_default(client: Client, action: object) -> None:
    """Create routes for WebSocket APIs."""
    assert route_of(client, {"action": action, "event": True}) == "$default"


@pytest.mark.parametrize("action", ["$connect", "$disconnect", "$default"])
def test_lifecycle_routes_cannot_be_asked_for(client: Client, action: str) -> None:
    """Create routes for WebSocket APIs."""
    assert route_of(client, {"action": action, "event": True}) == "$default"


def test_message_without_the_field_goes_to_default(client: Client) -> None:
    """Create routes for WebSocket APIs."""
    assert route_of(client, {"event": True}) == "$default"


@pytest.mark.parametrize("text", ["not JSON", "", "{", '"answer"', "[]", "7", "null"])
def test_text_that_is_no_object_goes_to_default_as_it_is(client: Client, text: str) -> None:
    """Create routes for WebSocket APIs."""
    client.send(text)
    assert client.receive() == text


# Set up route responses


def test_two_way_route_returns_the_body_alone(client: Client) -> None:
    """Set up route responses."""
    told = {"statusCode": 200, "headers": {"X-Kind": "lost"}, "body": "the body"}
    assert client.ask(answer=told) == "the body"


@pytest.mark.parametrize("status", [301, 401, 500])
def test_status_of_a_reply_neither_closes_nor_fails(client: Client, status: int) -> None:
    """Set up route responses."""
    assert client.ask(answer={"statusCode": status, "body": "still fine"}) == "still fine"
    assert client.ask(answer={"statusCode": 200, "body": "open"}) == "open"


def test_one_way_route_returns_nothing(client: Client) -> None:
    """Set up route responses."""
    client.tell("tell", answer={"statusCode": 200, "body": "lost"})
    assert client.ask(answer={"statusCode": 200, "body": "only this"}) == "only this"


def test_body_arrives_byte_for_byte(client: Client) -> None:
    """Set up route responses."""
    text = 'ä "quoted" \\ \u2028 \U0001f600 \t'
    assert client.ask(answer={"statusCode": 200, "body": text}) == text


def test_message_reaches_the_function_byte_for_byte(client: Client) -> None:
    """Set up route responses."""
    text = '{ "action" : "answer",\r\n\t"event": true, "text": "\\u00e4ä" }'
    client.send(text)
    assert json.loads(client.receive())["body"] == text


def test_function_may_post_to_its_client_by_the_event_alone(client: Client) -> None:
    """Use @connections commands in your backend service."""
    client.tell("tell", post="by @connections")
    assert client.receive() == "by @connections"


def test_messages_of_one_connection_are_handled_side_by_side(client: Client) -> None:
    """Invoke your backend integration with the $default route and custom routes."""
    client.tell(sleep=2, answer={"statusCode": 200, "body": "slow"})
    assert client.ask(answer={"statusCode": 200, "body": "fast"}) == "fast"
    assert client.receive() == "slow"


# Errors


def test_function_that_raises_is_an_internal_server_error(client: Client) -> None:
    """On no page of AWS's: by answers of AWS that others have recorded."""
    assert INTERNAL_SERVER_ERROR.fullmatch(client.ask(fail=True))
    assert client.ask(answer={"statusCode": 200, "body": "open"}) == "open"


def test_error_reaches_the_client_of_a_one_way_route_too(client: Client) -> None:
    """On no page of AWS's: by answers of AWS that others have recorded."""
    assert INTERNAL_SERVER_ERROR.fullmatch(client.ask("tell", fail=True))


@pytest.mark.parametrize(
    "malformed", ["text", [], {"statusCode": 200, "Data": "extra"}, {"statusCode": 200, "body": {}}]
)
def test_malformed_answer_is_an_internal_server_error(client: Client, malformed: object) -> None:
    """On no page of AWS's: by answers of AWS that others have recorded."""
    assert INTERNAL_SERVER_ERROR.fullmatch(client.ask(answer=malformed))


def test_integration_that_takes_too_long_is_a_timeout(client: Client) -> None:
    """Quotas for configuring and running a WebSocket API."""
    assert frame("Endpoint request timed out").fullmatch(client.ask("hurry", sleep=3))


def test_message_that_no_route_takes_is_forbidden(clients: Clients) -> None:
    """Create routes for WebSocket APIs."""
    client = clients.open("--guarded-websocket-url", query={"token": "allow"})
    client.send("there is no $default")
    assert frame("Forbidden").fullmatch(client.receive())
    assert client.ask(answer={"statusCode": 200, "body": "open"}) == "open"


def test_error_frame_names_its_connection(client: Client) -> None:
    """On no page of AWS's: by answers of AWS that others have recorded."""
    connection_id = client.connection_id
    assert json.loads(client.ask(fail=True))["connectionId"] == connection_id


# Data validation, templates, throttling


def test_message_that_fits_its_model_is_handled(client: Client) -> None:
    """Request validation."""
    told = {"statusCode": 200, "body": "hello"}
    assert client.ask("greet", name="Ada", answer=told) == "hello"


@pytest.mark.parametrize("name", ["too long", 7, None])
def test_message_that_does_not_is_a_bad_request_body(client: Client, name: object) -> None:
    """Request validation; Invoke your backend integration with the $default route."""
    assert re.fullmatch(
        rf'\{{"message" : "Bad request body", "connectionId": "{IDENTIFIER}",'
        rf' "messageId": "{IDENTIFIER}"\}}',
        client.ask("greet", name=name),
    )


def test_mock_answers_by_its_template(client: Client) -> None:
    """Data transformations."""
    connection_id = client.connection_id
    assert json.loads(client.ask("mock")) == {"connection": connection_id}


def test_route_that_is_throttled_says_so(client: Client) -> None:
    """Protect your WebSocket APIs."""
    replies = [client.ask("throttled", answer={"statusCode": 200, "body": "ok"}) for _ in range(4)]
    assert replies[0] == "ok"
    assert any(frame("Too Many Requests").fullmatch(reply) for reply in replies)
