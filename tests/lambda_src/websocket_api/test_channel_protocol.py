from __future__ import annotations

import json
from typing import Any

import pytest

from websocket_api import (
    Accept,
    App,
    ChannelPolicy,
    ConnectEvent,
    Connection,
    HistoryPolicy,
    PublishRequest,
    Reply,
    SubscribeRequest,
)
from websocket_api.testing import ClientConnection, TestClient


def make_app(policy: ChannelPolicy) -> App:
    app = App(channels=policy)

    @app.on_connect
    def connect(event: ConnectEvent) -> Accept:
        return Accept(user=event.query_string_parameters.get("user"))

    @app.on_subscribe
    def may_subscribe(request: SubscribeRequest, connection: Connection) -> bool:
        return request.channel.startswith("room/") or request.channel == f"user/{connection.user}"

    @app.on_publish
    async def may_publish(request: PublishRequest) -> bool:
        return request.channel.startswith("room/") and request.data != "spam"

    return app


FULL = ChannelPolicy(history=HistoryPolicy(messages=3), presence=True, leave_after_seconds=10)


@pytest.fixture
def api() -> TestClient:
    return TestClient(make_app(FULL))


def ask(client: ClientConnection, **frame: Any) -> Any:
    """Send a frame and return the answer to it, which comes last."""
    client.send({"id": "1", **frame})
    return client.receive_all()[-1]


def test_subscriber_gets_what_is_published_from_then_on(api: TestClient) -> None:
    anna, bob = api.connect(query={"user": "anna"}), api.connect(query={"user": "bob"})
    ack = ask(anna, type="subscribe", channel="room/blue")
    epoch = ack.pop("epoch")
    assert ack == {"type": "ack", "id": "1", "channel": "room/blue", "offset": 0}
    ack = ask(bob, type="publish", id="7", channel="room/blue", data={"text": "hi"})
    message_id = ack.pop("messageId")
    assert ack == {
        "type": "ack",
        "id": "7",
        "channel": "room/blue",
        "epoch": epoch,
        "offset": 1,
    }
    assert anna.receive() == {
        "type": "message",
        "channel": "room/blue",
        "id": message_id,
        "epoch": epoch,
        "offset": 1,
        "data": {"text": "hi"},
    }
    assert bob.receive_all() == []


def test_publisher_can_be_spared_its_own_message(api: TestClient) -> None:
    anna = api.connect()
    ask(anna, type="subscribe", channel="room/blue")
    anna.send({"type": "publish", "id": "2", "channel": "room/blue", "data": 1})
    assert [frame["type"] for frame in anna.receive_all()] == ["message", "ack"]
    anna.send({"type": "publish", "id": "3", "channel": "room/blue", "data": 1, "echo": False})
    assert [frame["type"] for frame in anna.receive_all()] == ["ack"]


def test_who_unsubscribes_gets_nothing_more(api: TestClient) -> None:
    anna, bob = api.connect(), api.connect()
    ask(anna, type="subscribe", channel="room/blue")
    ack = ask(anna, type="unsubscribe", channel="room/blue")
    assert ack == {"type": "ack", "id": "1", "channel": "room/blue"}
    ask(bob, type="publish", channel="room/blue", data=1)
    assert anna.receive_all() == []


def test_who_resumes_gets_what_was_missed_and_what_follows(api: TestClient) -> None:
    anna, bob = api.connect(), api.connect()
    start = ask(anna, type="subscribe", channel="room/blue")
    anna.vanish()
    for text in ("one", "two"):
        ask(bob, type="publish", channel="room/blue", data=text)
    back = api.connect()
    back.send({"type": "resume", "id": "9", "channel": "room/blue", **position(start)})
    *missed, ack = back.receive_all()
    assert [frame["data"] for frame in missed] == ["one", "two"]
    assert ack == {
        "type": "ack",
        "id": "9",
        "channel": "room/blue",
        "complete": True,
        "replayed": 2,
        "epoch": start["epoch"],
        "offset": 2,
    }
    ask(bob, type="publish", channel="room/blue", data="three")
    assert back.receive()["data"] == "three"


