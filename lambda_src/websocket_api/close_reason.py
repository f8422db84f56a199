"""How a connection ended."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CloseReason:
    """The WebSocket close code, and the reason that came with it."""

    code: int | None
    """1000 if it was closed on purpose, 1001 after 10 minutes of silence or 2 hours or when a
    browser went elsewhere, 1005 if the client gave none, 1006 if the connection broke off."""
    reason: str
