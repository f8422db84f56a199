"""The routes of a room: `say`, `leave`, and $default for whatever else is sent."""

import json
import os
from typing import Any

import boto3

from websocket_api import clients, environment, responses
from websocket_api.events import parse_message
from websocket_api.management import ManagementClient

RECORDS_QUEUE_URL = os.environ["RECORDS_QUEUE_URL"]
SQS = boto3.client("sqs")
CONNECTIONS = ManagementClient(clients.management(environment.management_endpoint()))


def handler(event: dict[str, Any], _context: object) -> responses.ProxyResult:
    """Answer a message in the room that the authorizer has found for its connection."""
    message = parse_message(event)
    room = message.authorizer["room"]
    if message.route_key == "leave":
        CONNECTIONS.delete(message.connection_id)
        return responses.accept()
    if message.route_key == "say":
        said = {"room": room, "said": json.loads(message.body)["text"]}
        SQS.send_message(QueueUrl=RECORDS_QUEUE_URL, MessageBody=json.dumps(said))
        return responses.reply(json.dumps(said))
    greeting = f"{message.stage_variables['greeting']} to the {room}."
    return responses.reply(json.dumps({"greeting": greeting}))
