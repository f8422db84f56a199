"""docs/table.md: every access pattern makes the calls, and costs the units, that stand there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.lambda_src.websocket_api.fanout.fan_out_stage import FanOutStage
from tests.lambda_src.websocket_api.metered_table import MeteredTable
from tests.lambda_src.websocket_api.sockets import Clock, Stage
from websocket_api import keys
from websocket_api.channels import Channels
from websocket_api.history import HistoryPolicy
from websocket_api.management import YOUNG_CONNECTION_SECONDS
from websocket_api.oversize import Chunk
from websocket_api.users import Users

if TYPE_CHECKING:
    from collections.abc import Callable

REPOSITORY = Path(__file__).parents[3]
DOCUMENT = (REPOSITORY / "docs/table.md").read_text()

CHANNEL = "room/blue"
USER = "0b0c2d5e-5c7a-4c0e-9a53-1f6d2f8f7a11"


def connection_id(number: int) -> str:
    return f"R1kExamp{number:05}A="


class Metered:
    """A stage over a table that counts; what is done before ``meter`` is reset is not counted."""

    def __init__(self, **settings: Any) -> None:
        self.table = MeteredTable(clock=Clock())
        self.stage = Stage(self.table, **settings)
        self.channel = self.stage.channels.channel(CHANNEL)
        # Whoever is there already came without telling all the others.
        self.quiet = Channels(
            self.table,
            delivery=self.stage.delivery,
            clock=self.stage.clock,
            **settings | {"presence": False},
        )

    def join(self, count: int, *, with_users: bool = False) -> None:
        for number in range(count):
            connection = self.stage.open(connection_id(number))
            own = f"{USER[:-5]}{number:05}" if with_users else None
            self.quiet.subscribe(connection.connection_id, CHANNEL, user=own, ttl=connection.ttl)

    def subscribe(self, *, user: str | None = None) -> None:
        """Subscribe a connection that is open, and count that alone."""
        self.stage.open(connection_id(99_999), user=user)
        self.table.meter.reset()
        self.stage.join(connection_id(99_999), CHANNEL, user=user)

    def measure(self, invocation: Callable[[], Any]) -> None:
        self.table.meter.reset()
        invocation()


HISTORY: dict[str, Any] = {"history": HistoryPolicy()}
PRESENCE: dict[str, Any] = {"presence": True}


def connect(*, user: str | None = None) -> Metered:
    metered = Metered()
    metered.measure(lambda: metered.stage.open(connection_id(0), user=user))
    return metered


def disconnect(channels: int, *, user: str | None = None, **settings: Any) -> Metered:
    metered = Metered(**settings)
    metered.stage.open(connection_id(0), user=user)
    for number in range(channels):
        metered.stage.join(connection_id(0), f"room/{number}", user=user)
    metered.measure(lambda: metered.stage.leave(connection_id(0)))
    return metered


def read_connection() -> Metered:
    metered = connect()
    metered.measure(lambda: metered.stage.connections.get(connection_id(0)))
    return metered


def read_users_connections() -> Metered:
    metered = connect(user=USER)
    users = Users(metered.table, clock=metered.stage.clock)
    metered.measure(lambda: users.connections(USER))
    return metered


def subscribe(*, user: str | None = None, first: bool = False, **settings: Any) -> Metered:
    metered = Metered(**settings)
    if not first:
        metered.join(1)
    metered.subscribe(user=user)
    return metered


def unsubscribe(*, user: str | None = None, **settings: Any) -> Metered:
    metered = subscribe(user=user, **settings)
    channels = metered.stage.channels
    metered.measure(lambda: channels.unsubscribe(connection_id(99_999), CHANNEL))
    return metered


def read_channels() -> Metered:
    metered = subscribe()
    metered.measure(lambda: metered.stage.channels.channels_of(connection_id(99_999)))
    return metered


def publish(subscribers: int, *, shards: int = 1, **settings: Any) -> Metered:
    metered = Metered(**settings)
    metered.channel.grow(shards)
    metered.join(subscribers, with_users="presence" in settings)
    metered.measure(lambda: metered.channel.publish({"text": "x" * 500}))
    return metered


class FannedOut(Metered):
    """A metered stage whose queue and worker are a test's; all but the first 1,000 go there."""

    def __init__(self, **settings: Any) -> None:
        self.table = MeteredTable(clock=Clock())
        self.stage = self.fan_out = FanOutStage(
            self.table, threshold=1000, posts_per_second=2500, **settings
        )
        self.channel = self.stage.channels.channel(CHANNEL)
        self.quiet = self.stage.channels


def fan_out(subscribers: int, *, shards: int = 1, size: int = 500, works: bool) -> Metered:
    metered = FannedOut(shards=16, oversize=Chunk())
    metered.channel.grow(shards)
    metered.join(subscribers)
    if works:
        metered.channel.publish({"text": "x" * size})
        metered.measure(metered.fan_out.work_off)
    else:
        metered.measure(lambda: metered.channel.publish({"text": "x" * size}))
    return metered