def test_who_missed_more_than_is_kept_is_told_so(api: TestClient) -> None:
    anna = api.connect()
    start = ask(anna, type="subscribe", channel="room/blue")
    for number in range(5):
        ask(anna, type="publish", channel="room/blue", data=number)
    back = api.connect()
    ack = ask(back, type="resume", channel="room/blue", **position(start))
    assert (ack["complete"], ack["replayed"]) == (False, 3)
    other_epoch = ask(back, type="resume", channel="room/blue", epoch="gone", offset=4)
    assert other_epoch["complete"] is False
    assert other_epoch["epoch"] == start["epoch"]


def test_resuming_without_a_history_subscribes_and_is_not_complete() -> None:
    api = TestClient(make_app(ChannelPolicy()))
    anna = api.connect()
    ack = ask(anna, type="resume", channel="room/blue", epoch="e", offset=3)
    assert ack == {
        "type": "ack",
        "id": "1",
        "channel": "room/blue",
        "complete": False,
        "replayed": 0,
    }
    anna.send({"type": "publish", "id": "2", "channel": "room/blue", "data": "hi"})
    message, ack = anna.receive_all()
    assert message["data"] == "hi"
    assert set(ack) == {"type", "id", "channel", "messageId"}
    subscribed = ask(anna, type="subscribe", channel="room/red")
    assert subscribed == {"type": "ack", "id": "1", "channel": "room/red"}


def test_members_are_listed_page_by_page(api: TestClient) -> None:
    clients = [api.connect(query={"user": user}) for user in ("anna", "bob", "cleo")]
    for client in clients:
        ask(client, type="subscribe", channel="room/blue")
    first = ask(clients[0], type="presence", channel="room/blue", limit=2)
    assert (first["type"], first["members"]) == ("ack", ["anna", "bob"])
    rest = ask(clients[0], type="presence", channel="room/blue", cursor=first["cursor"])
    assert (rest["members"], rest["cursor"]) == (["cleo"], None)


def test_longest_page_of_members_fits_into_a_message() -> None:
    app = make_app(ChannelPolicy(presence=True))
    api = TestClient(app)
    channel = f"room/{'x' * 507}"
    for number in range(200):
        client = api.connect(query={"user": f"{number:03}" + '"' * 253})
        connection = app.connections.get(client.id)
        assert connection is not None
        connection.subscribe(channel)
    assert len(ask(client, type="presence", channel=channel, limit=200)["members"]) == 200


def test_who_leaves_is_told_of_once_the_list_is_read(api: TestClient) -> None:
    anna, bob = (api.connect(query={"user": user}) for user in ("anna", "bob"))
    ask(anna, type="subscribe", channel="room/blue")
    ask(bob, type="subscribe", channel="room/blue")
    assert anna.receive()["type"] == "join"
    bob.close()
    api.advance(11)
    anna.send({"type": "presence", "id": "2", "channel": "room/blue"})
    left, ack = anna.receive_all()
    assert (left["type"], left["user"]) == ("leave", "bob")
    assert ack["members"] == ["anna"]


