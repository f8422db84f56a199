"""What becomes of a message that is too large for one frame of API Gateway's."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

from websocket_api import clients
from websocket_api.encoding import to_json
from websocket_api.refusals import TOO_LARGE, Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from websocket_api.message import Message

MAXIMUM_PAYLOAD_BYTES = 131_072
"""The most that one post can send (Quotas for configuring and running a WebSocket API)."""
MAXIMUM_CHUNKED_BYTES = 380_000
"""The most that can be sent in chunks: a row of DynamoDB, which keeps it for replay, has 400 KB."""

# The epoch and the offset, which a message gets only once it is known to fit.
_POSITION_BYTES = 64
# With four bytes for each, as UTF-8 may need, a chunk's characters and its own members fit.
_CHUNK_CHARACTERS = (MAXIMUM_PAYLOAD_BYTES - 1024) // 4


class MessageTooLarge(Refusal, ValueError):
    """The message is larger than the channels' policy for large ones allows.

    ``Chunk`` and ``Pointer`` allow larger ones than ``Reject`` does.
    """

    def __init__(self, size: int, maximum: int) -> None:
        super().__init__(
            TOO_LARGE,
            f"The message has {size} bytes as it would be sent; {maximum} are the most.",
        )
        self.size = size
        self.maximum = maximum


class Oversize(Protocol):
    """A policy for messages that are too large."""

    def prepare(self, message: Message) -> Message:
        """Return the message as it is kept and sent, before it has its position.

        Raises:
            MessageTooLarge: it cannot be sent.
        """

    def payloads(self, message: Message) -> tuple[bytes, ...]:
        """Return what to post for a message that was prepared."""


@dataclass(frozen=True, slots=True)
class Reject:
    """Publishing what does not fit raises ``MessageTooLarge``, and nothing is sent to anyone."""

    def prepare(self, message: Message) -> Message:
        """Return the message if it fits."""
        if (size := _size(message)) > MAXIMUM_PAYLOAD_BYTES:
            raise MessageTooLarge(size, MAXIMUM_PAYLOAD_BYTES)
        return message

    def payloads(self, message: Message) -> tuple[bytes, ...]:
        """Return the message's one frame."""
        return (message.frame(),)


@dataclass(frozen=True, slots=True)
class Chunk:
    """A large message is sent in several frames, which the client puts together.

    Each has ``id`` (the message's), ``index`` (from 0), ``count`` and ``data``, a piece of the text
    that the one frame would have been. API Gateway counts every 32 KB as a message, so that chunks
    cost nothing more than a large frame would.
    """

    maximum_bytes: int = MAXIMUM_CHUNKED_BYTES
    """The largest message, as one frame, that is sent in chunks; a larger one is rejected."""

    def __post_init__(self) -> None:
        if not MAXIMUM_PAYLOAD_BYTES <= self.maximum_bytes <= MAXIMUM_CHUNKED_BYTES:
            raise ValueError(
                f"Chunk(maximum_bytes={self.maximum_bytes}) must be from {MAXIMUM_PAYLOAD_BYTES} "
                f"to {MAXIMUM_CHUNKED_BYTES}; send what is larger as a Pointer."
            )

    def prepare(self, message: Message) -> Message:
        """Return the message if it fits into as many chunks as the policy allows."""
        if (size := _size(message)) > self.maximum_bytes:
            raise MessageTooLarge(size, self.maximum_bytes)
        return message

    def payloads(self, message: Message) -> tuple[bytes, ...]:
        """Return the one frame, or the frames of its chunks in their order."""
        frame = message.frame()
        if len(frame) <= MAXIMUM_PAYLOAD_BYTES:
            return (frame,)
        text = frame.decode()
        starts = range(0, len(text), _CHUNK_CHARACTERS)
        return tuple(
            to_json(
                {
                    "type": "chunk",
                    "channel": message.channel,
                    "id": message.message_id,
                    "index": index,
                    "count": len(starts),
                    "data": text[start : start + _CHUNK_CHARACTERS],
                }
            ).encode()
            for index, start in enumerate(starts)
        )


class ObjectStore(Protocol):
    """Where large messages lie until clients fetch them."""

    def put(self, key: str, data: bytes) -> None:
        """Keep a JSON text under a key."""

    def url(self, key: str) -> str:
        """Return from where a client can fetch it, for a while."""


@dataclass(frozen=True, slots=True)
class Pointer:
    """A large message is put into an object store, and clients get a URL instead of its data."""

    objects: ObjectStore

    def prepare(self, message: Message) -> Message:
        """Return the message, without its data if that was put into the store."""
        if _size(message) <= MAXIMUM_PAYLOAD_BYTES or message.data is None:
            return message
        object_key = f"{message.message_id}.json"
        self.objects.put(object_key, message.data.encode())
        return replace(message, data=None, object_key=object_key)

    def payloads(self, message: Message) -> tuple[bytes, ...]:
        """Return the frame with the data, or the one with a URL that is new each time."""
        if message.object_key is None:
            return (message.frame(),)
        return (message.pointer_frame(url=self.objects.url(message.object_key)),)


class S3Objects:
    """Large messages in an S3 bucket, to be fetched by URLs that expire.

    The function needs s3:PutObject and s3:GetObject on the keys under ``prefix``: a URL can do no
    more than who signed it. A lifecycle rule of the bucket should remove what has lain there longer
    than the channels' history reaches back.
    """

    def __init__(
        self,
        bucket: str,
        *,
        prefix: str = "messages/",
        url_seconds: int = 3600,
        client: Callable[[], Any] = clients.s3,
    ) -> None:
        """Take the bucket's name; ``client`` makes the client, once there is a large message."""
        self._bucket = bucket
        self._prefix = prefix
        self._url_seconds = url_seconds
        self._client = client

    def put(self, key: str, data: bytes) -> None:
        """Write the object."""
        self._client().put_object(
            Bucket=self._bucket,
            Key=f"{self._prefix}{key}",
            Body=data,
            ContentType="application/json",
        )

    def url(self, key: str) -> str:
        """Return a presigned URL; it ends at the latest with the credentials that sign it."""
        url: str = self._client().generate_presigned_url(
            "get_object",
            Params={"Bucket": self._bucket, "Key": f"{self._prefix}{key}"},
            ExpiresIn=self._url_seconds,
        )
        return url


def _size(message: Message) -> int:
    return len(message.frame()) + _POSITION_BYTES
