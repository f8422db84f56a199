import pytest
from websockets.frames import CloseCode, Frame, Opcode

from local_aws.api_gateway.websocket_frames import ViolationError
from local_aws.api_gateway.websocket_messages import Close, MessageReader, Ping


def reader() -> MessageReader:
    return MessageReader(maximum_frame_bytes=20, maximum_message_bytes=50)


def masked(opcode: Opcode, payload: bytes, *, fin: bool = True) -> bytes:
    return Frame(opcode, payload, fin).serialize(mask=True)


def violation(data: bytes) -> tuple[int, str]:
    with pytest.raises(ViolationError) as raised:
        list(reader().feed(data))
    return raised.value.code, raised.value.reason


def test_message_in_parts_is_whole_and_pings_come_between() -> None:
    parts = (
        masked(Opcode.TEXT, b"a", fin=False),
        masked(Opcode.PING, b"now"),
        masked(Opcode.CONT, "é".encode()[:1], fin=False),
        masked(Opcode.PONG, b"ignored"),
        masked(Opcode.CONT, "é".encode()[1:]),
        masked(Opcode.TEXT, b"next"),
    )
    assert list(reader().feed(b"".join(parts))) == [Ping(b"now"), "aé", "next"]


def test_messages_up_to_the_limit_are_taken_one_after_the_other() -> None:
    parts = [
        masked(Opcode.CONT if index else Opcode.TEXT, b"x" * 10, fin=index == 4)
        for index in range(5)
    ]
    assert list(reader().feed(b"".join(parts * 2))) == ["x" * 50] * 2


def test_message_over_the_limit_is_refused() -> None:
    parts = [masked(Opcode.TEXT, b"x" * 20, fin=False)] + [
        masked(Opcode.CONT, b"x" * 16, fin=False)
    ] * 2
    assert violation(b"".join(parts)) == (
        CloseCode.MESSAGE_TOO_BIG,
        "A message is over the limit of 50 bytes",
    )


@pytest.mark.parametrize(
    ("data", "code", "reason"),
    [
        (masked(Opcode.BINARY, b""), 1003, "Binary frames are not supported"),
        (masked(Opcode.TEXT, b"\xff"), 1007, "A message is not UTF-8"),
        (masked(Opcode.CONT, b""), 1002, "No message has begun"),
        (masked(Opcode.TEXT, b"", fin=False) * 2, 1002, "A message begins within another"),
        (masked(Opcode.CLOSE, b"\x03\xe8\xff"), 1007, "A reason is not UTF-8"),
    ],
    # Not the data, whose mask is another one each time.
    ids=["binary", "text", "continuation", "two messages", "reason"],
)
def test_what_is_against_the_rules_says_how_to_close(data: bytes, code: int, reason: str) -> None:
    assert violation(data) == (code, reason)


@pytest.mark.parametrize("payload", [b"x", b"\x03\xed", b"\x00\x01"])
def test_close_frame_with_no_code_that_may_be_sent_is_refused(payload: bytes) -> None:
    assert violation(masked(Opcode.CLOSE, payload))[0] == CloseCode.PROTOCOL_ERROR


def test_close_frame_tells_its_code_and_reason() -> None:
    payload = b"\x0b\xb8" + "é".encode()
    said = list(reader().feed(masked(Opcode.CLOSE, payload) + masked(Opcode.CLOSE, b"")))
    assert said == [Close(3000, "é", payload), Close(CloseCode.NO_STATUS_RCVD, "", b"")]
