from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from websocket_api import Accept, App, Connection, Refusal, Reject
from websocket_api.connection import NotOpenYet, text_of
from websocket_api.table import Key
from websocket_api.testing import ClientConnection, ConnectionRefused, TestClient

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Note:
    text: str


@dataclass(frozen=True, slots=True)
class World:
    """An application whose one route does to the sender's connection what the test says."""

    api: TestClient
    client: ClientConnection
    act: Callable[[Callable[[Connection], Any]], Any]


@pytest.fixture
def world() -> World:
    app = App()
    actions: list[Callable[[Connection], Any]] = []
    results: list[Any] = []

    @app.on_connect
    def connect() -> Accept:
        return Accept(user="anna", attributes={"theme": "dark"}, channels=["lobby"])

    @app.on_default
    def act(connection: Connection) -> None:
        results.append(actions.pop()(connection))

    api = TestClient(app)
    client = api.connect()

    def run(action: Callable[[Connection], Any]) -> Any:
        actions.append(action)
        client.send("go")
        return results.pop()

    return World(api, client, run)


def test_connection_is_the_one_that_sent_the_message(world: World) -> None:
    assert world.act(lambda connection: connection.id) == world.client.id
    assert world.act(repr) == f"Connection('{world.client.id}')"


def test_user_and_attributes_are_those_it_was_accepted_with(world: World) -> None:
    assert world.act(lambda connection: connection.user) == "anna"
    assert world.act(lambda connection: connection.attributes) == {"theme": "dark"}


def test_they_are_unknown_once_the_table_has_forgotten_it(world: World) -> None:
    for row in world.api.rows():
        world.api.table.delete(Key(str(row["pk"]), str(row["sk"])))
    assert world.act(lambda connection: connection.user) is None
    assert world.act(lambda connection: connection.attributes) == {}


@pytest.mark.parametrize(
    ("message", "received"),
    [("as it is", "as it is"), (Note("hi"), '{"text":"hi"}'), ([1, None], "[1,null]")],
)
def test_message_is_sent_to_the_client(world: World, message: object, received: str) -> None:
    report = world.act(lambda connection: connection.send(message))
    assert report.delivered == 1
    assert world.client.receive_text() == received


def test_message_that_json_cannot_hold_is_the_callers_error(world: World) -> None:
    def send(connection: Connection) -> None:
        with pytest.raises(TypeError, match="cannot be sent as JSON"):
            connection.send({1, 2})

    world.act(send)


def test_closed_connection_is_told_of_its_end_once(world: World) -> None:
    def close_twice(connection: Connection) -> None:
        connection.close()
        connection.close()

    world.act(close_twice)
    assert world.client.close_code == 1000
    assert world.api.rows() == []


def test_connection_joins_and_leaves_channels(world: World) -> None:
    assert world.act(lambda connection: connection.channels) == ("lobby",)
    assert world.act(lambda connection: connection.subscribe("room", "blue")) is None
    assert world.act(lambda connection: connection.channels) == ("lobby", "room/blue")
    world.act(lambda connection: connection.unsubscribe("lobby"))
    assert world.act(lambda connection: connection.channels) == ("room/blue",)


def test_subscription_has_the_connections_user_and_end(world: World) -> None:
    world.act(lambda connection: connection.subscribe("room"))
    rows = {(str(row["pk"]), str(row["sk"])): row for row in world.api.rows()}
    own = rows[f"CONNECTION#{world.client.id}", f"CONNECTION#{world.client.id}"]
    subscription = rows[f"CONNECTION#{world.client.id}", "SUBSCRIPTION#room"]
    assert subscription["user"] == "anna"
    assert subscription["ttl"] == own["ttl"]


@pytest.mark.parametrize("method", ["subscribe", "unsubscribe"])
def test_impossible_channel_is_refused(world: World, method: str) -> None:
    def call(connection: Connection) -> None:
        with pytest.raises(Refusal) as caught:
            getattr(connection, method)("room", "a/b")
        assert caught.value.field == "channel"

    world.act(call)


def test_connection_that_has_closed_is_subscribed_to_nothing(world: World) -> None:
    def subscribe(connection: Connection) -> None:
        world.client.vanish()
        for row in world.api.rows():
            world.api.table.delete(Key(str(row["pk"]), str(row["sk"])))
        with pytest.raises(Refusal, match="has closed"):
            connection.subscribe("room")

    world.act(subscribe)
    assert world.api.rows() == []


def test_nothing_can_be_sent_before_the_connection_opens() -> None:
    app = App()

    @app.on_connect
    def connect(connection: Connection) -> Reject:
        assert connection.user is None
        assert connection.attributes == {}
        for act in (
            lambda: connection.send("hello"),
            connection.close,
            lambda: connection.subscribe("room"),
        ):
            with pytest.raises(NotOpenYet, match="Return Accept or Reject"):
                act()
        return Reject(409)

    with pytest.raises(ConnectionRefused, match="409"):
        TestClient(app).connect()


def test_text_is_sent_as_it_is_and_all_else_as_json() -> None:
    assert text_of('say "hi"') == 'say "hi"'
    assert text_of({"a": "grüß"}) == '{"a":"grüß"}'
