"""WebSocket frames as bytes, and the bytes of a client as frames: RFC 6455, section 5.

No socket and no clock. No extension is negotiated, so no reserved bit may be set.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from websockets.frames import CloseCode, Opcode

_FINAL: Final = 0x80
_RESERVED: Final = 0x70
_OPCODE: Final = 0x0F
_MASKED: Final = 0x80
_SIZE: Final = 0x7F
_TWO_BYTES: Final = 126
_SHORT: Final = 125
_HEAD_BYTES: Final = 2
_MASK_BYTES: Final = 4
_DATA: Final = frozenset({Opcode.CONT, Opcode.TEXT, Opcode.BINARY})
_CONTROL: Final = frozenset({Opcode.CLOSE, Opcode.PING, Opcode.PONG})
_DATA_STARTS: Final = _DATA | {_FINAL | opcode for opcode in _DATA}


class ViolationError(Exception):
    """Bytes that are against the protocol or over a limit: the code and reason to close with."""

    def __init__(self, code: CloseCode, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Frame(NamedTuple):
    """A frame of a client, its payload unmasked; the opcode is one of `Opcode`."""

    opcode: int
    is_final: bool
    payload: bytes


class FrameReader:
    """Turns the bytes of a client into frames, each of which stands by itself."""

    __slots__ = ("_maximum_bytes", "_unread")

    def __init__(self, maximum_bytes: int) -> None:
        """Begin; a frame may have a payload of `maximum_bytes`."""
        self._maximum_bytes = maximum_bytes
        self._unread = b""

    def feed(self, data: bytes) -> Iterator[Frame]:
        """Take the next bytes, and yield the frames that they complete.

        Raises:
            ViolationError: No frame can follow, now or later.
        """
        if self._unread:
            data = self._unread + data
        start, available = 0, len(data)
        while available >= start + _HEAD_BYTES:
            first, second = data[start], data[start + 1]
            mask_start = start + _HEAD_BYTES
            size = second & _SIZE
            if size > _SHORT:
                mask_start += 2 if size == _TWO_BYTES else 8
                size = int.from_bytes(data[start + _HEAD_BYTES : mask_start])
            if available < mask_start:
                break
            if first not in _DATA_STARTS or second < _MASKED or size > self._maximum_bytes:
                self._check(first, second, size)
            payload_start = mask_start + _MASK_BYTES
            end = payload_start + size
            if available < end:
                break
            payload = _unmask(data[payload_start:end], data[mask_start:payload_start])
            start = end
            yield Frame(first & _OPCODE, first >= _FINAL, payload)
        self._unread = data[start:]

    def _check(self, first: int, second: int, size: int) -> None:
        """Refuse a frame by its head, unless it is a control frame as it should be."""
        opcode = first & _OPCODE
        problem = None
        if first & _RESERVED:
            problem = "A reserved bit is set"
        elif opcode in _CONTROL:
            if size > _SHORT:
                problem = "A control frame is too long"
            elif first < _FINAL:
                problem = "A control frame is fragmented"
        elif opcode not in _DATA:
            problem = f"The opcode {opcode} is reserved"
        if problem is None and second < _MASKED:
            problem = "A client's frame is not masked"
        if problem is not None:
            raise ViolationError(CloseCode.PROTOCOL_ERROR, problem)
        if size > self._maximum_bytes:
            raise ViolationError(
                CloseCode.MESSAGE_TOO_BIG,
                f"A frame of {size} bytes is over the limit of {self._maximum_bytes}",
            )


def text_frames(text: bytes, maximum_bytes: int) -> bytes:
    """Return a message as one frame, or as several of at most `maximum_bytes` of payload."""
    size = len(text)
    if size <= maximum_bytes:
        return _head(_FINAL | Opcode.TEXT, size) + text
    pieces = []
    for start in range(0, size, maximum_bytes):
        payload = text[start : start + maximum_bytes]
        opcode = Opcode.CONT if start else Opcode.TEXT
        final = _FINAL if start + maximum_bytes >= size else 0
        pieces += [_head(final | opcode, len(payload)), payload]
    return b"".join(pieces)


def control_frame(opcode: Opcode, payload: bytes) -> bytes:
    """Return a frame that holds no message; its payload is of 125 bytes at most."""
    return _head(_FINAL | opcode, len(payload)) + payload


def close_frame(code: int, reason: str) -> bytes:
    """Return a close frame with a code and a reason."""
    return control_frame(Opcode.CLOSE, code.to_bytes(2) + reason.encode())


def _head(first: int, size: int) -> bytes:
    if size <= _SHORT:
        return bytes((first, size))
    if size < 1 << 16:
        return bytes((first, _TWO_BYTES)) + size.to_bytes(2)
    return bytes((first, _TWO_BYTES + 1)) + size.to_bytes(8)


def _unmask(payload: bytes, mask: bytes) -> bytes:
    """Return what was masked: as one number, which is many times faster than byte by byte."""
    size = len(payload)
    masks = (mask * (size // _MASK_BYTES + 1))[:size]
    return (int.from_bytes(payload) ^ int.from_bytes(masks)).to_bytes(size)
