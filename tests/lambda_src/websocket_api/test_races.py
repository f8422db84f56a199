"""Invocations that run at the same time, their calls of the table in any order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.lambda_src.websocket_api.faulty_tables import InterleavedTable
from tests.lambda_src.websocket_api.sockets import CONNECTION_SECONDS, Stage
from websocket_api import keys
from websocket_api.history import HistoryPolicy
from websocket_api.management import YOUNG_CONNECTION_SECONDS
from websocket_api.testing.memory_table import MemoryTable

if TYPE_CHECKING:
    from websocket_api.channel_heads import Position

TWO = st.lists(st.integers(0, 1), max_size=16)
THREE = st.lists(st.integers(0, 2), max_size=24)
RACES = settings(max_examples=100, deadline=None)


class Racing(Stage):
    """A stage whose invocations run into each other."""

    def __init__(self, **arguments: Any) -> None:
        memory = MemoryTable()
        self.race = InterleavedTable(memory)
        super().__init__(self.race, shards=4, **arguments)
        self.memory = memory

    def subscribe(self, connection_id: str, *, user: str | None = None) -> Position | None:
        return self.channels.subscribe(
            connection_id, "blue", user=user, ttl=int(self.clock()) + CONNECTION_SECONDS
        )

    def member_rows(self) -> list[tuple[str, str]]:
        return [
            (str(row["pk"]), str(row["sk"]))
            for row in self.memory.rows()
            if str(row["sk"]).startswith(keys.MEMBER_PREFIX)
        ]


@RACES
@given(schedule=THREE)
def test_connection_that_subscribes_twice_while_the_channel_grows_gets_messages_once(
    schedule: list[int],
) -> None:
    stage = Racing()
    stage.open("a")
    channel = stage.channels.channel("blue")
    stage.race.run(
        schedule,
        lambda: stage.subscribe("a"),
        lambda: stage.subscribe("a"),
        lambda: channel.grow(4),
    )
    assert len(stage.member_rows()) == 1
    assert channel.publish("hello").delivered == 1


@RACES
@given(schedule=TWO)
def test_connection_that_closes_while_it_subscribes_leaves_nothing(schedule: list[int]) -> None:
    stage = Racing()
    stage.open("a", user="ann")
    stage.clock.advance(YOUNG_CONNECTION_SECONDS)
    stage.vanish("a")
    stage.race.run(
        schedule,
        lambda: stage.subscribe("a", user="ann"),
        lambda: stage.channels.disconnect("a"),
    )
    stage.channels.channel("blue").publish("hello")
    assert stage.member_rows() == []
    stage.channels.disconnect("a")
    assert stage.memory.rows() == []


@RACES
@given(schedule=TWO)
def test_connection_that_unsubscribes_while_it_subscribes_leaves_nothing_once_it_is_gone(
    schedule: list[int],
) -> None:
    stage = Racing()
    stage.open("a")
    stage.race.run(
        schedule,
        lambda: stage.subscribe("a"),
        lambda: stage.channels.unsubscribe("a", "blue"),
    )
    channel = stage.channels.channel("blue")
    assert channel.publish("hello").delivered <= 1
    stage.clock.advance(YOUNG_CONNECTION_SECONDS)
    stage.leave("a")
    channel.publish("hello")
    assert stage.memory.rows() == []


@RACES
@given(schedule=THREE)
def test_client_that_comes_back_misses_nothing_of_what_is_published_meanwhile(
    schedule: list[int],
) -> None:
    stage = Racing(history=HistoryPolicy())
    channel = stage.channels.channel("blue")
    known = channel.publish("known")
    channel.publish("missed")
    stage.open("a")

    def come_back() -> None:
        stage.subscribe("a")
        resumed.append(channel.resume("a", known.epoch or "", known.offset or 0))

    resumed: list[Any] = []
    stage.race.run(schedule, come_back, lambda: channel.publish("new"), lambda: channel.grow(4))
    assert resumed[0].complete
    assert {frame["data"] for frame in stage.sockets.frames("a")} == {"missed", "new"}


@RACES
@given(schedule=TWO)
def test_position_of_a_new_subscriber_leaves_no_gap(schedule: list[int]) -> None:
    stage = Racing(history=HistoryPolicy())
    channel = stage.channels.channel("blue")
    stage.open("a")
    positions: list[Any] = []
    stage.race.run(
        schedule,
        lambda: positions.append(stage.subscribe("a")),
        lambda: channel.publish("new"),
    )
    got = {frame["offset"] for frame in stage.sockets.frames("a")}
    assert got >= set(range(positions[0].offset + 1, 2))


@RACES
@given(schedule=TWO)
def test_messages_published_at_once_have_offsets_of_their_own(schedule: list[int]) -> None:
    stage = Racing(history=HistoryPolicy())
    stage.open("a")
    stage.subscribe("a")
    channel = stage.channels.channel("blue")
    reports: list[Any] = []
    stage.race.run(
        schedule,
        lambda: reports.append(channel.publish(1)),
        lambda: reports.append(channel.publish(2)),
    )
    assert sorted(report.offset for report in reports) == [1, 2]
    assert len({report.epoch for report in reports}) == 1
    frames = stage.sockets.frames("a")
    assert channel.resume("a", reports[0].epoch, 0).complete
    replayed = stage.sockets.frames("a")
    assert sorted(frames, key=lambda frame: int(frame["offset"])) == replayed


@RACES
@given(schedule=TWO)
def test_leave_is_told_of_once_whoever_looks(schedule: list[int]) -> None:
    stage = Racing(presence=True)
    stage.join("watcher", "blue")
    stage.join("a", "blue", user="ann")
    stage.leave("a")
    stage.clock.advance(100)
    channel = stage.channels.channel("blue")
    stage.race.run(schedule, channel.settle, channel.settle)
    assert [frame["type"] for frame in stage.sockets.frames("watcher")] == ["join", "leave"]


@RACES
@given(schedule=TWO)
def test_return_during_a_leave_is_told_of_if_the_leave_is(schedule: list[int]) -> None:
    stage = Racing(presence=True)
    stage.join("watcher", "blue")
    stage.join("a", "blue", user="ann")
    stage.leave("a")
    stage.clock.advance(100)
    stage.open("b", user="ann")
    stage.sockets.frames("watcher")
    channel = stage.channels.channel("blue")
    stage.race.run(schedule, channel.settle, lambda: stage.subscribe("b", user="ann"))
    told = sorted(stage.sockets.frames("watcher"), key=lambda frame: int(frame["at"]))
    assert [frame["type"] for frame in told] in (["join"], ["leave", "join"])
    assert channel.members().members == ("ann",)


@RACES
@given(schedule=TWO)
def test_two_connections_that_come_at_once_are_told_of_at_least_once(schedule: list[int]) -> None:
    stage = Racing(presence=True)
    stage.join("watcher", "blue")
    for connection_id in "ab":
        stage.open(connection_id, user="ann")
    stage.race.run(
        schedule,
        lambda: stage.subscribe("a", user="ann"),
        lambda: stage.subscribe("b", user="ann"),
    )
    assert stage.sockets.frames("watcher")
    assert stage.channels.channel("blue").members().members == ("ann",)
