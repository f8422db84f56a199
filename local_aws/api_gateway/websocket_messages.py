"""What a client says in its frames: messages, pings, and that it leaves: RFC 6455, section 5.4 on.

No socket and no clock.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from websockets import frames
from websockets.exceptions import ProtocolError
from websockets.frames import CloseCode, Opcode

from local_aws.api_gateway.websocket_frames import Frame, FrameReader, ViolationError

# Plain numbers, which are compared faster than the members of an enumeration.
_CONTINUATION: Final = int(Opcode.CONT)
_TEXT: Final = int(Opcode.TEXT)
_BINARY: Final = int(Opcode.BINARY)
_CLOSE: Final = int(Opcode.CLOSE)
_PING: Final = int(Opcode.PING)


class Ping(NamedTuple):
    """A ping, whose payload the answer repeats."""

    payload: bytes


class Close(NamedTuple):
    """A close frame; without a code, it is 1005."""

    code: int
    reason: str
    payload: bytes


class MessageReader:
    """Turns the bytes of a client into what it says; pongs say nothing."""

    __slots__ = ("_frames", "_has_begun", "_maximum_bytes", "_parts", "_parts_bytes")

    def __init__(self, *, maximum_frame_bytes: int, maximum_message_bytes: int) -> None:
        """Begin, with the limits of a frame and of a message."""
        self._frames = FrameReader(maximum_frame_bytes)
        self._maximum_bytes = maximum_message_bytes
        self._has_begun = False  # a message of several frames
        self._parts: list[bytes] = []
        self._parts_bytes = 0

    def feed(self, data: bytes) -> Iterator[str | Ping | Close]:
        """Take the next bytes, and yield what they complete; a whole message is a text.

        Raises:
            ViolationError: They are against the protocol or over a limit; nothing can follow.
        """
        for frame in self._frames.feed(data):
            opcode = frame.opcode
            if opcode in (_TEXT, _CONTINUATION):
                content = self._content(frame)
                if content is not None:
                    yield _decode(content)
            elif opcode == _PING:
                yield Ping(frame.payload)
            elif opcode == _CLOSE:
                yield _close(frame.payload)
            elif opcode == _BINARY:
                raise ViolationError(CloseCode.UNSUPPORTED_DATA, "Binary frames are not supported")

    def _content(self, frame: Frame) -> bytes | None:
        """Return the message that a frame ends, if it ends one."""
        is_first = frame.opcode == _TEXT
        if is_first == self._has_begun:
            problem = "A message begins within another" if is_first else "No message has begun"
            raise ViolationError(CloseCode.PROTOCOL_ERROR, problem)
        self._has_begun = not frame.is_final
        size = self._parts_bytes + len(frame.payload)
        if size > self._maximum_bytes:
            raise ViolationError(
                CloseCode.MESSAGE_TOO_BIG,
                f"A message is over the limit of {self._maximum_bytes} bytes",
            )
        if is_first and frame.is_final:
            return frame.payload
        self._parts.append(frame.payload)
        self._parts_bytes = size
        if not frame.is_final:
            return None
        content = b"".join(self._parts)
        self._parts.clear()
        self._parts_bytes = 0
        return content


def _close(payload: bytes) -> Close:
    try:
        close = frames.Close.parse(payload)
    except ProtocolError as error:
        raise ViolationError(CloseCode.PROTOCOL_ERROR, str(error)) from error
    except UnicodeDecodeError as error:
        raise ViolationError(CloseCode.INVALID_DATA, "A reason is not UTF-8") from error
    return Close(close.code, close.reason, payload)


def _decode(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise ViolationError(CloseCode.INVALID_DATA, "A message is not UTF-8") from error
