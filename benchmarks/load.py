"""Load on a WebSocket server: echoes, handshakes, held connections and posts, and how it bears it.

Whatever serves the address can be loaded, so that servers can be compared.
"""

import asyncio
import json
import resource
import statistics
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Final, cast
from urllib.parse import urlsplit

from benchmarks.websocket_client import WebSocketClient

MESSAGE_BYTES: Final = 128
HANDSHAKES_IN_FLIGHT: Final = 25
PATIENCE_SECONDS: Final = 60.0
_OTHER_DESCRIPTORS: Final = 500
_WARM_UP_SHARE: Final = 0.1


@dataclass(frozen=True, slots=True)
class Echoes:
    """What became of messages that were sent one after the other on each connection."""

    per_second: float
    median_milliseconds: float
    p99_milliseconds: float
    errors: int
    """How many answers were something else than the message."""


def allow_descriptors(count: int) -> None:
    """Let this process, and those that it starts, hold so many connections, if the system does.

    Raises:
        ValueError: It does not.
    """
    wanted = count + _OTHER_DESCRIPTORS
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, max(wanted, hard)))


def message() -> bytes:
    """Return a message of `MESSAGE_BYTES` for the route `echo`, or `$default`."""
    envelope = {"action": "echo", "data": ""}
    filling = "x" * (MESSAGE_BYTES - len(json.dumps(envelope)))
    return json.dumps(envelope | {"data": filling}).encode()


class _Talker:
    """One connection that sends a message as soon as the one before has come back."""

    def __init__(self, sent: bytes, clock: Callable[[], float]) -> None:
        self._sent = sent
        self._clock = clock
        self._since = 0.0
        self.until = 0.0
        self.seconds: list[float] = []
        self.errors = 0
        self.stopped: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.client: WebSocketClient

    def talk(self) -> None:
        """Send a message."""
        self._since = self._clock()
        self.client.send(self._sent)

    def take(self, text: bytes) -> None:
        """Take what came back, and go on unless time is up."""
        now = self._clock()
        if text == self._sent:
            self.seconds.append(now - self._since)
        else:
            self.errors += 1
        if now < self.until:
            self.talk()
        elif not self.stopped.done():
            self.stopped.set_result(None)


async def echo(url: str, *, connections: int, seconds: float) -> Echoes:
    """Have messages sent back for some seconds, on so many connections at once.

    Raises:
        TimeoutError: Nothing came back any more.
    """
    talkers = [_Talker(message(), time.perf_counter) for _ in range(connections)]
    for talker in talkers:
        talker.client = await WebSocketClient.open(url, talker.take)
    begun = time.perf_counter()
    for talker in talkers:
        talker.until = begun + seconds
        talker.talk()
    async with asyncio.timeout(seconds + PATIENCE_SECONDS):
        await asyncio.gather(*(talker.stopped for talker in talkers))
    elapsed = time.perf_counter() - begun
    await _close([talker.client for talker in talkers])
    # What is begun with is slower: environments start, and code is cold.
    warm = sorted(
        each
        for talker in talkers
        for each in talker.seconds[int(len(talker.seconds) * _WARM_UP_SHARE) :]
    )
    count = sum(len(talker.seconds) for talker in talkers)
    return Echoes(
        count / elapsed,
        statistics.median(warm) * 1_000,
        warm[int(len(warm) * 0.99)] * 1_000,
        sum(talker.errors for talker in talkers),
    )


async def connect(url: str, count: int) -> float:
    """Open so many connections, some at a time, and return the seconds that it took."""
    begun = time.perf_counter()
    clients = await _open(url, count)
    elapsed = time.perf_counter() - begun
    await _close(clients)
    return elapsed


@asynccontextmanager
async def held(url: str, count: int, *, per_second: float) -> AsyncIterator[None]:
    """Hold so many idle connections while the block runs, opened at a rate that is allowed."""
    clients: list[WebSocketClient] = []
    step = max(1, int(per_second / 10))
    begun = time.perf_counter()
    while len(clients) < count:
        clients += await _open(url, min(step, count - len(clients)))
        await asyncio.sleep(max(0.0, begun + len(clients) / per_second - time.perf_counter()))
    try:
        yield
    finally:
        await _close(clients)


async def ask(url: str, question: bytes, *, connections: int) -> list[tuple[WebSocketClient, str]]:
    """Open connections that stay open, and return each with what it was answered."""
    answers: list[tuple[WebSocketClient, str]] = []
    for _ in range(connections):
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

        def take(text: bytes, answer: asyncio.Future[bytes] = answer) -> None:
            if not answer.done():
                answer.set_result(text)

        client = await WebSocketClient.open(url, take)
        client.send(question)
        answers.append((client, (await asyncio.wait_for(answer, PATIENCE_SECONDS)).decode()))
    return answers


async def post(url: str, requests: Sequence[bytes], *, in_flight: int, seconds: float) -> float:
    """Send requests in turn on so many connections for some seconds; return how many a second.

    Raises:
        ValueError: One was not answered with 200.
    """
    address = urlsplit(url)
    loop = asyncio.get_running_loop()
    begun = time.perf_counter()
    posters = []
    for number in range(in_flight):
        _, poster = await loop.create_connection(
            partial(_Poster, requests[number::in_flight], begun + seconds),
            address.hostname or "",
            address.port or 80,
        )
        posters.append(poster)
    async with asyncio.timeout(seconds + PATIENCE_SECONDS):
        counts = await asyncio.gather(*(poster.count for poster in posters))
    return sum(counts) / (time.perf_counter() - begun)


class _Poster(asyncio.Protocol):
    """One connection on which a request is sent as soon as the one before is answered."""

    def __init__(self, requests: Sequence[bytes], until: float) -> None:
        self._requests = requests
        self._until = until
        self._answered = 0
        self._received = b""
        self._transport: asyncio.Transport
        self.count: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the first request."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(self._requests[0])

    def data_received(self, data: bytes) -> None:
        """Take an answer, which has no body, and go on unless time is up."""
        self._received += data
        if not self._received.endswith(b"\r\n\r\n"):
            return
        if not self._received.startswith(b"HTTP/1.1 200 "):
            self.count.set_exception(ValueError(f"a post was answered {self._received[:300]!r}"))
            self._transport.close()
            return
        self._received = b""
        self._answered += 1
        if time.perf_counter() < self._until:
            self._transport.write(self._requests[self._answered % len(self._requests)])
        else:
            self.count.set_result(self._answered)
            self._transport.close()

    def connection_lost(self, _error: Exception | None) -> None:
        """Fail if there was more to come."""
        if not self.count.done():
            self.count.set_exception(ValueError("the server closed the connection of a post"))


async def _open(url: str, count: int) -> list[WebSocketClient]:
    in_flight = asyncio.Semaphore(HANDSHAKES_IN_FLIGHT)

    async def open_one() -> WebSocketClient:
        async with in_flight:
            return await WebSocketClient.open(url, lambda _text: None)

    return list(await asyncio.gather(*(open_one() for _ in range(count))))


async def _close(clients: Sequence[WebSocketClient]) -> None:
    for client in clients:
        client.close()
    await asyncio.wait([client.closed for client in clients], timeout=PATIENCE_SECONDS)
