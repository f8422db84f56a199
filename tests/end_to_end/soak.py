"""Clients that come, talk and vanish by the hundred, while execution environments are killed.

    python -m tests.end_to_end.soak --clients 20000

It is a program of its own because it counts everything that is left of a process afterwards: no
row of the table, no asyncio task, no descriptor and no process may be.
"""

import argparse
import asyncio
import contextlib
import io
import os
import random
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from local_aws.api_gateway.settings import GatewaySettings
from local_aws.command_line import StackSettings
from local_aws.lambda_service.execution_environment import ExecutionEnvironment
from local_aws.stack import Stack, running_stack
from local_aws.terminal import Terminal
from tests.end_to_end.given import REPOSITORY, SESSION, management_client

CLIENTS_AT_ONCE = 4
MESSAGES = 3
PATIENCE_SECONDS = 30.0
KILLED_FUNCTION = "websocket-default"
TASKS_OF_AN_ENVIRONMENT = (
    "ExecutionEnvironment.run",
    "_watch_memory",
    "Port._accept",
    "HttpServerProtocol._serve",
)
DESCRIPTORS_OF_AN_ENVIRONMENT = 4  # the listener and the client of its Runtime API, output, process
CONNECTIONS_KEPT_ALIVE = 16
LIMITLESS = GatewaySettings(connection_rate_per_second=1e6, connection_burst=1_000_000)


@dataclass(frozen=True, slots=True)
class Soak:
    """The clients of one stack, and what disturbs them.

    Attributes:
        stack: What they connect to.
        happened: How often each thing happened.
    """

    stack: Stack
    happened: Counter[str]

    async def run(self, clients: int) -> None:
        """Let so many clients live and die, a few at once."""
        numbers = iter(range(clients))
        disturbances = [asyncio.create_task(each()) for each in (self._kill, self._post)]
        await asyncio.gather(*(self._live_in_turn(numbers) for _ in range(CLIENTS_AT_ONCE)))
        for disturbance in disturbances:
            disturbance.cancel()
        for disturbance in disturbances:
            with contextlib.suppress(asyncio.CancelledError):
                await disturbance

    async def rows(self) -> set[str]:
        """Return the connections that the table knows."""
        return set(await asyncio.to_thread(self._connection_ids))

    def environments(self, function_name: str | None = None) -> list[ExecutionEnvironment]:
        """Return the execution environments, of a function or of all."""
        return [
            environment
            for pool in self.stack.services.functions._pools
            if function_name in (None, pool.function.name)
            for environment in pool._lives.values()
        ]

    async def _live_in_turn(self, numbers: Iterator[int]) -> None:
        for number in numbers:
            client = await connect(self.stack.addresses[0].websocket_url, ping_interval=None)
            self.happened["connected"] += 1
            try:
                await self._live(client, number)
            except ConnectionClosed:
                self.happened["deleted"] += 1

    async def _live(self, client: ClientConnection, number: int) -> None:
        for count in range(MESSAGES):
            await self._converse(client, f"{number}/{count}")
        if number % 2:
            await client.close()
            self.happened["closed"] += 1
            return
        if number % 4:
            await client.send("the last word")
        client.transport.abort()
        await client.wait_closed()
        self.happened["vanished"] += 1

    async def _converse(self, client: ClientConnection, message: str) -> None:
        """Send a message and wait for its echo, or for the news that its function was killed."""
        await client.send(message)
        async for answer in client:
            if answer == message:
                self.happened["echoed"] += 1
                return
            if "Internal server error" in str(answer):
                self.happened["failed"] += 1
                return
        raise ConnectionClosed(None, None)

    async def _kill(self) -> None:
        """Kill one execution environment after the other."""
        while True:
            await asyncio.sleep(0.2)
            environments = self.environments(KILLED_FUNCTION)
            random.shuffle(environments)
            for environment in environments:
                process = environment._process
                if process is not None and process._process.returncode is None:
                    os.kill(process._process.pid, signal.SIGKILL)
                    self.happened["killed"] += 1
                    break

    async def _post(self) -> None:
        """Post to whoever is connected, and delete one of them."""
        while True:
            await asyncio.to_thread(self._post_once)

    def _post_once(self) -> None:
        management = management_client(self.stack)
        with contextlib.closing(management):
            for number, connection_id in enumerate(self._connection_ids()):
                try:
                    if number:
                        management.post_to_connection(ConnectionId=connection_id, Data=b"hello")
                        self.happened["posted"] += 1
                    else:
                        management.delete_connection(ConnectionId=connection_id)
                except management.exceptions.GoneException:
                    self.happened["gone"] += 1

    def _connection_ids(self) -> list[str]:
        endpoint = self.stack.services.aws_endpoint
        with contextlib.closing(SESSION.client("dynamodb", endpoint_url=endpoint)) as dynamodb:
            rows = dynamodb.scan(TableName=self.stack.outputs["table_name"])["Items"]
            return [row["connection_id"]["S"] for row in rows]


