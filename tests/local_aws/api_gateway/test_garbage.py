"""Bytes that nobody would send: they raise nothing, open nothing, and leave nothing behind."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.local_aws.api_gateway.given import RAW_HANDSHAKE, Running, serving

TIME_LIMIT_SECONDS = 30
LINES = st.sampled_from(
    [
        b"GET /prod HTTP/1.1\r\n",
        b"POST /prod/@connections/MTIzNDU2Nzg5MDE= HTTP/1.1\r\n",
        b"GET /prod?\xff\x00=%zz HTTP/1.1\r\n",
        b"Host: here\r\n",
        b"Upgrade: websocket\r\n",
        b"Connection: Upgrade\r\n",
        b"Sec-WebSocket-Version: 13\r\n",
        b"Sec-WebSocket-Key: c2hvcnQ=\r\n",
        b"Sec-WebSocket-Protocol: ,,\x7f\r\n",
        b"Content-Length: 5\r\n",
        b"Transfer-Encoding: chunked\r\n",
        b"Authorization: AWS4-HMAC-SHA256 Credential=/////, SignedHeaders=;, Signature=\r\n",
        b"\r\n",
        b"\x16\x03\x01\x00\x05hello",
    ]
)


def frame(head: int, data: bytes, *, is_masked: bool) -> bytes:
    """Write a frame with any bits and any opcode, as no library does; the mask is of zeros."""
    if is_masked:
        return bytes([head, 0x80 | len(data)]) + bytes(4) + data
    return bytes([head, len(data)]) + data


FRAMES = st.builds(
    frame, st.integers(0, 255), st.binary(max_size=125), is_masked=st.integers(0, 9).map(bool)
)


async def send(running: Running, pieces: list[bytes], *, vanish: bool) -> bytes:
    """Send pieces on a connection of their own; return the answers, if anybody waits for them."""
    reader, writer = await asyncio.open_connection("127.0.0.1", running.gateway.port)
    try:
        writer.write(b"".join(pieces))
        if vanish:
            writer.transport.abort()
            return b""
        writer.write_eof()
        return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


def leaving_nothing(scenario: Callable[[Running], Awaitable[None]]) -> None:
    """Run a scenario beside a client that has its echo until the end."""
    problems = []

    async def run() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, fault: problems.append(fault))
        before = descriptors()
        async with (
            asyncio.timeout(TIME_LIMIT_SECONDS),
            serving(verify_signatures=True) as running,
            running.connect() as bystander,
        ):
            await scenario(running)
            await bystander.send("still here")
            assert await bystander.recv() == "still here"
        for _ in range(3):  # what was cancelled takes note
            await asyncio.sleep(0)
        assert asyncio.all_tasks() == {asyncio.current_task()}
        for _ in range(500):  # what is closed takes a moment to be so
            if descriptors() <= before:
                break
            await asyncio.sleep(0.01)
        assert descriptors() <= before, "some of earlier tests may be closed meanwhile"

    asyncio.run(run())
    assert problems == []


def descriptors() -> int:
    return len([*Path("/dev/fd").iterdir()])


@settings(max_examples=60, deadline=None)
@given(pieces=st.lists(LINES | st.binary(max_size=40), max_size=12), vanish=st.booleans())
def test_nothing_but_a_handshake_opens_a_connection(pieces: list[bytes], *, vanish: bool) -> None:
    async def scenario(running: Running) -> None:
        answer = await send(running, pieces, vanish=vanish)
        assert b" 101 " not in answer
        assert b" 500 " not in answer
        assert len(running.functions.received("$connect")) == 1, "the bystander's"

    leaving_nothing(scenario)


@settings(max_examples=60, deadline=None)
@given(pieces=st.lists(FRAMES | st.binary(max_size=40), max_size=8), vanish=st.booleans())
def test_no_frames_do_harm(pieces: list[bytes], *, vanish: bool) -> None:
    async def scenario(running: Running) -> None:
        await send(running, [RAW_HANDSHAKE, *pieces], vanish=vanish)

    leaving_nothing(scenario)


@settings(max_examples=30, deadline=None)
@given(noise=st.binary(min_size=1, max_size=60), at=st.integers(0, len(RAW_HANDSHAKE)))
def test_handshake_with_something_in_it_is_answered_or_dropped(noise: bytes, at: int) -> None:
    async def scenario(running: Running) -> None:
        sent = RAW_HANDSHAKE[:at] + noise + RAW_HANDSHAKE[at:]
        answer = await send(running, [sent], vanish=False)
        assert not answer or answer.startswith(b"HTTP/1.1 ")

    leaving_nothing(scenario)
