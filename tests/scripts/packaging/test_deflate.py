import hashlib
import zlib
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from scripts.packaging.deflate import compress

PROJECT_DIRECTORY = Path(__file__).resolve().parents[3]

# Few different bytes, so that much of it repeats, and pieces that come again from far back.
REPETITIVE = st.lists(
    st.one_of(
        st.binary(max_size=4),
        st.sampled_from([b"\0" * 300, b"return self._value\n", b"ab" * 200, bytes(range(256))]),
    ),
    max_size=40,
).map(b"".join)


def decompress(stream: bytes) -> bytes:
    decompressor = zlib.decompressobj(-15)
    data = decompressor.decompress(stream)
    assert decompressor.eof, "the stream has no end"
    assert not decompressor.unused_data
    return data


@given(data=st.one_of(st.binary(max_size=500), REPETITIVE))
def test_zlib_reads_what_was_compressed(data: bytes) -> None:
    assert decompress(compress(data)) == data


def test_copies_of_all_lengths_are_read_back() -> None:
    pieces = [bytes([length % 251]) + b"x" * length for length in range(1, 300, 3)]
    data = b"".join(pieces)

    assert decompress(compress(data)) == data


def test_copies_reach_as_far_back_as_the_format_can_say_and_no_farther() -> None:
    noise = hashlib.shake_256(b"what does not repeat").digest(32_768)
    near = noise + noise[:300]
    far = noise + b"!" + noise[:300]

    assert decompress(compress(near)) == near
    assert decompress(compress(far)) == far
    assert len(compress(near)) < len(compress(far)) - 200


def test_our_sources_become_smaller_than_zlib_makes_them() -> None:
    for path in (PROJECT_DIRECTORY / "lambda_src/websocket_api").glob("e*.py"):
        data = path.read_bytes()
        assert len(compress(data)) < len(zlib.compress(data, level=9, wbits=-15)), path


def test_bytes_are_what_they_were() -> None:
    """Another result would have every function replaced: change it knowingly."""
    text = b"for connection in connections: connection.post(message)\n" * 3

    assert compress(text).hex() == (
        "4bcb2f5248cecfcb4b4d2ec9cccf53c8cc43e2155b2171f40af28b4b3472538b8b13d35335b9e8ad0f00"
    )
    assert compress(b"").hex() == "0300"
