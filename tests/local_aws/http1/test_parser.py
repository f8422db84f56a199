from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from local_aws.http1 import Parsed, RequestParser, Response
from tests.local_aws.http1.given import LIMITS, UPGRADE, get

WHOLE_STREAM = (
    b"GET /first?a=1 HTTP/1.1\r\nHost: here\r\nX-Case: Kept\r\n\r\n"
    b"POST /second HTTP/1.1\r\nHost: here\r\nContent-Length: 5\r\n\r\nhello"
    b"PUT /third HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"3\r\nabc\r\n4\r\ndefg\r\n0\r\nTrailer: dropped\r\n\r\n"
)


def test_chunked_body_is_put_together_and_its_trailer_dropped() -> None:
    parsed = RequestParser(LIMITS).feed(WHOLE_STREAM)
    assert [each.request.body for each in parsed if isinstance(each, Parsed)] == [
        b"",
        b"hello",
        b"abcdefg",
    ]
    last = parsed[-1]
    assert isinstance(last, Parsed)
    assert last.request.header("trailer") is None


@given(cuts=st.lists(st.integers(0, len(WHOLE_STREAM)), max_size=12))
def test_requests_are_the_same_however_the_bytes_arrive(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(WHOLE_STREAM)]
    parser = RequestParser(LIMITS)
    parsed: list[Parsed | Response] = []
    for start, end in pairwise(edges):
        parsed += parser.feed(WHOLE_STREAM[start:end])
    assert parsed == RequestParser(LIMITS).feed(WHOLE_STREAM)
    assert len(parsed) == 3


@settings(max_examples=300)
@given(
    pieces=st.lists(
        st.one_of(
            st.binary(max_size=40),
            st.sampled_from(
                [b"GET / HTTP/1.1\r\n", b"Host: a\r\n", b"\r\n", b"Content-Length: 3\r\n", UPGRADE]
            ),
        ),
        max_size=12,
    )
)
def test_no_bytes_break_the_parser(pieces: list[bytes]) -> None:
    parser = RequestParser(LIMITS)
    for piece in pieces:
        for each in parser.feed(piece):
            if isinstance(each, Response):
                assert each.status in {400, 413, 414, 431}
                assert parser.ended
            else:
                assert len(each.request.body) <= LIMITS.maximum_body_bytes


def test_head_that_never_ends_is_refused() -> None:
    parser = RequestParser(LIMITS)
    parsed = parser.feed(b"GET / HTTP/1.1\r\nHost: a\r\nX: ")
    for _ in range(20):
        parsed += parser.feed(b"a" * 100)
    assert parsed == [Response(431)]
    assert parser.feed(b"more") == []


def test_head_within_the_limit_may_arrive_in_many_pieces() -> None:
    head = get("/", extra="X: " + "a" * 900 + "\r\nY: b\r\n")
    parser = RequestParser(LIMITS)
    parsed = [each for byte in head for each in parser.feed(bytes([byte]))]
    assert [type(each) for each in parsed] == [Parsed]
