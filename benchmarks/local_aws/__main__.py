"""Measure how fast local_aws is, and print each figure beside what it should reach."""

import argparse
import asyncio
import json
import platform
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit

import uvloop
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from benchmarks import load
from benchmarks.echoes import CONNECTIONS, HANDSHAKES, Echoed, measure_echoes
from benchmarks.figure import Figure, table
from benchmarks.local_aws.stack import Stack, bare_server, running_stack
from benchmarks.process_tree import memory_of

HELD: Final = 10_000
POSTED_TO: Final = 50
IN_FLIGHT: Final = 10
ALLOWED_CONNECTS_PER_SECOND: Final = 450.0
"""Below AWS's limit of 500 a second for an account, which local_aws keeps."""

_SETTLE_SECONDS: Final = 2.0
_REGION: Final = "us-east-1"


async def measure_posts(stack: Stack, seconds: float) -> float:
    """Post to connections, each with a signature that is verified; return how many a second."""
    answers = await load.ask(stack.websocket_url, b'{"action": "whoami"}', connections=POSTED_TO)
    requests = [signed_post(stack.management_endpoint, identifier) for _, identifier in answers]
    try:
        return await load.post(
            stack.management_endpoint, requests, in_flight=IN_FLIGHT, seconds=seconds
        )
    finally:
        for client, _ in answers:
            client.close()


def signed_post(endpoint: str, connection_id: str) -> bytes:
    """Return a post to a connection as it goes over the wire, signed as boto3 does."""
    url = f"{endpoint}/@connections/{quote(connection_id, safe='')}"
    body = load.message()
    request = AWSRequest("POST", url, {"Host": urlsplit(endpoint).netloc}, body)
    SigV4Auth(Credentials("test", "test"), "execute-api", _REGION).add_auth(request)
    headers = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
    target = urlsplit(url).path
    return f"POST {target} HTTP/1.1\r\n{headers}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def measure_memory(stack: Stack, count: int) -> Figure:
    """Hold idle connections, and see what each thousand of them adds to the whole process tree."""
    before = memory_of(stack.process_id)
    async with load.held(stack.websocket_url, count, per_second=ALLOWED_CONNECTS_PER_SECOND):
        await asyncio.sleep(_SETTLE_SECONDS)
        after = memory_of(stack.process_id)
    return Figure(
        name=f"memory of 1,000 of {count:,} idle connections, all processes",
        value=(after.mebibytes - before.mebibytes) * 1_000 / count,
        unit="MiB",
        reach=15,
        better="lower",
        compared_with=f"{after.processes} processes, {before.processes} before",
        details={"before_mebibytes": before.mebibytes, "after_mebibytes": after.mebibytes},
    )


def figures_of(bare: Echoed, ours: Echoed) -> Iterator[Figure]:
    """Return what was measured with the same client of a server that only sends back."""
    for name, value, least, reach in (
        ("median", ours.alone.median_milliseconds, bare.alone.median_milliseconds, 0.6),
        ("99 of 100", ours.alone.p99_milliseconds, bare.alone.p99_milliseconds, 2.0),
    ):
        yield Figure(
            name=f"echo on one connection, {name}",
            value=value,
            unit="ms",
            reach=reach,
            better="lower",
            compared_with=f"the client's own: {least:.2f} ms, {value / least:.1f} times",
        )
    rate, most = ours.together.per_second, bare.together.per_second
    yield Figure(
        name=f"echoes a second on {CONNECTIONS} connections",
        value=rate,
        unit="/s",
        reach=7_000,
        better="higher",
        compared_with=(
            f"the client's own: {most:,.0f} /s, {rate / most:.0%}; {ours.together.errors:,} refused"
        ),
        details={"errors": ours.together.errors},
    )
    yield Figure(
        name=f"{HANDSHAKES} handshakes with $connect",
        value=ours.connect_seconds,
        unit="s",
        reach=0.5,
        better="lower",
        compared_with=f"the client's own: {bare.connect_seconds:.2f} s",
    )


async def measure(seconds: float, held: int) -> list[Figure]:
    """Measure all figures."""
    with bare_server() as url:
        bare = await measure_echoes(url, seconds)
    with running_stack() as stack:
        figures = list(figures_of(bare, await measure_echoes(stack.websocket_url, seconds)))
        posts = await measure_posts(stack, seconds)
        figures.append(await measure_memory(stack, held))
    figures.append(
        Figure(
            name=f"signed posts to @connections a second, {IN_FLIGHT} in flight",
            value=posts,
            unit="/s",
            reach=6_000,
            better="higher",
        )
    )
    figures.append(
        Figure(
            name="address ready after Terraform",
            value=stack.seconds_after_terraform,
            unit="s",
            reach=1,
            better="lower",
            compared_with=f"{stack.start_seconds:.1f} s from the command, Terraform included",
        )
    )
    return figures


def main(arguments: list[str]) -> int:
    """Measure; return 1 if a figure is missed, else 0."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.local_aws", description=__doc__)
    parser.add_argument(
        "--seconds", type=float, default=5, help="how long each load lasts (default: 5)"
    )
    parser.add_argument(
        "--connections", type=int, default=HELD, help=f"how many are held (default: {HELD})"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="where the figures go as JSON")
    options = parser.parse_args(arguments)
    begun = time.time()
    load.allow_descriptors(options.connections)
    figures = uvloop.run(measure(options.seconds, options.connections))
    print(table(figures))
    if options.json:
        report = {
            "python": platform.python_version(),
            "machine": platform.machine(),
            "begun": begun,
            "figures": [each.to_json() for each in figures],
        }
        options.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    return 0 if all(each.is_met for each in figures) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
