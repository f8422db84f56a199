from __future__ import annotations

import json
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from websocket_api.channel_heads import Position
from websocket_api.encoding import to_json
from websocket_api.message import Message
from websocket_api.oversize import (
    MAXIMUM_CHUNKED_BYTES,
    MAXIMUM_PAYLOAD_BYTES,
    Chunk,
    MessageTooLarge,
    Oversize,
    Pointer,
    Reject,
    S3Objects,
)
from websocket_api.refusals import TOO_LARGE

LONGEST_POSITION = Position("f" * 16, 10**16 - 1)


@dataclass
class Objects:
    """An object store in memory."""

    kept: dict[str, bytes] = field(default_factory=dict)
    urls: int = 0

    def put(self, key: str, data: bytes) -> None:
        self.kept[key] = data

    def url(self, key: str) -> str:
        self.urls += 1
        return f"https://example.com/{key}?{self.urls}"


def message(data: object, *, position: Position | None = None) -> Message:
    return Message(channel="blue", message_id="m1", data=to_json(data), position=position)


def largest(maximum: int) -> str:
    """Return the largest text that fits into one frame of so many bytes."""
    return "x" * (maximum - 64 - len(message("").frame()))


@pytest.mark.parametrize("policy", [Reject(), Chunk(), Pointer(Objects())])
def test_message_that_fits_is_one_frame(policy: Oversize) -> None:
    fitting = message(largest(MAXIMUM_PAYLOAD_BYTES))
    assert policy.prepare(fitting) == fitting
    placed = message(largest(MAXIMUM_PAYLOAD_BYTES), position=LONGEST_POSITION)
    (frame,) = policy.payloads(placed)
    assert frame == placed.frame()
    assert len(frame) <= MAXIMUM_PAYLOAD_BYTES


def test_rejected_message_is_too_large_by_its_bytes() -> None:
    with pytest.raises(
        MessageTooLarge, match="131073 bytes as it would be sent; 131072 are the most"
    ) as caught:
        Reject().prepare(message(largest(MAXIMUM_PAYLOAD_BYTES) + "x"))
    assert (caught.value.size, caught.value.maximum) == (131_073, 131_072)
    assert caught.value.code == TOO_LARGE
    with pytest.raises(MessageTooLarge):
        Reject().prepare(message("👋" * 32_768))


@given(
    st.text(min_size=1, max_size=30).map(lambda text: text * (150_000 // len(text.encode()) + 1)),
    st.booleans(),
)
def test_chunks_make_the_frame_when_put_together(text: str, is_placed: bool) -> None:  # noqa: FBT001 - hypothesis draws it
    large = message(text, position=LONGEST_POSITION if is_placed else None)
    if len(large.frame()) > MAXIMUM_CHUNKED_BYTES:
        return
    policy = Chunk()
    payloads = policy.payloads(policy.prepare(large) if not is_placed else large)
    chunks = [json.loads(payload) for payload in payloads]
    assert max(map(len, payloads)) <= MAXIMUM_PAYLOAD_BYTES
    assert [chunk["index"] for chunk in chunks] == list(range(len(chunks)))
    assert {(chunk["type"], chunk["id"], chunk["count"]) for chunk in chunks} == {
        ("chunk", "m1", len(chunks))
    }
    assert "".join(chunk["data"] for chunk in chunks).encode() == large.frame()


def test_message_of_more_than_the_chunks_allow_is_rejected() -> None:
    policy = Chunk(maximum_bytes=200_000)
    policy.prepare(message(largest(200_000)))
    with pytest.raises(MessageTooLarge, match="200000 are the most"):
        policy.prepare(message(largest(200_000) + "x"))


@pytest.mark.parametrize("maximum", [131_071, 380_001])
def test_chunks_of_an_impossible_size_are_refused(maximum: int) -> None:
    with pytest.raises(ValueError, match="from 131072 to 380000"):
        Chunk(maximum_bytes=maximum)


def test_largest_message_in_chunks_fits_into_a_row() -> None:
    assert MAXIMUM_CHUNKED_BYTES < 400 * 1024


def test_large_message_becomes_a_pointer_with_a_url_that_is_new_each_time() -> None:
    objects = Objects()
    policy = Pointer(objects)
    prepared = policy.prepare(message("x" * 200_000))
    assert (prepared.data, prepared.object_key) == (None, "m1.json")
    assert json.loads(objects.kept["m1.json"]) == "x" * 200_000
    for number in (1, 2):
        (frame,) = policy.payloads(prepared)
        assert json.loads(frame) == {
            "type": "message",
            "channel": "blue",
            "id": "m1",
            "url": f"https://example.com/m1.json?{number}",
        }
    assert policy.prepare(prepared) == prepared


def test_object_in_s3_can_be_fetched_by_its_url_for_a_while() -> None:
    boto3.client("s3").create_bucket(Bucket="large")
    objects = S3Objects("large", prefix="chat/", url_seconds=60)
    objects.put("m1.json", b'"hello"')
    kept = boto3.client("s3").get_object(Bucket="large", Key="chat/m1.json")
    assert kept["Body"].read() == b'"hello"'
    assert kept["ContentType"] == "application/json"
    url = urlsplit(objects.url("m1.json"))
    query = parse_qs(url.query)
    assert (url.scheme, url.path) == ("https", "/chat/m1.json")
    assert query["X-Amz-Expires"] == ["60"]
    assert query["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]
