"""A chat in rooms: all of its server."""

from __future__ import annotations

from dataclasses import dataclass

from websocket_api import (
    App,
    ChannelPolicy,
    HistoryPolicy,
    MessageEvent,
    Refusal,
    Reply,
    SubscribeRequest,
)
from websocket_api.refusals import BAD_REQUEST

MAXIMUM_CHARACTERS = 2000

app = App(
    channels=ChannelPolicy(history=HistoryPolicy(messages=200, seconds=86_400), presence=True)
)


@dataclass(frozen=True, slots=True)
class Say:
    """What a client sends to say something in a room."""

    id: str
    """The client's own. It repeats a message of whose fate it knows nothing under the same one."""
    room: str
    text: str

    def __post_init__(self) -> None:
        if not 0 < len(self.text) <= MAXIMUM_CHARACTERS:
            problem = f"text must have from 1 to {MAXIMUM_CHARACTERS} characters."
            raise Refusal(BAD_REQUEST, problem, field="text")


@app.on_subscribe
def may_read(request: SubscribeRequest) -> bool:
    """Let everybody into every room, and into nothing but rooms."""
    return request.channel.startswith("room/")


@app.on_message("say")
def say(message: Say, event: MessageEvent) -> Reply:
    """Publish what a user says to everybody in the room, its author included."""
    user = event.authorizer["principalId"]
    report = app.channel("room", message.room).publish(
        {"from": user, "text": message.text, "at": event.request_time_milliseconds},
        message_id=f"{user}/{message.id}",  # nobody's can pass for a double of another's
    )
    return Reply({"type": "ack", "id": message.id, "offset": report.offset})


handler = app.handler
