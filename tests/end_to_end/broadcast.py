"""A broadcast to a crowd, while workers are killed, posts throttled and connections vanish.

    python -m tests.end_to_end.broadcast --connections 10000

It prints what happened as JSON. Everybody who is there at the end must have got the message, under
one ID, and nothing may be left: no row, no message in a queue, no process. The clients are
processes of their own: one holds the crowd, another asks for echoes all the while.
"""

import argparse
import asyncio
import contextlib
import io
import json
import os
import signal
import statistics
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from local_aws.api_gateway.settings import GatewaySettings
from local_aws.command_line import StackSettings
from local_aws.faults import Faults
from local_aws.stack import Stack, running_stack
from local_aws.terminal import Terminal
from tests.end_to_end.given import ARCHITECTURE, REPOSITORY, SESSION
from tests.end_to_end.soak import all_processes, until_none

WORKER = "broadcast-fanout"
CONNECTS_AT_ONCE = 32
# A $disconnect that finds no free function within 29 s is lost, here as on AWS.
CLOSES_PER_SECOND = 60
ECHOES_AT_ONCE = 50
FEW_ROWS = 100
SECONDS_BETWEEN_KILLS = 2.0
EVERYTHING_HAS_EXPIRED_SECONDS = 30 * 86_400
FAULTS = Faults(throttled_post=0.02, slow_post_seconds=0.015)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How large everything is.

    Attributes:
        connections: How many clients are in the channel.
        vanishing: How many of them vanish while the broadcast is under way.
        kills: How many workers are killed.
        posts_per_second: The workers' budget; the account has half as much again.
        shards: How many partitions the channel is spread over.
        patience_seconds: How long the broadcast may take.
    """

    connections: int
    vanishing: int
    kills: int
    posts_per_second: int
    shards: int
    patience_seconds: float

    def settings(self) -> StackSettings:
        """Return those of a stack with throttles, latency and faults."""
        return StackSettings(
            root=REPOSITORY / "tests" / "roots" / "broadcast",
            port=0,
            aws_port=0,
            terraform_variables={
                "architecture": ARCHITECTURE,
                "posts_per_second": str(self.posts_per_second),
            },
            gateway=GatewaySettings(
                account_rate_per_second=1.5 * self.posts_per_second,
                account_burst=self.posts_per_second // 2,
                connection_rate_per_second=1e6,
                connection_burst=1_000_000,
            ),
            faults=FAULTS,
        )


class CrowdProcess:
    """A process of ``tests.end_to_end.crowd``."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def obey(self, **command: Any) -> dict[str, Any]:
        """Have a command carried out, and return the answer."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(f"{json.dumps(command)}\n".encode())
        await stdin.drain()
        line = await stdout.readline()
        assert line, f"the crowd has ended over {command}"
        answer: dict[str, Any] = json.loads(line)
        return answer


@contextlib.asynccontextmanager
async def crowd(url: str) -> AsyncIterator[CrowdProcess]:
    """Run a process with clients while the block runs."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.end_to_end.crowd",
        url,
        cwd=REPOSITORY,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield CrowdProcess(process)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def broadcast(plan: Plan, terminal: Terminal) -> dict[str, Any]:
    """Run a stack and a broadcast on it; return what happened.

    Raises:
        AssertionError: somebody got nothing, or something is left; the message says what.
    """
    processes = all_processes()
    async with running_stack(plan.settings(), terminal) as stack:
        url = stack.addresses[0].websocket_url
        async with crowd(url) as members, crowd(url) as prober:
            happened = await _happen(plan, stack, members, prober)
        await until_none(
            "rows and messages",
            lambda: asyncio.to_thread(_left, stack),
            # Each row of each connection is removed by its $disconnect.
            within=plan.patience_seconds,
        )
    await until_none("processes", lambda: all_processes() - processes)
    return happened


