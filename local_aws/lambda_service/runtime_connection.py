"""What every connection of a runtime client has in common, whatever it speaks."""

import asyncio
from abc import abstractmethod
from typing import cast

from local_aws.lambda_service.runtime_state import RuntimeEvent, RuntimeState


class RuntimeConnection(asyncio.Protocol):
    """One connection, which the state of its environment knows for as long as it is open."""

    def __init__(self, state: RuntimeState) -> None:
        """Prepare; `state` decides on what is asked."""
        self._state = state
        self._transport: asyncio.Transport

    @abstractmethod
    def give(self, event: RuntimeEvent) -> None:
        """Answer the question for an event."""

    def abort(self) -> None:
        """Drop the connection."""
        self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection in."""
        self._transport = cast("asyncio.Transport", transport)
        self._state.attach(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell that the client has gone."""
        del exc
        self._state.detach(self)
