"""$connect and $disconnect in one function: who comes into a room hears what is said in it."""

from __future__ import annotations

from websocket_api import Accept, App, ConnectEvent

app = App()


@app.on_connect
def enter(event: ConnectEvent) -> Accept:
    """Let everybody whom the authorizer admits listen to the room that it has found."""
    return Accept(channels=[f"room/{event.authorizer['room']}"])


handler = app.handler