async def _happen(
    plan: Plan, stack: Stack, members: CrowdProcess, prober: CrowdProcess
) -> dict[str, Any]:
    await members.obey(ask={"action": "grow", "shards": plan.shards})
    opened = await members.obey(open=plan.connections, at_once=CONNECTS_AT_ONCE)
    await prober.obey(echo=ECHOES_AT_ONCE)
    idle = (await prober.obey(echo=4 * ECHOES_AT_ONCE))["milliseconds"]
    started = time.perf_counter()
    await prober.obey(ask={"action": "publish"})
    received_by_all = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        probing = tasks.create_task(_probe(prober, received_by_all))
        killing = tasks.create_task(_kill(plan.kills, stack))
        await members.obey(vanish=plan.vanishing)
        await _until_received(plan, members)
        seconds = time.perf_counter() - started
        received_by_all.set()
    busy, refused = probing.result()
    # What was delivered twice may still be on its way.
    await asyncio.sleep(1)
    received = await members.obey(received=True)
    await members.obey(close=CLOSES_PER_SECOND)
    return {
        "connections": plan.connections,
        "seconds to open": round(opened["seconds"], 1),
        "seconds of the broadcast": round(seconds, 1),
        "posts a second": round(received["members"] / seconds),
        "members at the end": received["members"],
        "got it under one id": received["distinct"]["1"],
        "got it once more": received["in_all"] - received["members"],
        "workers killed": killing.result(),
        "echo median, idle, ms": round(statistics.median(idle), 2),
        "echo median, broadcast, ms": round(statistics.median(busy), 2),
        "echoes during the broadcast": len(busy),
        "of them refused": refused,
    }


async def _probe(prober: CrowdProcess, ended: asyncio.Event) -> tuple[list[float], int]:
    """Ask for echoes until the end; return how long each took, and how many were refused."""
    milliseconds: list[float] = []
    refused = 0
    while not ended.is_set():
        answer = await prober.obey(echo=ECHOES_AT_ONCE)
        milliseconds += answer["milliseconds"]
        refused += answer["refused"]
    return milliseconds, refused


async def _kill(kills: int, stack: Stack) -> int:
    """Kill workers while they work; return how many."""
    killed = 0
    deadline = time.monotonic() + 20 * SECONDS_BETWEEN_KILLS
    while killed < kills and time.monotonic() < deadline:
        await asyncio.sleep(SECONDS_BETWEEN_KILLS)
        processes = [
            environment._process._process
            for pool in stack.services.functions._pools
            if pool.function.name == WORKER
            for environment in pool._lives.values()
            if environment._process is not None
        ]
        for process in processes[:1]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGKILL)
                killed += 1
    return killed


async def _until_received(plan: Plan, members: CrowdProcess) -> None:
    deadline = time.monotonic() + plan.patience_seconds
    while True:
        received = await members.obey(received=True)
        assert received["closed"] == 0, f"connections were closed: {received}"
        if set(received["distinct"]) == {"1"}:
            return
        assert time.monotonic() < deadline, f"not everybody got the message: {received}"
        await asyncio.sleep(0.5)


def _left(stack: Stack) -> list[str]:
    """Return what is left in the table, once the time of its rows is over, and in the queues."""

    def client(service: Any) -> Any:
        return SESSION.client(service, endpoint_url=stack.services.aws_endpoint)

    dynamodb, table = client("dynamodb"), stack.outputs["table_name"]
    # To list them all would keep the table from those who remove them.
    if (count := dynamodb.describe_table(TableName=table)["Table"]["ItemCount"]) > FEW_ROWS:
        return [f"{count} rows"]
    rows = dynamodb.scan(TableName=table)["Items"]
    # Rows of the broadcast and of the channel are kept for a time, after which TTL removes them.
    expires = time.time() + EVERYTHING_HAS_EXPIRED_SECONDS
    left = [
        str(row)
        for row in rows
        if row["pk"]["S"].startswith(("CONNECTION#", "SHARD#"))
        or float(row.get("ttl", {"N": "inf"})["N"]) > expires
    ]
    for url in stack.outputs["queue_urls"]:
        attributes = client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
        for name in ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"):
            count = int(attributes["Attributes"][name])
            left += [f"{count} messages in {url}"] if count else []
    return left


def main() -> None:
    """Broadcast, and print what happened; a failure is an exception."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--connections", type=int, default=10_000)
    parser.add_argument("--posts-per-second", type=int, default=1_000)
    options = parser.parse_args()
    plan = Plan(
        connections=options.connections,
        vanishing=options.connections // 100,
        kills=3,
        posts_per_second=options.posts_per_second,
        shards=8,
        patience_seconds=60 + 5 * options.connections / options.posts_per_second,
    )
    log = io.StringIO()
    try:
        happened = asyncio.run(broadcast(plan, Terminal(log)))
    except BaseException:
        sys.stderr.write(log.getvalue()[-20_000:])
        raise
    sys.stdout.write(f"{json.dumps(happened, indent=2)}\n")


if __name__ == "__main__":
    main()
