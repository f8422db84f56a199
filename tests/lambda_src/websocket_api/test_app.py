from __future__ import annotations

import json
import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest

from tests.lambda_src.given import Context, golden_event
from websocket_api import (
    Accept,
    App,
    ChannelPolicy,
    CloseReason,
    ConnectEvent,
    Connection,
    Event,
    MessageEvent,
    Refusal,
    Reject,
    Reply,
    Router,
    clients,
    environment,
)
from websocket_api.events import InvalidEvent
from websocket_api.testing import ConnectionRefused, NothingReceived, TestClient

if TYPE_CHECKING:
    from collections.abc import Callable

    LogLines = Callable[[], list[dict[str, Any]]]

SECRET = "the database said: password=hunter2"


@dataclass(frozen=True, slots=True)
class Say:
    room: str
    text: str


class SoldOut(Exception):
    pass


@pytest.fixture
def app() -> App:
    return App()


@pytest.fixture
def errors(caplog: pytest.LogCaptureFixture) -> Callable[[], list[logging.LogRecord]]:
    """Return what gives the errors that were logged."""
    return lambda: [record for record in caplog.records if record.levelno >= logging.ERROR]


# $connect


def test_connection_is_stored_as_it_was_accepted(app: App) -> None:
    @app.on_connect
    def connect(event: ConnectEvent) -> Accept:
        return Accept(
            user=event.authorizer["sub"], attributes={"level": 3}, channels=["lobby", "room/blue"]
        )

    api = TestClient(app)
    client = api.connect(authorizer={"sub": "anna"})
    connection = app.connections.get(client.id)
    assert connection is not None
    assert (connection.user, connection.attributes) == ("anna", {"level": 3})
    assert connection.channels == ("lobby", "room/blue")
    assert app.channel("lobby").publish("hi").delivered == 1
    assert client.receive()["data"] == "hi"


def test_everybody_is_accepted_as_the_authorizers_principal_without_a_handler(app: App) -> None:
    api = TestClient(app)
    api.connect(authorizer={"principalId": "anna"})
    api.connect(authorizer={"principalId": ""})
    api.connect()
    assert len(app.user("anna").connections) == 1
    assert len([row for row in api.rows() if row["pk"] == row["sk"]]) == 3


@pytest.mark.parametrize("status", [401, 403, 429])
def test_rejected_client_sees_the_status_and_leaves_no_row(app: App, status: int) -> None:
    @app.on_connect
    def connect() -> Reject:
        return Reject(status)

    api = TestClient(app)
    with pytest.raises(ConnectionRefused) as caught:
        api.connect()
    assert caught.value.status == status
    assert api.rows() == []


def test_refusal_keeps_the_client_out(app: App) -> None:
    @app.on_connect
    def connect() -> Accept:
        raise Refusal("banned", "You are not welcome.")

    with pytest.raises(ConnectionRefused, match="403"):
        TestClient(app).connect()


@pytest.mark.parametrize(
    ("outcome", "problem"),
    [
        (None, "route $connect returned a NoneType; return Accept or Reject."),
        ({"statusCode": 200}, "route $connect returned a dict; return Accept or Reject."),
        (Reply("hi"), "route $connect returned a Reply; return Accept or Reject."),
    ],
)
def test_client_is_kept_out_if_the_handler_does_not_decide(
    app: App, errors: Any, outcome: object, problem: str
) -> None:
    @app.on_connect
    def connect() -> object:
        return outcome

    with pytest.raises(ConnectionRefused, match="500"):
        TestClient(app).connect()
    (record,) = errors()
    assert problem in str(record.exc_info[1])


def test_client_is_kept_out_if_its_connection_cannot_be_stored(app: App, errors: Any) -> None:
    @app.on_connect
    def connect() -> Accept:
        return Accept(attributes={"not": object()})

    api = TestClient(app)
    with pytest.raises(ConnectionRefused, match="500"):
        api.connect()
    assert api.rows() == []
    assert len(errors()) == 1


def test_client_that_cannot_be_subscribed_leaves_no_row(app: App, errors: Any) -> None:
    @app.on_connect
    def connect() -> Accept:
        return Accept(user="anna", channels=["lobby", ""])

    api = TestClient(app)
    with pytest.raises(ConnectionRefused):
        api.connect()
    connections = [row for row in api.rows() if not str(row["pk"]).startswith("CHANNEL#")]
    assert connections == []
    assert errors() == []


