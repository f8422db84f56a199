"""The $default route: sends each message back to where it came from."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from websocket_api import environment, logs, responses
from websocket_api.event_object import EventObject, message_body, request_context

if TYPE_CHECKING:
    from collections.abc import Mapping

LOG = logging.getLogger(__name__)
logs.configure(environment.log_level())


def handler(event: Mapping[str, Any], context: object) -> responses.ProxyResult:
    """Return the message's text, which the route response sends to the client."""
    source = EventObject(event)
    request_context(source, "MESSAGE")
    body = message_body(source)
    with logs.event_invocation(event, context):
        LOG.debug("message received", extra={"characters": len(body)})
        return responses.reply(body)


if environment.metrics_namespace() is not None:
    from websocket_api import metrics

    handler = metrics.counting(metrics.MESSAGES, handler)
