"""The load under which servers are compared: one connection, many, and handshakes."""

import asyncio
from typing import Final, NamedTuple

from benchmarks import load

CONNECTIONS: Final = 50
HANDSHAKES: Final = 500
_SETTLE_SECONDS: Final = 2.0


class Echoed(NamedTuple):
    """What a server made of it."""

    alone: load.Echoes
    together: load.Echoes
    connect_seconds: float


async def measure_echoes(url: str, seconds: float) -> Echoed:
    """Load a server, each time for some seconds; what many do comes after as much of the same."""
    alone = await load.echo(url, connections=1, seconds=seconds)
    await load.echo(url, connections=CONNECTIONS, seconds=seconds)
    together = await load.echo(url, connections=CONNECTIONS, seconds=seconds)
    # By then as many handshakes are allowed at once as there may ever be.
    await asyncio.sleep(_SETTLE_SECONDS)
    return Echoed(alone, together, await load.connect(url, HANDSHAKES))
