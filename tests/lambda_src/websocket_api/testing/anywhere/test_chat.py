"""One application, and one set of tests of it, in memory and on a local AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.lambda_src.websocket_api.testing.anywhere.worlds import Refused

if TYPE_CHECKING:
    from tests.lambda_src.websocket_api.testing.anywhere.worlds import Client, World


def ask(client: Client, message: dict[str, Any]) -> list[Any]:
    """Send a message, and return all that comes before the answer to another one, and its own."""
    client.send(message)
    first = client.receive()
    return [first, *until_echo(client)]


def until_echo(client: Client) -> list[Any]:
    """Return all that has been sent to a client by now."""
    echo = {"action": "echo"}
    client.send(echo)
    received = []
    while (message := client.receive()) != echo:
        received.append(message)
    return received


def frame(kind: str, channel: str = "room/blue", **members: Any) -> dict[str, Any]:
    return {"type": kind, "id": "1", "channel": channel, **members}


def test_who_gives_no_name_is_not_let_in(world: World) -> None:
    with pytest.raises(Refused, match="401"):
        world.connect(user=None)
    assert world.is_empty()


def test_offered_subprotocol_is_chosen(world: World) -> None:
    assert world.connect(user="anna", subprotocols=["v2", "v1"]).subprotocol == "v1"
    assert world.connect(user="anna").subprotocol is None


def test_message_to_a_room_reaches_the_others(world: World) -> None:
    anna, bob = world.connect(user="anna"), world.connect(user="bob")
    until_echo(anna)
    (report,) = ask(anna, {"action": "say", "room": "lobby", "text": "hi"})
    assert report["delivered"] == 1
    message = bob.receive()
    assert (message["type"], message["channel"]) == ("message", "room/lobby")
    assert message["offset"] == report["offset"]
    assert message["data"] == {"from": "anna", "text": "hi"}


def test_message_to_a_user_reaches_all_connections(world: World) -> None:
    anna, *bobs = (world.connect(user=user) for user in ("anna", "bob", "bob"))
    until_echo(anna)
    assert ask(anna, {"action": "whisper", "user": "bob", "text": "hi"}) == [{"delivered": 2}]
    for bob in bobs:
        assert until_echo(bob)[-1] == {"from": "anna", "text": "hi"}


def test_bad_message_gets_an_error_that_names_the_field(world: World) -> None:
    (error,) = ask(world.connect(user="anna"), {"action": "say", "room": "lobby", "text": 1})
    assert (error["code"], error["field"]) == ("bad_request", "text")


@pytest.mark.parametrize(
    ("how", "answer"),
    [
        ("refusal", {"code": "closed", "field": "how", "message": "The shop is closed."}),
        ("crash", {"code": "internal_error"}),
        ("sold out", {"soldOut": True}),
    ],
)
def test_failure_is_answered(world: World, how: str, answer: dict[str, Any]) -> None:
    (error,) = ask(world.connect(user="anna"), {"action": "fail", "how": how})
    assert error.items() >= answer.items()
    assert "hunter2" not in str(error)


def test_message_without_a_route_gets_an_error(world: World) -> None:
    (error,) = ask(world.connect(user="anna"), {"action": "shout"})
    assert error["code"] == "unknown_route"


def test_client_that_leaves_is_closed_and_forgotten(world: World) -> None:
    anna = world.connect(user="anna")
    anna.send({"action": "leave"})
    assert anna.close_code() == 1000
    assert world.is_empty()


def test_clients_use_channels_by_themselves(world: World) -> None:
    anna, bob = world.connect(user="anna"), world.connect(user="bob")
    until_echo(anna)
    (ack,) = ask(anna, frame("subscribe"))
    assert (ack["type"], ack["id"]) == ("ack", "1")
    (published,) = ask(bob, frame("publish", data=[1]))
    assert published["epoch"] == ack["epoch"]
    message = anna.receive()
    assert (message["id"], message["data"]) == (published["messageId"], [1])
    (ack,) = ask(anna, frame("unsubscribe"))
    ask(bob, frame("publish", data=[2]))
    assert until_echo(anna) == []


def test_clients_use_no_channel_that_is_not_theirs(world: World) -> None:
    anna = world.connect(user="anna")
    assert ask(anna, frame("subscribe", "user/anna"))[0]["type"] == "ack"
    assert ask(anna, frame("subscribe", "user/bob"))[0]["code"] == "forbidden"
    assert ask(anna, frame("publish", "user/bob", data=1))[0]["code"] == "forbidden"


def test_client_that_comes_back_gets_what_it_missed(world: World) -> None:
    anna, bob = world.connect(user="anna"), world.connect(user="bob")
    until_echo(anna)
    (start,) = ask(anna, frame("subscribe"))
    anna.close()
    for text in ("one", "two"):
        ask(bob, frame("publish", data=text))
    back = world.connect(user="anna")
    back.send(frame("resume", epoch=start["epoch"], offset=start["offset"]))
    first, second, ack = (back.receive() for _ in range(3))
    assert (first["data"], second["data"]) == ("one", "two")
    assert (ack["complete"], ack["replayed"]) == (True, 2)


def test_those_who_come_and_go_are_told_of(world: World) -> None:
    anna = world.connect(user="anna")
    bob = world.connect(user="bob")
    joined = anna.receive()
    assert (joined["type"], joined["user"]) == ("join", "bob")
    (members,) = ask(anna, frame("presence", "room/lobby"))
    assert members["members"] == ["anna", "bob"]
    bob.close()
    left = anna.receive()
    assert (left["type"], left["user"]) == ("leave", "bob")


def test_nothing_is_left_of_those_who_have_gone(world: World) -> None:
    clients = [world.connect(user=user) for user in ("anna", "anna", "bob")]
    for client in clients:
        client.close()
    assert world.is_empty()
