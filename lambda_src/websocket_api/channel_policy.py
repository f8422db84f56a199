"""How an application's channels work, and that clients may use them by themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from websocket_api.history import HistoryPolicy
    from websocket_api.oversize import Oversize


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelPolicy:
    """The settings of ``Channels``; every program that uses the same table should have the same."""

    history: HistoryPolicy | None = None
    """How much of a channel is kept for replay; None keeps nothing."""
    presence: bool = False
    """Whether channels have members, and tell of those who come and go."""
    leave_after_seconds: int = 10
    """How long a user who has left may take to come back unnoticed."""
    shards: int = 16
    """The most partitions that a channel is spread over, a power of two up to 256."""
    oversize: Oversize | None = None
    """What becomes of messages over 128 KB: ``Reject()``, ``Chunk()`` or ``Pointer(…)``."""
    client_protocol: bool = True
    """Whether clients may subscribe and publish by the frames of ``channel_protocol``.

    They may what on_subscribe and on_publish allow, and without these nothing.
    """
