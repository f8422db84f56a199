"""One event while it is being handled, with all that a handler may ask for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from websocket_api.application import Application
    from websocket_api.connection import Connection
    from websocket_api.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """An event, the connection that it is of, and the application that handles it."""

    application: Application
    event: Event
    connection: Connection
    text: str = ""
    """The client's message, if the event is one."""
    subject: object = None
    """What a handler is called about besides: how a connection closed, an exception, a request."""
