from __future__ import annotations

import pytest

from websocket_api.aws.http_protocol import (
    MAXIMUM_BODY_BYTES,
    MAXIMUM_HEAD_BYTES,
    Answer,
    AnswerReader,
    MalformedAnswer,
)

HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


def read(data: bytes, *, step: int, reader: AnswerReader | None = None) -> Answer:
    """Return the answer that comes in pieces of so many bytes, of which none is left over."""
    reader = reader or AnswerReader()
    for start in range(0, len(data), step):
        answer = reader.receive(data[start : start + step])
        if answer is not None:
            assert start + step >= len(data), "the answer was complete too soon"
            return answer
    return reader.end()


@pytest.mark.parametrize(
    ("data", "status", "body"),
    [
        (HEAD + b"Content-Length: 5\r\n\r\nhello", 200, b"hello"),
        (HEAD + b"content-length:0\r\n\r\n", 200, b""),
        (b"HTTP/1.1 410 Gone\r\nContent-Length: 2\r\n\r\n{}", 410, b"{}"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", 204, b""),
        (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", 304, b""),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + HEAD + b"Content-Length: 1\r\n\r\na", 200, b"a"),
        (CHUNKED + b"0\r\n\r\n", 200, b""),
        (CHUNKED + b"3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n", 200, b"abc0123456789"),
        (CHUNKED + b"3\r\nabc\r\n0\r\nTrailer: x\r\nOther: y\r\n\r\n", 200, b"abc"),
        (HEAD + b"\r\nall until the end", 200, b"all until the end"),
    ],
)
def test_answer_is_the_same_in_whatever_pieces_it_comes(
    data: bytes, status: int, body: bytes
) -> None:
    for step in range(1, len(data) + 1):
        answer = read(data, step=step)
        assert (answer.status, answer.body) == (status, body), step


def test_reader_reads_one_answer_after_the_other() -> None:
    reader = AnswerReader()
    for body in (b"first", b"second"):
        had_begun = reader.has_begun
        data = HEAD + b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
        assert reader.receive(data[:20]) is None
        assert (had_begun, reader.has_begun) == (False, True)
        answer = reader.receive(data[20:])
        assert answer is not None
        assert (answer.body, answer.is_last) == (body, False)


def test_headers_are_found_by_their_names_in_lower_case() -> None:
    answer = read(
        HEAD + b"X-One: 1\r\nx-two:\t2 \r\nX-ONE: 3\r\nContent-Length: 0\r\n\r\n", step=99
    )
    assert answer.headers() == {"x-one": "3", "x-two": "2", "content-length": "0"}


@pytest.mark.parametrize(
    ("data", "is_last"),
    [
        (HEAD + b"Content-Length: 0\r\n\r\n", False),
        (HEAD + b"Content-Length: 0\r\nConnection: keep-alive\r\n\r\n", False),
        (HEAD + b"Content-Length: 0\r\nCONNECTION: Close\r\n\r\n", True),
        (HEAD + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", True),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", True),
        (HEAD + b"\r\nuntil the end", True),
    ],
)
def test_answer_tells_whether_more_may_be_asked(data: bytes, *, is_last: bool) -> None:
    assert read(data, step=len(data)).is_last is is_last


def test_nothing_more_may_be_asked_where_more_came_than_was_asked_for() -> None:
    answer = AnswerReader().receive(HEAD + b"Content-Length: 1\r\n\r\nab")
    assert answer is not None
    assert (answer.body, answer.is_last) == (b"a", True)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"SSH-2.0-OpenSSH\r\n",
        b"HTTP/2 200\r\n\r\n",
        b"HTTP/1.1 OK\r\n\r\n",
        HEAD + b"Content-",
        HEAD + b"Content-Length: 5\r\n\r\nabc",
        HEAD + b"Content-Length: -5\r\n\r\n",
        HEAD + b"Content-Length:\r\n\r\n",
        HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        HEAD + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n",
        HEAD + b"Content-Length: %d\r\n\r\n" % (MAXIMUM_BODY_BYTES + 1),
        CHUNKED + b"zz\r\n",
        CHUNKED + b"-7\r\n",
        CHUNKED + b"0x1\r\n",
        CHUNKED + b";x\r\n",
        CHUNKED + b"5\r\nabc",
        CHUNKED + b"1\r\na\r\n0\r\n",
    ],
)
def test_what_breaks_off_or_is_malformed_is_no_answer(data: bytes) -> None:
    for step in (1, len(data) or 1):
        with pytest.raises(MalformedAnswer):
            read(data, step=step)


@pytest.mark.parametrize("step", [1000, MAXIMUM_HEAD_BYTES * 2])
def test_head_has_an_end(step: int) -> None:
    with pytest.raises(MalformedAnswer, match="head is too long"):
        read(HEAD + b"X: y\r\n" * 12_000 + b"Content-Length: 0\r\n\r\n", step=step)


@pytest.mark.parametrize("head", [HEAD + b"\r\n", CHUNKED + b"fffff\r\n"])
def test_body_without_a_length_has_an_end(head: bytes) -> None:
    with pytest.raises(MalformedAnswer, match="body of the answer is too large"):
        read(head + b"x" * 2000, step=100, reader=AnswerReader(maximum_body_bytes=1000))


def test_body_may_be_as_large_as_it_is_said() -> None:
    body = b"0123456789" * 100_000
    data = HEAD + b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
    answer = read(data, step=16_384, reader=AnswerReader(maximum_body_bytes=len(body)))
    assert answer.body == body
    with pytest.raises(MalformedAnswer, match="too large"):
        read(data, step=16_384, reader=AnswerReader(maximum_body_bytes=len(body) - 1))


def test_what_came_is_counted_where_the_answer_breaks_off() -> None:
    reader = AnswerReader()
    for data in (HEAD + b"Content-Length: 9\r\n\r\n", b"abc", b"de"):
        assert reader.receive(data) is None
    with pytest.raises(MalformedAnswer, match="closed after 43 bytes"):
        reader.end()
