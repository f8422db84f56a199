"""The routes of a room: `say`, `leave`, and $default for whatever else is sent."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass

import boto3

from websocket_api import App, Connection, MessageEvent, Reply

RECORDS_QUEUE_URL = os.environ["RECORDS_QUEUE_URL"]
SQS = boto3.client("sqs")

app = App()


@dataclass(frozen=True, slots=True)
class Say:
    """Something said in a room; the route's model has been there before."""

    text: str


@app.on_message("say")
def say(message: Say, event: MessageEvent) -> Reply:
    """Record what is said, and publish it to everybody else in the room."""
    room = event.authorizer["room"]
    said = {"room": room, "said": message.text}
    SQS.send_message(QueueUrl=RECORDS_QUEUE_URL, MessageBody=json.dumps(said))
    app.channel("room", room).publish(said, exclude=event.connection_id)
    return Reply(said)


@app.on_message("leave")
def leave(connection: Connection) -> None:
    """Close the connection of who asks for it."""
    connection.close()


@app.on_default
def greet(event: MessageEvent) -> Reply:
    """Greet whoever sends anything else."""
    greeting = f"{event.stage_variables['greeting']} to the {event.authorizer['room']}."
    return Reply({"greeting": greeting})


handler = app.handler
