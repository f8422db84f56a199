"""The load, put on the server that only sends back."""

import asyncio
from collections.abc import Iterator

import pytest

from benchmarks import load
from benchmarks.local_aws.stack import bare_server


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with bare_server() as address:
        yield address


def test_message_has_its_size_and_a_route() -> None:
    assert len(load.message()) == load.MESSAGE_BYTES
    assert load.message().startswith(b'{"action": "echo"')


@pytest.mark.parametrize("connections", [1, 5])
def test_echoes_are_counted_and_timed(url: str, connections: int) -> None:
    echoes = asyncio.run(load.echo(url, connections=connections, seconds=0.05))
    assert echoes.per_second > 0
    assert echoes.errors == 0
    assert 0 < echoes.median_milliseconds <= echoes.p99_milliseconds


def test_handshakes_take_time(url: str) -> None:
    assert asyncio.run(load.connect(url, 30)) > 0


def test_connections_are_held_until_the_end(url: str) -> None:
    async def hold() -> None:
        async with asyncio.timeout(10), load.held(url, 20, per_second=1_000):
            pass

    asyncio.run(hold())


def test_question_is_answered_on_each_connection(url: str) -> None:
    async def ask() -> list[str]:
        answers = await load.ask(url, b"who am I", connections=3)
        for client, _ in answers:
            client.close()
            await client.closed
        return [answer for _, answer in answers]

    assert asyncio.run(ask()) == ["who am I"] * 3


async def post(answer: bytes) -> float:
    """Post to a server that gives every request the same answer."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.readline() == b"POST\r\n":
            writer.write(b"HTTP/1.1 " + answer + b"\r\nContent-Length: 0\r\n\r\n")
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        endpoint = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        return await load.post(endpoint, [b"POST\r\n"] * 4, in_flight=2, seconds=0.05)


def test_posts_are_counted() -> None:
    assert asyncio.run(post(b"200 OK")) > 0


def test_post_that_fails_is_told() -> None:
    with pytest.raises(ValueError, match="410 Gone"):
        asyncio.run(post(b"410 Gone"))
