"""Frames against those of another library, which serves as the oracle."""

from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets import frames
from websockets.frames import CloseCode, Opcode

from local_aws.api_gateway.websocket_frames import (
    Frame,
    FrameReader,
    ViolationError,
    close_frame,
    control_frame,
    text_frames,
)

MAXIMUM_BYTES = 70_000
DATA = st.sampled_from([Opcode.TEXT, Opcode.CONT, Opcode.BINARY])
CONTROL = st.sampled_from([Opcode.PING, Opcode.PONG, Opcode.CLOSE])
FRAMES = st.builds(frames.Frame, DATA, st.binary(max_size=300), st.booleans()) | st.builds(
    frames.Frame, CONTROL, st.binary(max_size=125)
)


def masked(opcode: Opcode, payload: bytes, *, fin: bool = True) -> bytes:
    return frames.Frame(opcode, payload, fin).serialize(mask=True)


def text(payload: bytes) -> Frame:
    return Frame(Opcode.TEXT, is_final=True, payload=payload)


def read(reader: FrameReader, pieces: Iterable[bytes]) -> list[Frame]:
    return [frame for piece in pieces for frame in reader.feed(piece)]


def violation(data: bytes, *, maximum_bytes: int = MAXIMUM_BYTES) -> ViolationError:
    with pytest.raises(ViolationError) as raised:
        read(FrameReader(maximum_bytes), [data])
    return raised.value


@given(sent=st.lists(FRAMES, max_size=6), cuts=st.lists(st.integers(0, 2_000)))
def test_frames_are_read_however_they_are_cut(sent: list[frames.Frame], cuts: list[int]) -> None:
    data = b"".join(each.serialize(mask=True) for each in sent)
    places = [0, *sorted(cut for cut in cuts if cut < len(data)), len(data)]
    pieces = [data[start:end] for start, end in pairwise(places)]
    expected = [Frame(each.opcode, each.fin, bytes(each.data)) for each in sent]
    assert read(FrameReader(MAXIMUM_BYTES), pieces) == expected


@pytest.mark.parametrize("size", [0, 1, 3, 4, 125, 126, 127, 65_535, 65_536, MAXIMUM_BYTES])
def test_payload_of_any_size_is_unmasked(size: int) -> None:
    payload = bytes(index % 251 for index in range(size))
    data = masked(Opcode.TEXT, payload)
    assert read(FrameReader(MAXIMUM_BYTES), [data]) == [text(payload)]


def test_frame_that_comes_byte_by_byte_is_read() -> None:
    data = masked(Opcode.TEXT, b"x" * 200)
    pieces = (data[index : index + 1] for index in range(len(data)))
    assert read(FrameReader(MAXIMUM_BYTES), pieces) == [text(b"x" * 200)]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (frames.Frame(Opcode.TEXT, b"x").serialize(mask=False), "A client's frame is not masked"),
        (b"\xf1\x80\0\0\0\0", "A reserved bit is set"),
        (b"\x83\x80\0\0\0\0", "The opcode 3 is reserved"),
        (b"\x8f\x80\0\0\0\0", "The opcode 15 is reserved"),
        (b"\x89\xfe\x00\x7e", "A control frame is too long"),
        (b"\x09\x80\0\0\0\0", "A control frame is fragmented"),
    ],
)
def test_frame_against_the_protocol_is_refused_by_its_head(data: bytes, reason: str) -> None:
    found = violation(data)
    assert (found.code, found.reason) == (CloseCode.PROTOCOL_ERROR, reason)


@pytest.mark.parametrize("size", [11, 126, 65_536, 1 << 62])
def test_frame_over_the_limit_is_refused_before_its_payload_has_come(size: int) -> None:
    short = bytes([0x81, 0x80 | size]) if size < 126 else b""
    head = short or (
        b"\x81\xfe" + size.to_bytes(2) if size < 1 << 16 else b"\x81\xff" + size.to_bytes(8)
    )
    found = violation(head, maximum_bytes=10)
    assert found.code == CloseCode.MESSAGE_TOO_BIG
    assert found.reason == f"A frame of {size} bytes is over the limit of 10"


def test_frames_before_one_that_is_refused_are_read() -> None:
    reader = FrameReader(MAXIMUM_BYTES)
    found = reader.feed(masked(Opcode.TEXT, b"good") + b"\xf1\x80\0\0\0\0")
    assert next(found) == text(b"good")
    with pytest.raises(ViolationError):
        next(found)


@pytest.mark.parametrize("size", [0, 125, 126, 65_535, 65_536])
def test_message_within_the_limit_is_one_frame(size: int) -> None:
    message = b"x" * size
    expected = frames.Frame(Opcode.TEXT, message).serialize(mask=False)
    assert text_frames(message, MAXIMUM_BYTES) == expected


@pytest.mark.parametrize("size", [11, 20, 25])
def test_longer_message_is_cut_into_frames_of_the_limit(size: int) -> None:
    message = bytes(range(size))
    cuts = range(0, size, 10)
    expected = b"".join(
        frames.Frame(
            Opcode.CONT if start else Opcode.TEXT, message[start : start + 10], start == cuts[-1]
        ).serialize(mask=False)
        for start in cuts
    )
    assert text_frames(message, 10) == expected


def test_control_frames_are_as_the_protocol_has_them() -> None:
    expected = frames.Frame(Opcode.PONG, b"again").serialize(mask=False)
    assert control_frame(Opcode.PONG, b"again") == expected
    payload = frames.Close(1001, "Going away").serialize()
    expected = frames.Frame(Opcode.CLOSE, payload).serialize(mask=False)
    assert close_frame(1001, "Going away") == expected
