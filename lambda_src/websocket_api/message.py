"""A message of a channel, and the frames in which clients get it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from websocket_api.encoding import to_json

if TYPE_CHECKING:
    from websocket_api.channel_heads import Position


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What was published to a channel."""

    channel: str
    message_id: str
    """The same however often the message is sent: a client drops an ID that it has seen."""
    data: str | None
    """What was published, as JSON; None if it lies in an object store, for its size."""
    object_key: str | None = None
    """Where the JSON lies in the object store."""
    position: Position | None = None
    """The message's own place in the channel's history, if the channel has one."""

    def frame(self) -> bytes:
        """Return the frame with the data in it."""
        return f'{self._head()},"data":{self.data}}}'.encode()

    def pointer_frame(self, *, url: str) -> bytes:
        """Return the frame with a URL from which the data can be had."""
        return f'{self._head()},"url":{to_json(url)}}}'.encode()

    def _head(self) -> str:
        members: dict[str, str | int] = {
            "type": "message",
            "channel": self.channel,
            "id": self.message_id,
        }
        if self.position is not None:
            members |= {"epoch": self.position.epoch, "offset": self.position.offset}
        return to_json(members).removesuffix("}")


def new_message_id() -> str:
    """Return an ID that no other message has."""
    return os.urandom(12).hex()