def find_gone(channels: int) -> Metered:
    metered = disconnect(0)
    for number in range(channels):
        metered.stage.join(connection_id(0), f"room/{number}", user=USER)
    metered.stage.clock.advance(YOUNG_CONNECTION_SECONDS)
    metered.stage.vanish(connection_id(0))
    metered.measure(lambda: metered.stage.delivery.send([connection_id(0)], b"hello"))
    return metered


def list_members() -> Metered:
    metered = Metered(**PRESENCE)
    metered.join(200, with_users=True)
    metered.measure(lambda: metered.channel.members(limit=100))
    return metered


def settle(*, leaves: int) -> Metered:
    metered = Metered(**PRESENCE)
    metered.join(1)
    for number in range(leaves):
        metered.stage.join(f"c{number}", CHANNEL, user=f"{USER}{number}")
        metered.stage.leave(f"c{number}")
    metered.stage.clock.advance(100)
    metered.measure(metered.channel.settle)
    return metered


def resume(missed: int) -> Metered:
    metered = Metered(**HISTORY)
    metered.join(1)
    report = metered.channel.publish("known")
    for _ in range(missed):
        metered.channel.publish({"text": "x" * 500})
    metered.measure(
        lambda: metered.channel.resume(connection_id(0), report.epoch or "", report.offset or 0)
    )
    return metered


def grow() -> Metered:
    metered = Metered()
    metered.measure(lambda: metered.channel.grow(16))
    return metered


PATTERNS: dict[str, Callable[[], Metered]] = {
    "connect": connect,
    "connect, of a user": lambda: connect(user=USER),
    "read a connection": read_connection,
    "disconnect": lambda: disconnect(0),
    "disconnect, of a user in 3 channels": lambda: disconnect(3, user=USER),
    "the same with presence": lambda: disconnect(3, user=USER, **PRESENCE),
    "find the connections of a user": read_users_connections,
    "subscribe": subscribe,
    "subscribe, with history": lambda: subscribe(**HISTORY),
    "subscribe, with history, the first of the channel": lambda: subscribe(first=True, **HISTORY),
    "subscribe, with presence, of a user who joins": lambda: subscribe(user=USER, **PRESENCE),
    "unsubscribe": unsubscribe,
    "unsubscribe, with presence": lambda: unsubscribe(user=USER, **PRESENCE),
    "list the channels of a connection": read_channels,
    "publish to 10 subscribers": lambda: publish(10),
    "publish to 1,000 subscribers": lambda: publish(1000),
    "publish to 10,000 subscribers": lambda: publish(10_000),
    "publish to 10,000 subscribers in 4 shards": lambda: publish(10_000, shards=4),
    "publish 500 bytes to 1,000 subscribers, with history": lambda: publish(1000, **HISTORY),
    "publish to 10,000 subscribers, most of them left to a worker": lambda: fan_out(
        10_000, works=False
    ),
    "the worker's part of it": lambda: fan_out(10_000, works=True),
    "publish 100 KB to 10,000 subscribers in 4 shards, left to workers": lambda: fan_out(
        10_000, shards=4, size=100_000, works=False
    ),
    "the workers' part of it": lambda: fan_out(10_000, shards=4, size=100_000, works=True),
    "publish to 1,000 users, with presence": lambda: publish(1000, **PRESENCE),
    "find a connection in 3 channels gone": lambda: find_gone(3),
    "list 100 members": list_members,
    "look for leaves": lambda: settle(leaves=0),
    "tell 1 subscriber of 2 leaves": lambda: settle(leaves=2),
    "resume, nothing missed": lambda: resume(0),
    "resume, 20 messages of 500 bytes missed": lambda: resume(20),
    "grow a channel": grow,
}


def documented() -> dict[str, tuple[str, str, str]]:
    """Return the calls, read units and write units that the document says of each pattern."""
    table = DOCUMENT.partition("| access pattern |")[2].partition("\n\n")[0]
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines()[2:]]
    return {name: (calls, reads, writes) for name, calls, reads, writes in rows}


def test_every_pattern_is_documented_and_no_other() -> None:
    assert list(documented()) == list(PATTERNS)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_pattern_costs_what_the_document_says(pattern: str) -> None:
    meter = PATTERNS[pattern]().table.meter
    calls = ", ".join(f"{count} {name}" for name, count in sorted(meter.calls.items()))
    measured = (calls, f"{meter.read_units:g}", f"{meter.write_units:g}")
    assert documented().get(pattern) == measured


def test_every_kind_of_key_is_documented() -> None:
    kinds = set(re.findall(r"\b[A-Z]+#", str(keys.__doc__)))
    assert kinds == set(re.findall(r"\b[A-Z]+#", DOCUMENT.partition("\n## ")[0]))
    assert len(kinds) == 11


def test_reads_of_a_publish_are_far_fewer_than_a_page_for_every_thousand() -> None:
    metered = publish(10_000)
    assert metered.table.meter.calls["Query"] <= 10
