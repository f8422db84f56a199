"""What a runtime client is given, and what its environment is told."""

import asyncio
from dataclasses import dataclass, field

from local_aws.lambda_service.runtime_state import RuntimeEvent


@dataclass(slots=True)
class Seen:
    """What an environment is told."""

    waiting: asyncio.Event = field(default_factory=asyncio.Event)
    left: asyncio.Event = field(default_factory=asyncio.Event)
    told: list[tuple[str, bytes]] = field(default_factory=list)

    def runtime_waits(self) -> None:
        self.waiting.set()

    def runtime_leaves(self) -> None:
        self.left.set()

    def runtime_responds(self, payload: bytes) -> None:
        self.told.append(("response", payload))

    def runtime_fails(self, error: bytes) -> None:
        self.told.append(("error", error))

    def initialization_fails(self, error: bytes) -> None:
        self.told.append(("initialization", error))


def event_of(request_id: str, payload: bytes, client_context: str | None = None) -> RuntimeEvent:
    return RuntimeEvent(request_id, 42, "arn:chat", "Root=1", client_context, payload)
