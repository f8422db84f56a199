"""A chat with a bit of everything that an application can do."""

from __future__ import annotations

from dataclasses import dataclass

from websocket_api import (
    Accept,
    App,
    ChannelPolicy,
    ConnectEvent,
    Connection,
    HistoryPolicy,
    PublishRequest,
    Refusal,
    Reject,
    Reply,
    SubscribeRequest,
)

app = App(
    channels=ChannelPolicy(history=HistoryPolicy(messages=10), presence=True, leave_after_seconds=0)
)


@dataclass(frozen=True, slots=True)
class Say:
    """A message to a room."""

    room: str
    text: str


@dataclass(frozen=True, slots=True)
class Whisper:
    """A message to a user."""

    user: str
    text: str


class SoldOut(Exception):
    """There is nothing left."""


@app.on_connect
def connect(event: ConnectEvent) -> Accept | Reject:
    """Let in whoever gives a name."""
    user = event.query_string_parameters.get("user")
    return Accept(user=user, channels=["room/lobby"], subprotocol="v1") if user else Reject(401)


@app.on_message("echo")
def echo(text: str) -> Reply:
    """Return the message."""
    return Reply(text)


@app.on_message("say")
def say(message: Say, connection: Connection) -> Reply:
    """Publish a message to a room, but not to its author."""
    report = app.channel("room", message.room).publish(
        {"from": connection.user, "text": message.text}, exclude=connection
    )
    return Reply({"delivered": report.delivered, "offset": report.offset})


@app.on_message("whisper")
async def whisper(message: Whisper, connection: Connection) -> Reply:
    """Send a message to all connections of a user."""
    report = app.user(message.user).send({"from": connection.user, "text": message.text})
    return Reply({"delivered": report.delivered})


@app.on_message("leave")
def leave(connection: Connection) -> None:
    """Close the connection."""
    connection.close()


@app.on_message("fail")
def fail(message: dict[str, str]) -> None:
    """Fail in the way that is asked for."""
    if message.get("how") == "refusal":
        raise Refusal("closed", "The shop is closed.", field="how")
    if message.get("how") == "sold out":
        raise SoldOut
    raise RuntimeError("the password is hunter2")


@app.on_error(SoldOut)
def sold_out() -> Reply:
    """Say that there is nothing left."""
    return Reply({"soldOut": True})


@app.on_subscribe
def may_subscribe(request: SubscribeRequest, connection: Connection) -> bool:
    """Let everybody read rooms, and users what is theirs."""
    return request.channel.startswith("room/") or request.channel == f"user/{connection.user}"


@app.on_publish
def may_publish(request: PublishRequest) -> bool:
    """Let everybody write to rooms."""
    return request.channel.startswith("room/")


handler = app.handler
