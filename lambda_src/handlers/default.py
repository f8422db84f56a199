"""The $default route: sends each message back to where it came from."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from websocket_api import environment, events, logs, responses

if TYPE_CHECKING:
    from collections.abc import Mapping

LOG = logging.getLogger(__name__)
logs.configure(environment.log_level())


def handler(event: Mapping[str, Any], context: object) -> responses.ProxyResult:
    """Return the message's text, which the route response sends to the client."""
    message = events.parse_message(event)
    with logs.invocation(message, context):
        LOG.debug("message received", extra={"characters": len(message.body)})
        return responses.reply(message.body)
