"""The Runtime API: what a runtime client asks for its events, and gives its results to.

Each execution environment has one of its own on a loopback port, because a runtime client is told
nothing but a host and a port. Our own client inherits a socket instead, and spares TCP and HTTP.
"""

import asyncio
import socket

from local_aws.lambda_service.runtime_channel import RuntimeChannel
from local_aws.lambda_service.runtime_http import RuntimeHttpConnection
from local_aws.lambda_service.runtime_state import RuntimeEvent, RuntimeEvents, RuntimeState


class RuntimeApi:
    """One environment's Runtime API; one event is out at a time."""

    def __init__(self, events: RuntimeEvents) -> None:
        """Prepare; `events` is told what the runtime client does."""
        self._state = RuntimeState(events)
        self._server: asyncio.Server | None = None

    async def start(self) -> str:
        """Listen on a free port of 127.0.0.1 and return the address, `host:port`."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: RuntimeHttpConnection(self._state), "127.0.0.1", 0
        )
        return f"127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def connect(self) -> socket.socket:
        """Return the runtime client's end of a channel, for a process to inherit."""
        ours, theirs = socket.socketpair()
        await asyncio.get_running_loop().create_unix_connection(
            lambda: RuntimeChannel(self._state), sock=ours
        )
        return theirs

    async def close(self) -> None:
        """Stop listening and drop every connection."""
        if self._server is not None:
            self._server.close()
        self._state.abort()

    def deliver(self, event: RuntimeEvent) -> bool:
        """Hand an event to the runtime client; False if it does not wait for one any more."""
        return self._state.deliver(event)
