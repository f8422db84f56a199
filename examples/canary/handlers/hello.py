"""The route $default: a greeting that says which version of the code it comes from."""

import json
from typing import Any

from websocket_api import responses

GREETING = "Hello."


def handler(_event: dict[str, Any], context: Any) -> responses.ProxyResult:
    """Greet the client."""
    return responses.reply(json.dumps({"greeting": GREETING, "version": context.function_version}))