@pytest.mark.parametrize(
    ("chosen", "authorizer", "offered", "expected"),
    [
        (None, {}, ["chat.v1"], None),
        ("chat.v1", {}, ["chat.v2", "chat.v1"], "chat.v1"),
        ("chat.v1", {}, [], None),
        ("chat.v3", {}, ["chat.v1"], None),
        (None, {"subprotocol": "bearer"}, ["bearer", "token"], "bearer"),
        ("chat.v1", {"subprotocol": "bearer"}, ["bearer", "chat.v1"], "chat.v1"),
    ],
)
def test_subprotocol_is_one_that_the_client_offers(
    app: App,
    chosen: str | None,
    authorizer: dict[str, str],
    offered: list[str],
    expected: str | None,
) -> None:
    @app.on_connect
    def connect() -> Accept:
        return Accept(subprotocol=chosen)

    client = TestClient(app).connect(authorizer=authorizer, subprotocols=offered)
    assert client.subprotocol == expected


# messages


def test_route_is_answered_by_its_handler_and_everything_else_by_the_default_one(app: App) -> None:
    @app.on_message("say")
    def say(message: Say) -> Reply:
        return Reply({"said": message})

    @app.on_default
    def default(event: MessageEvent, text: str) -> Reply:
        return Reply(f"{event.route_key}: {text}")

    client = TestClient(app).connect()
    client.send({"action": "say", "room": "blue", "text": "hi"})
    assert client.receive() == {"said": {"room": "blue", "text": "hi"}}
    client.send({"action": "shout"})
    assert client.receive_text() == '$default: {"action": "shout"}'
    client.send("hello")
    assert client.receive_text() == "$default: hello"


def test_handler_may_answer_nothing(app: App) -> None:
    @app.on_message("say")
    def say(message: Say) -> None: ...

    client = TestClient(app).connect()
    client.send({"action": "say", "room": "blue", "text": "hi"})
    with pytest.raises(NothingReceived):
        client.receive()


def test_message_that_nothing_answers_gets_an_error_frame(app: App) -> None:
    client = TestClient(app).connect()
    client.send("hello")
    assert client.receive()["code"] == "unknown_route"


def test_bad_message_gets_an_error_frame_that_names_the_field(app: App, errors: Any) -> None:
    @app.on_message("say")
    def say(message: Say) -> None: ...

    client = TestClient(app).connect()
    client.send({"action": "say", "room": "blue", "text": 7})
    frame = client.receive()
    assert frame.pop("requestId")
    assert frame == {
        "type": "error",
        "code": "bad_request",
        "field": "text",
        "message": "text must be a string, not an integer.",
    }
    assert errors() == []


def test_refusal_of_a_handler_is_told_as_it_is(app: App) -> None:
    @app.on_default
    def default() -> None:
        raise Refusal("sold_out", "There are no tickets left.", field="count")

    client = TestClient(app).connect()
    client.send("hello")
    frame = client.receive()
    assert (frame["code"], frame["field"]) == ("sold_out", "count")
    assert frame["message"] == "There are no tickets left."


def test_name_of_a_channel_that_a_client_made_up_is_its_own_mistake(app: App) -> None:
    @app.on_message("say")
    def say(message: Say) -> None:
        app.channel("room", message.room).publish(message)

    client = TestClient(app).connect()
    client.send({"action": "say", "room": "../admin", "text": "hi"})
    assert client.receive()["code"] == "bad_request"