async def soak(clients: int, terminal: Terminal) -> Counter[str]:
    """Run a stack with so many clients, and return how often each thing happened.

    Raises:
        AssertionError: Something is left; the message says what.
    """
    tasks, descriptors, processes = all_tasks(), all_descriptors(), all_processes()
    happened = Counter[str]()
    settings = StackSettings(root=REPOSITORY / "infra", port=0, aws_port=0, gateway=LIMITLESS)
    async with running_stack(settings, terminal) as stack:
        soaking = Soak(stack, happened)
        begun = Usage.of(soaking)
        await soaking.run(clients)
        await until_none("rows", soaking.rows)
        await until_none("of a stack at rest", lambda: Usage.of(soaking).beyond(begun))
    await until_none("tasks", lambda: all_tasks() - tasks)
    await until_none("descriptors", lambda: all_descriptors() - descriptors)
    await until_none("processes", lambda: all_processes() - processes)
    return happened


@dataclass(frozen=True, slots=True)
class Usage:
    """What a stack takes."""

    environments: int
    tasks: Counter[str]
    descriptors: set[str]

    @classmethod
    def of(cls, soaking: Soak) -> "Usage":
        return cls(len(soaking.environments()), all_tasks(), all_descriptors())

    def beyond(self, begun: "Usage") -> Counter[str] | set[str]:
        """Return what this is more than at the beginning, but for its environments."""
        grown = self.environments - begun.environments
        tasks = Counter(dict.fromkeys(TASKS_OF_AN_ENVIRONMENT, grown))
        # Logs and metrics are delivered some seconds after their events.
        tasks["Periodic._run"] = 2
        descriptors = self.descriptors - begun.descriptors
        allowed = grown * DESCRIPTORS_OF_AN_ENVIRONMENT + CONNECTIONS_KEPT_ALIVE
        return self.tasks - begun.tasks - tasks or (
            descriptors if len(descriptors) > allowed else set()
        )


async def until_none(
    what: str,
    find: Callable[[], Collection[str] | Awaitable[Collection[str]]],
    *,
    within: float = PATIENCE_SECONDS,
) -> None:
    """Wait until there is nothing to be found."""
    deadline = time.monotonic() + within
    while True:
        found = find()
        if isinstance(found, Awaitable):
            found = await found
        if not found:
            return
        assert time.monotonic() < deadline, f"{len(found)} {what} are left: {str(found)[:2_000]}"
        await asyncio.sleep(0.1)


def all_tasks() -> Counter[str]:
    """Count the asyncio tasks by what they do."""
    return Counter(getattr(task.get_coro(), "__qualname__", "") for task in asyncio.all_tasks())


def all_descriptors() -> set[str]:
    """Name the open descriptors, and what kind of file each is."""
    numbers = [path.name for path in Path("/dev/fd").iterdir()]
    names = set()
    for number in numbers:
        # The listing had a descriptor of its own, which is closed by now.
        with contextlib.suppress(OSError):
            status = os.fstat(int(number))
            names.add(f"{number} {stat.filemode(status.st_mode)} inode {status.st_ino}")
    return names


def all_processes() -> set[str]:
    """Return the ids of the processes that this one has started."""
    pgrep = shutil.which("pgrep")
    assert pgrep is not None
    search = subprocess.Popen(
        (pgrep, "-P", str(os.getpid())), stdout=subprocess.PIPE, encoding="utf-8"
    )
    found, _ = search.communicate()
    return set(found.split()) - {str(search.pid)}


def main() -> None:
    """Soak, and print what happened; a failure is an exception."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=200)
    clients = parser.parse_args().clients
    log = io.StringIO()
    try:
        happened = asyncio.run(soak(clients, Terminal(log)))
    except BaseException:
        sys.stderr.write(log.getvalue())
        raise
    for name, count in sorted(happened.items()):
        sys.stdout.write(f"{name} {count}\n")


if __name__ == "__main__":
    main()
