"""Ten thousand clients in one process, moved about from another one over standard input.

Each line of the input is a command in JSON, and each is answered with one line of JSON:

- ``{"open": 10000, "at_once": 50}`` opens connections;
- ``{"vanish": 100}`` ends some of them without a close frame;
- ``{"echo": 200}`` sends so many messages on a connection of its own, one after the other, and
  answers with how long each echo took, in milliseconds, and how many were refused;
- ``{"ask": {…}}`` sends a message on that connection and answers with its answer;
- ``{"received": true}`` answers with how many are there, how many of them got how many different
  messages, how many messages came in all, and how many connections were closed;
- ``{"close": 50}`` closes all connections, so many a second.
"""

import asyncio
import json
import sys
import time
from collections import Counter
from typing import Any

from benchmarks.websocket_client import WebSocketClient

PATIENCE_SECONDS = 30.0
ECHO_PAUSE_SECONDS = 0.02


class Member:
    """One of the crowd: it counts the messages that it gets, by their IDs."""

    def __init__(self) -> None:
        self.messages = Counter[str]()
        self.client: WebSocketClient | None = None

    def take(self, text: bytes) -> None:
        """Count a message of the channel."""
        frame = json.loads(text)
        if frame.get("type") == "message":
            self.messages[frame["id"]] += 1


class Speaker:
    """A connection that is answered, one message at a time."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._client: WebSocketClient | None = None
        self._answers = asyncio.Queue[bytes]()

    async def ask(self, message: dict[str, Any]) -> dict[str, Any]:
        """Send a message and return what is answered; what is published comes in between."""
        if self._client is None:
            self._client = await WebSocketClient.open(self._url, self._answers.put_nowait)
        self._client.send(json.dumps(message).encode())
        while True:
            async with asyncio.timeout(PATIENCE_SECONDS):
                answer: dict[str, Any] = json.loads(await self._answers.get())
            if answer.get("type") != "message":
                return answer

    def close(self) -> None:
        """Close the connection, if it was ever opened."""
        if self._client is not None:
            self._client.close()


class Crowd:
    """The clients."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._members: list[Member] = []
        self._speaker = Speaker(f"{url}?alone")

    async def obey(self, command: dict[str, Any]) -> dict[str, Any]:
        """Carry out a command, and return the answer."""
        match command:
            case {"open": int(count), "at_once": int(at_once)}:
                return await self._open(count, at_once)
            case {"vanish": int(count)}:
                return self._vanish(count)
            case {"echo": int(count)}:
                return await self._echo(count)
            case {"ask": dict(message)}:
                return await self._speaker.ask(message)
            case {"received": _}:
                return self._received()
            case {"close": int(per_second)}:
                return await self._close(per_second)
        raise ValueError(f"{command} is no command")

    async def _open(self, count: int, at_once: int) -> dict[str, Any]:
        started = time.perf_counter()
        remaining = iter(range(count))

        async def open_in_turn() -> None:
            for _ in remaining:
                member = Member()
                member.client = await WebSocketClient.open(self._url, member.take)
                self._members.append(member)

        await asyncio.gather(*(open_in_turn() for _ in range(at_once)))
        return {"open": len(self._members), "seconds": time.perf_counter() - started}

    def _vanish(self, count: int) -> dict[str, Any]:
        for _ in range(count):
            member = self._members.pop()
            if member.client is not None:
                member.client.abort()
        return {"open": len(self._members)}

    async def _echo(self, count: int) -> dict[str, Any]:
        milliseconds = []
        refused = 0
        for number in range(count):
            await asyncio.sleep(ECHO_PAUSE_SECONDS)
            started = time.perf_counter()
            answer = await self._speaker.ask({"action": "echo", "number": number})
            if answer == {"echo": number}:
                milliseconds.append(1000 * (time.perf_counter() - started))
            else:
                refused += 1
        return {"milliseconds": milliseconds, "refused": refused}

    def _received(self) -> dict[str, Any]:
        distinct = Counter(len(member.messages) for member in self._members)
        return {
            "members": len(self._members),
            "distinct": dict(distinct),
            "in_all": sum(member.messages.total() for member in self._members),
            "closed": sum(
                member.client is not None and member.client.closed.done()
                for member in self._members
            ),
        }

    async def _close(self, per_second: int) -> dict[str, Any]:
        self._speaker.close()
        clients = [member.client for member in self._members if member.client is not None]
        for client in clients:
            client.close()
            await asyncio.sleep(1 / per_second)
        await asyncio.gather(*(client.closed for client in clients))
        return {"closed": len(clients)}


async def main(url: str) -> None:
    """Obey until the input ends."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    crowd = Crowd(url)
    while line := await reader.readline():
        answer = await crowd.obey(json.loads(line))
        sys.stdout.write(f"{json.dumps(answer)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