def test_failure_is_logged_with_its_request_and_tells_the_client_nothing(
    app: App, log_lines: LogLines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(environment.FUNCTION_NAME_VARIABLE, "chat")
    monkeypatch.setenv(environment.TABLE_NAME_VARIABLE, "connections")
    monkeypatch.setenv(environment.MANAGEMENT_ENDPOINT_VARIABLE, "https://example.com/prod")
    monkeypatch.setenv(environment.CONNECTION_TTL_SECONDS_VARIABLE, "7500")

    @app.on_default
    def default() -> None:
        raise RuntimeError(SECRET)

    event = golden_event("message")
    result = app.handler(event, Context())
    frame = json.loads(result["body"])
    assert frame == {
        "type": "error",
        "code": "internal_error",
        "message": "The application could not answer; try again later.",
        "requestId": event["requestContext"]["requestId"],
    }
    (line,) = log_lines()
    assert line["level"] == "ERROR"
    assert line["apiRequestId"] == event["requestContext"]["requestId"]
    assert line["requestId"] == Context().aws_request_id
    assert (line["errorType"], line["errorMessage"]) == ("RuntimeError", SECRET)


def test_no_body_is_logged_whatever_becomes_of_it(app: App, caplog: Any) -> None:
    caplog.set_level(logging.DEBUG, logger="websocket_api")

    @app.on_message("say")
    def say(message: Say) -> Reply:
        return Reply(message)

    client = TestClient(app).connect()
    client.send({"action": "say", "room": "hunter2", "text": "hunter2"})
    client.send({"action": "say", "room": "hunter2", "text": 2})
    client.send({"action": "hunter2"})
    assert caplog.records
    assert "hunter2" not in str([vars(record) for record in caplog.records])


@pytest.mark.parametrize(
    ("outcome", "problem"),
    [
        ("hello", "returned a str; return Reply or None."),
        (Accept(), "returned a Accept; return Reply or None."),
        (Reply({1, 2}), "A set cannot be sent as JSON"),
        (Reply(float("nan")), "not JSON compliant"),
        (Reply("x" * 131_073), "The reply has 131073 bytes; API Gateway sends 131072 at the most."),
    ],
)
def test_answer_that_cannot_be_sent_is_a_failure(
    app: App, errors: Any, outcome: object, problem: str
) -> None:
    @app.on_default
    def default() -> object:
        return outcome

    client = TestClient(app).connect()
    client.send("hello")
    assert client.receive()["code"] == "internal_error"
    (record,) = errors()
    assert problem in str(record.exc_info[1])


def test_replies_and_errors_are_posted_where_routes_have_no_response() -> None:
    app = App(two_way=False)

    @app.on_message("say")
    def say(message: Say) -> Reply:
        return Reply(message.text)

    client = TestClient(app).connect()
    client.send({"action": "say", "room": "blue", "text": "hi"})
    assert client.receive_text() == "hi"
    client.send({"action": "say"})
    assert client.receive()["field"] == "room"


def test_coroutines_are_handlers_too(app: App) -> None:
    @app.on_message("say")
    async def say(message: Say, connection: Connection) -> Reply:
        return Reply([message.text, connection.id])

    client = TestClient(app).connect()
    client.send({"action": "say", "room": "blue", "text": "hi"})
    assert client.receive() == ["hi", client.id]


def test_message_in_base64_is_decoded(app: App) -> None:
    @app.on_message("say")
    def say(message: dict[str, str]) -> Reply:
        return Reply(message["text"])

    event = golden_event("message_in_base64")
    event["requestContext"]["routeKey"] = "say"
    assert app.handle(event, None) == {"statusCode": 200, "body": "grüß dich 👋"}


def test_event_of_another_kind_of_api_is_refused(app: App) -> None:
    with pytest.raises(InvalidEvent):
        app.handle({"httpMethod": "GET"}, None)


# errors


def test_error_handler_answers_in_the_place_of_the_one_that_failed(app: App, errors: Any) -> None:
    @app.on_default
    def default() -> None:
        raise SoldOut

    @app.on_error(SoldOut)
    def sold_out(error: SoldOut, event: Event, connection: Connection) -> Reply:
        return Reply([type(error).__name__, event.route_key, connection.id])

    client = TestClient(app).connect()
    client.send("hello")
    assert client.receive() == ["SoldOut", "$default", client.id]
    assert errors() == []


def test_error_handler_decides_about_connections_too(app: App) -> None:
    @app.on_connect
    def connect() -> Accept:
        raise SoldOut

    @app.on_error(SoldOut)
    def sold_out() -> Reject:
        return Reject(503)

    with pytest.raises(ConnectionRefused, match="503"):
        TestClient(app).connect()


def test_error_handler_that_fails_is_a_failure(app: App, errors: Any) -> None:
    @app.on_default
    def default() -> None:
        raise SoldOut

    @app.on_error(SoldOut)
    def sold_out() -> None:
        raise RuntimeError(SECRET)

    client = TestClient(app).connect()
    client.send("hello")
    assert client.receive()["code"] == "internal_error"
    (record,) = errors()
    assert isinstance(record.exc_info[1].__context__, SoldOut)


def test_error_handler_of_refusals_can_say_it_in_another_way(app: App) -> None:
    @app.on_error(Refusal)
    def refused(error: Refusal) -> Reply:
        return Reply({"oops": error.code})

    client = TestClient(app).connect()
    client.send("hello")
    assert client.receive() == {"oops": "unknown_route"}


# $disconnect


def test_closed_connection_loses_all_its_rows_after_its_handler(app: App) -> None:
    seen: list[object] = []

    @app.on_connect
    def connect() -> Accept:
        return Accept(user="anna", channels=["lobby"])

    @app.on_disconnect
    def gone(connection: Connection, reason: CloseReason) -> None:
        seen.extend([connection.user, reason])

    api = TestClient(app)
    api.connect().close(1001, "browser went elsewhere")
    assert seen == ["anna", CloseReason(1001, "browser went elsewhere")]
    assert api.rows() == []


def test_rows_go_even_if_the_handler_fails(app: App, errors: Any) -> None:
    @app.on_disconnect
    def gone() -> None:
        raise RuntimeError(SECRET)

    api = TestClient(app)
    api.connect().close()
    assert api.rows() == []
    assert len(errors()) == 1


@pytest.mark.usefixtures("aws")
def test_rows_that_cannot_be_removed_show_in_the_access_log(
    app: App, errors: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(environment.TABLE_NAME_VARIABLE, "missing")
    assert app.handle(golden_event("disconnect_1001"), None) == {"statusCode": 500}
    assert len(errors()) == 1


def test_disconnect_that_is_told_twice_is_no_failure(app: App) -> None:
    TestClient(app)
    for _ in range(2):
        assert app.handle(golden_event("disconnect_1005"), None) == {"statusCode": 200}


def test_presence_ends_with_the_connection() -> None:
    app = App(channels=ChannelPolicy(presence=True, leave_after_seconds=0))

    @app.on_connect
    def connect(event: ConnectEvent) -> Accept:
        return Accept(user=event.query_string_parameters["user"], channels=["lobby"])

    api = TestClient(app)
    anna = api.connect(query={"user": "anna"})
    api.connect(query={"user": "bob"}).close()
    assert [frame["type"] for frame in anna.receive_all()] == ["join", "leave"]
    assert app.channel("lobby").members().members == ("anna",)


# without connections


def test_app_that_keeps_no_connections_needs_no_table() -> None:
    app = App(keeps_connections=False)

    @app.on_default
    def echo(text: str) -> Reply:
        return Reply(text)

    api = TestClient(app)
    client = api.connect(authorizer={"principalId": "anna"})
    client.send("hello")
    assert client.receive_text() == "hello"
    client.close()
    assert api.rows() == []


def test_connection_that_would_be_forgotten_is_an_error(errors: Any) -> None:
    app = App(keeps_connections=False)

    @app.on_connect
    def connect(event: ConnectEvent) -> Accept:
        return Accept(user=event.query_string_parameters.get("user"))

    api = TestClient(app)
    api.connect()
    with pytest.raises(ConnectionRefused):
        api.connect(query={"user": "anna"})
    (record,) = errors()
    assert "take away keeps_connections=False" in str(record.exc_info[1])


# over modules


def test_handlers_of_other_modules_reach_the_app_that_includes_them(app: App) -> None:
    router, other = Router(), App()

    @router.on_message("say")
    def say(message: Say, app: App) -> Reply:
        return Reply(app.user("anna").send(message).delivered)

    @other.on_message("shout")
    def shout(message: Say) -> Reply:
        return Reply(other.user("anna").send(message).delivered)

    app.include(router)
    app.include(other)
    client = TestClient(app).connect(authorizer={"principalId": "anna"})
    for action in ("say", "shout"):
        client.send({"action": action, "room": "blue", "text": "hi"})
        assert client.receive_all() == [{"room": "blue", "text": "hi"}, 1]


# at once


def test_events_handled_at_once_do_not_mix(app: App) -> None:
    both_are_inside = Barrier(2)

    @app.on_message("say")
    def say(message: Say, event: MessageEvent, connection: Connection) -> Reply:
        both_are_inside.wait(timeout=30)
        return Reply([message.text, event.connection_id, connection.id])

    def handle(connection_id: str) -> Any:
        event = golden_event("message")
        event["requestContext"] |= {"connectionId": connection_id, "routeKey": "say"}
        event["body"] = json.dumps({"room": "blue", "text": f"from {connection_id}"})
        return json.loads(app.handle(event, Context())["body"])

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(handle, ("a", "b"))
    assert first == ["from a", "a", "a"]
    assert second == ["from b", "b", "b"]


def test_what_is_sent_keeps_to_the_functions_own_deadline(app: App) -> None:
    @app.on_default
    def default(connection: Connection) -> Reply:
        return Reply(connection.send("hi").throttled)

    api = TestClient(app)
    client = api.connect()
    client.throttle(1_000_000)
    start = api.clock()
    client.send("hello")
    assert client.receive() == 1
    # The function has 10 seconds, of which one is for its own answer; no pause is longer than 2.
    assert 7 < api.clock() - start < 9


# in Lambda


@pytest.fixture
def in_lambda(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(environment.FUNCTION_NAME_VARIABLE, "chat")
    for name in (
        environment.TABLE_NAME_VARIABLE,
        environment.MANAGEMENT_ENDPOINT_VARIABLE,
        environment.CONNECTION_TTL_SECONDS_VARIABLE,
    ):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.usefixtures("in_lambda")
def test_missing_variable_is_named_while_lambda_initialises_the_function(app: App) -> None:
    with pytest.raises(environment.MissingEnvironmentVariable):
        _ = app.handler


@pytest.mark.usefixtures("in_lambda")
def test_app_that_keeps_no_connections_needs_no_variable() -> None:
    _ = App(keeps_connections=False).handler
    assert clients.dynamodb.cache_info().currsize == 0


def test_handler_can_be_imported_where_there_is_no_lambda(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(environment.FUNCTION_NAME_VARIABLE, raising=False)
    assert app.handler == app.handle
    assert clients.dynamodb.cache_info().currsize == 0
