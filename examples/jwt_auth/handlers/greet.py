"""The route $default: greets whom the token is about."""

import json
from typing import Any

from websocket_api import responses
from websocket_api.events import parse_message


def handler(event: dict[str, Any], _context: object) -> responses.ProxyResult:
    """Reply with the subject of the token, and with the subprotocol that was accepted, if any."""
    client = parse_message(event).authorizer
    return responses.reply(
        json.dumps(
            {
                "greeting": f"Hello, {client['sub']}.",
                "subprotocol": client.get("subprotocol"),
            }
        )
    )
