"""What a client may be allowed to do to a channel: what on_subscribe and on_publish are asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class SubscribeRequest:
    """A client wants to read a channel: what is published to it, was, and who is in it."""

    channel: str
    """The channel's name, as the client gave it."""


@dataclass(frozen=True, slots=True)
class PublishRequest:
    """A client wants to send a message to a channel."""

    channel: str
    """The channel's name, as the client gave it."""
    data: Any = field(repr=False)
    """The message, of JSON's types."""
