"""The route $default: whatever names no route."""

import json
from typing import Any

from websocket_api import responses


def handler(_event: dict[str, Any], _context: object) -> responses.ProxyResult:
    """Say which messages are understood."""
    return responses.reply(json.dumps({"error": 'Send {"action": "count"}.'}))
