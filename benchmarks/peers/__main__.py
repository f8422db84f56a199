"""Put local_aws and serverless-offline under the same load in turn, and print both."""

import argparse
import asyncio
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

import uvloop

from benchmarks import load
from benchmarks.echoes import CONNECTIONS, HANDSHAKES, Echoed, measure_echoes
from benchmarks.local_aws.stack import running_stack
from benchmarks.peers import serverless_offline
from benchmarks.process_tree import Memory, memory_of

HELD: Final = 1_000
HELD_PER_SECOND: Final = 400.0
_SETTLE_SECONDS: Final = 2.0


class Measured(NamedTuple):
    """What one of the two made of the load."""

    echoed: Echoed
    idle: Memory
    held: Memory
    start_seconds: float

    def rows(self) -> Mapping[str, float]:
        """Return the figures by what they are, as they are printed."""
        return {
            "echo on one connection, median, ms": self.echoed.alone.median_milliseconds,
            "echo on one connection, 99 of 100, ms": self.echoed.alone.p99_milliseconds,
            f"echoes a second on {CONNECTIONS} connections": self.echoed.together.per_second,
            "errors among them": self.echoed.together.errors,
            f"{HANDSHAKES} handshakes with $connect, s": self.echoed.connect_seconds,
            "memory before the load, MiB": self.idle.mebibytes,
            f"memory after it, with {HELD:,} idle connections, MiB": self.held.mebibytes,
            "processes then": self.held.processes,
            "from the command to an address, s": self.start_seconds,
        }


async def measure(url: str, process_id: int, start_seconds: float, seconds: float) -> Measured:
    """Load one of the two."""
    idle = memory_of(process_id)
    echoed = await measure_echoes(url, seconds)
    await asyncio.sleep(_SETTLE_SECONDS)
    async with load.held(url, HELD, per_second=HELD_PER_SECOND):
        await asyncio.sleep(_SETTLE_SECONDS)
        return Measured(echoed, idle, memory_of(process_id), start_seconds)


def main(arguments: list[str]) -> int:
    """Measure both, and print them beside each other."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers", description=__doc__)
    parser.add_argument(
        "--seconds", type=float, default=5, help="how long each load lasts (default: 5)"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="where the figures go as JSON")
    options = parser.parse_args(arguments)
    load.allow_descriptors(HELD)
    try:
        serverless_offline.install()
        with serverless_offline.running() as peer:
            theirs = uvloop.run(
                measure(peer.websocket_url, peer.process_id, peer.start_seconds, options.seconds)
            )
    except serverless_offline.PeerError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    with running_stack() as stack:
        ours = uvloop.run(
            measure(stack.websocket_url, stack.process_id, stack.start_seconds, options.seconds)
        )
    print(f"{'':<55}{'local_aws':>12}  {serverless_offline.NAME}")
    for (name, own), other in zip(ours.rows().items(), theirs.rows().values(), strict=True):
        print(f"{name:<55}{own:>12,.2f}  {other:>12,.2f}")
    if options.json:
        report = {"local_aws": ours.rows(), serverless_offline.NAME: theirs.rows()}
        options.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