@pytest.mark.parametrize(
    ("frame", "code", "field"),
    [
        ({"type": "subscribe"}, "bad_request", "channel"),
        ({"type": "subscribe", "channel": 1}, "bad_request", "channel"),
        ({"type": "subscribe", "channel": ""}, "bad_request", "channel"),
        ({"type": "publish", "channel": "room/a"}, "bad_request", "data"),
        ({"type": "publish", "channel": "room/a", "data": 1, "echo": 0}, "bad_request", "echo"),
        ({"type": "presence", "channel": "room/a", "limit": 0}, "bad_request", "limit"),
        ({"type": "presence", "channel": "room/a", "limit": 201}, "bad_request", "limit"),
        ({"type": "presence", "channel": "room/a", "cursor": "?"}, "bad_request", "cursor"),
        ({"type": "resume", "channel": "room/a", "offset": 1}, "bad_request", "epoch"),
        ({"type": "subscribe", "channel": "user/bob"}, "forbidden", None),
        ({"type": "resume", "channel": "x", "epoch": "e", "offset": 1}, "forbidden", None),
        ({"type": "presence", "channel": "x"}, "forbidden", None),
        ({"type": "publish", "channel": "x", "data": 1}, "forbidden", None),
        ({"type": "publish", "channel": "room/a", "data": "spam"}, "forbidden", None),
        ({"type": "publish", "channel": "room/a", "data": "x" * 131_000}, "too_large", None),
    ],
)
def test_frame_that_is_wrong_or_not_allowed_gets_an_error_with_its_id(
    api: TestClient, frame: dict[str, Any], code: str, field: str | None
) -> None:
    anna = api.connect(query={"user": "anna"})
    error = ask(anna, **frame)
    assert (error["type"], error["id"], error["code"]) == ("error", "1", code)
    assert error.get("field") == field
    assert "SUBSCRIPTION" not in str(api.rows())


@pytest.mark.parametrize("wrong_id", [None, 7, "", "x" * 129])
def test_frame_needs_an_id(api: TestClient, wrong_id: object) -> None:
    anna = api.connect()
    anna.send({"type": "subscribe", "channel": "room/a", "id": wrong_id})
    error = anna.receive()
    assert (error["code"], error["field"]) == ("bad_request", "id")


def test_application_decides_by_who_asks(api: TestClient) -> None:
    anna = api.connect(query={"user": "anna"})
    assert ask(anna, type="subscribe", channel="user/anna")["type"] == "ack"


def test_nothing_is_allowed_unless_the_application_says_so() -> None:
    api = TestClient(App(channels=FULL))
    anna = api.connect()
    assert ask(anna, type="subscribe", channel="room")["code"] == "forbidden"
    assert ask(anna, type="publish", channel="room", data=1)["code"] == "forbidden"


def test_answer_that_is_no_decision_is_a_failure(caplog: pytest.LogCaptureFixture) -> None:
    app = App(channels=FULL)

    @app.on_subscribe
    def may_subscribe() -> None: ...

    api = TestClient(app)
    anna = api.connect()
    error = ask(anna, type="subscribe", channel="room")
    assert (error["code"], error["id"]) == ("internal_error", "1")
    assert "may_subscribe returned None; return True or False." in caplog.text
    assert "SUBSCRIPTION" not in str(api.rows())


def test_presence_is_no_frame_of_an_application_that_has_none() -> None:
    api = TestClient(make_app(ChannelPolicy()))
    error = ask(api.connect(), type="presence", channel="room/a")
    assert (error["code"], error["field"]) == ("bad_request", "type")


@pytest.mark.parametrize(
    "message",
    [
        "hello",
        "[1]",
        '"subscribe"',
        json.dumps({"type": ["subscribe"], "id": "1"}),
        json.dumps({"type": "shout", "id": "1"}),
        json.dumps({"id": "1", "channel": "room/a"}),
    ],
)
def test_what_is_no_frame_goes_to_the_default_handler(message: str) -> None:
    app = make_app(FULL)

    @app.on_default
    def default(text: str) -> Reply:
        return Reply(f"default: {text}")

    client = TestClient(app).connect()
    client.send(message)
    assert client.receive_text() == f"default: {message}"


def test_routes_of_the_application_stay_free_of_it() -> None:
    app = make_app(FULL)

    @app.on_message("say")
    def say(text: str) -> Reply:
        return Reply(text)

    message = {"action": "say", "type": "subscribe", "channel": "room/a", "id": "1"}
    client = TestClient(app).connect()
    client.send(message)
    assert client.receive() == message


def test_policy_can_switch_it_off() -> None:
    client = TestClient(make_app(ChannelPolicy(client_protocol=False))).connect()
    assert ask(client, type="subscribe", channel="room/a")["code"] == "unknown_route"


def position(ack: dict[str, Any]) -> dict[str, Any]:
    return {"epoch": ack["epoch"], "offset": ack["offset"]}
