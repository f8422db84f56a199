"""One channel for everybody, an echo, and a way to publish."""

from __future__ import annotations

from dataclasses import dataclass

from websocket_api import Accept, App, ConnectEvent, Reply

EVERYBODY = "everybody"

app = App()


@dataclass(frozen=True, slots=True)
class Echo:
    """A number to be sent back."""

    number: int


@dataclass(frozen=True, slots=True)
class Grow:
    """Over how many shards those who come from now on are spread."""

    shards: int


@app.on_connect
def join(event: ConnectEvent) -> Accept:
    """Let everybody in, and into the channel unless they want to be alone."""
    is_alone = "alone" in event.query_string_parameters
    return Accept(channels=[] if is_alone else [EVERYBODY])


@app.on_message("echo")
def echo(message: Echo) -> Reply:
    """Send the number back."""
    return Reply({"echo": message.number})


@app.on_message("publish")
def publish() -> Reply:
    """Publish to everybody."""
    report = app.channel(EVERYBODY).publish({"news": True})
    return Reply({"messageId": report.message_id, "delivered": report.delivered})


@app.on_message("grow")
def grow(message: Grow) -> Reply:
    """Spread who comes over more shards."""
    app.channel(EVERYBODY).grow(message.shards)
    return Reply({"shards": message.shards})


handler = app.handler
