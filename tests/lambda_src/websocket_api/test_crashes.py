"""Whatever write an invocation is killed at: TTL, a 410 or $disconnect mends what it leaves."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from tests.lambda_src.websocket_api.faulty_tables import Killed, KillingTable
from tests.lambda_src.websocket_api.sockets import CONNECTION_SECONDS, Stage
from websocket_api import keys
from websocket_api.channel_heads import KEEP_SECONDS, Position
from websocket_api.history import HistoryPolicy
from websocket_api.management import YOUNG_CONNECTION_SECONDS
from websocket_api.testing.memory_table import MemoryTable

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST_CONNECTION_SECONDS = 7200
LEAVE_AFTER_SECONDS = 10
Kill = tuple[int, bool] | None
"""At which write, and whether after it was done."""

HISTORY = HistoryPolicy(messages=4, seconds=600)

CHANNELS = st.sampled_from(["blue", "red#/"])
USERS = st.sampled_from([None, "ann", "bob#"])
KILLS = st.none() | st.tuples(st.integers(0, 6), st.booleans())

WHICH = st.integers(0, 9)
"""Which of the connections there are, counted round."""


@dataclass(slots=True)
class Client:
    """What is certain of a connection: None where a killed invocation left it open."""

    connection_id: str
    user: str | None
    opened_at: float
    is_open: bool
    subscribed: dict[str, bool | None] = field(default_factory=dict)


@dataclass(slots=True)
class Published:
    """What is certain of a channel's messages."""

    epoch: str = ""
    times: dict[int, float] = field(default_factory=dict)
    """When each was published whose publish has returned, by its offset."""
    was_killed: bool = False
    """Whether a publish was killed, so that there may be an offset without a message."""


class Invocations(RuleBasedStateMachine):
    """Functions of an application that run one after the other, and are killed at any write."""

    def __init__(self) -> None:
        super().__init__()
        memory = MemoryTable(page_bytes=100)
        self.table = KillingTable(memory)
        self.stage = Stage(
            self.table,
            history=HISTORY,
            presence=True,
            leave_after_seconds=LEAVE_AFTER_SECONDS,
            shards=4,
        )
        # What expires does so by the clock of the stage.
        self.memory = self.stage.memory = memory
        memory._clock = self.stage.clock
        self.clients: list[Client] = []
        self.published: dict[str, Published] = {}

    def run(self, invocation: Callable[[], Any], kill: Kill) -> Any:
        """Return what an invocation returns; None if it was killed."""
        if kill is not None:
            self.table.writes_left, self.table.kills_after_the_write = kill
        try:
            return invocation()
        except Killed:
            # It may have been about to remove the rows of one that it found gone.
            for client in self.clients:
                if not client.is_open:
                    client.subscribed = dict.fromkeys(client.subscribed)
            return None
        finally:
            self.table.writes_left = None

    def survives(self, invocation: Callable[[], Any], kill: Kill) -> bool:
        """Return whether an invocation has come to its end."""
        return self.run(lambda: (invocation(), True), kill) is not None

    @initialize(users=st.lists(USERS, min_size=2, max_size=3))
    def begin(self, users: list[str | None]) -> None:
        for user in users:
            self.connect(user, None)
            self.subscribe(-1, "blue", None)
        for _ in range(3):
            self.publish("blue", None)

    @rule(user=USERS, kill=KILLS)
    def connect(self, user: str | None, kill: Kill) -> None:
        connection_id = f"c{len(self.clients)}"
        client = Client(connection_id, user, self.stage.clock(), is_open=True)
        self.clients.append(client)
        if not self.survives(lambda: self.stage.open(connection_id, user=user), kill):
            self.close(client)

    @rule(which=WHICH, channel=CHANNELS, kill=KILLS)
    def subscribe(self, which: int, channel: str, kill: Kill) -> None:
        client = self.client(which)
        if not client.is_open:
            return
        client.subscribed[channel] = None

        def invocation() -> Position | None:
            return self.stage.channels.subscribe(
                client.connection_id,
                channel,
                user=client.user,
                ttl=int(client.opened_at) + CONNECTION_SECONDS,
            )

        if self.run(invocation, kill) is not None:
            client.subscribed[channel] = True

    @rule(which=WHICH, channel=CHANNELS, kill=KILLS)
    def unsubscribe(self, which: int, channel: str, kill: Kill) -> None:
        client = self.client(which)
        if not client.is_open:
            return
        client.subscribed[channel] = None
        channels = self.stage.channels
        if self.survives(lambda: channels.unsubscribe(client.connection_id, channel), kill):
            client.subscribed[channel] = False

    @rule(which=WHICH)
    def vanish(self, which: int) -> None:
        self.close(self.client(which))

    @rule(which=WHICH, kill=KILLS)
    def disconnect(self, which: int, kill: Kill) -> None:
        client = self.client(which)
        self.close(client)
        client.subscribed = dict.fromkeys(client.subscribed)
        if self.survives(lambda: self.stage.channels.disconnect(client.connection_id), kill):
            assert not self.rows_of(client)

    @rule(channel=CHANNELS, kill=KILLS)
    def publish(self, channel: str, kill: Kill) -> None:
        published = self.published.setdefault(channel, Published())
        report = self.run(lambda: self.stage.channels.channel(channel).publish("hello"), kill)
        received = {
            client.connection_id: sum(
                frame["type"] == "message"
                for frame in self.stage.sockets.frames(client.connection_id)
            )
            for client in self.clients
            if client.is_open
        }
        assert set(received.values()) <= {0, 1}
        if report is None:
            published.was_killed = True
            return
        if report.epoch != published.epoch:
            published.epoch, published.times = report.epoch, {}
        published.times[report.offset] = self.stage.clock()
        for client in self.clients:
            is_subscribed = client.subscribed.get(channel, False)
            if client.is_open and is_subscribed is not None:
                assert received[client.connection_id] == is_subscribed
            age = self.stage.clock() - client.opened_at
            is_known_gone = YOUNG_CONNECTION_SECONDS <= age < CONNECTION_SECONDS
            if is_known_gone and is_subscribed and not client.is_open:
                assert not self.rows_of(client)

    @rule(which=WHICH, channel=CHANNELS, missed=st.integers(1, 6))
    def resume(self, which: int, channel: str, missed: int) -> None:
        client, published = self.client(which), self.published.get(channel)
        if not client.is_open or client.subscribed.get(channel) is not True or published is None:
            return
        since = max(0, max(published.times, default=0) - missed)
        resumption = self.stage.channels.channel(channel).resume(
            client.connection_id, published.epoch, since
        )
        frames = self.stage.sockets.frames(client.connection_id)
        offsets = [frame["offset"] for frame in frames if frame["type"] == "message"]
        assert offsets == sorted(set(offsets))
        assert len(offsets) == resumption.replayed
        wanted = [offset for offset in published.times if offset > since]
        if resumption.complete:
            assert set(wanted) <= set(offsets)
        elif not published.was_killed:
            ages = [self.stage.clock() - published.times[offset] for offset in wanted]
            assert len(wanted) > HISTORY.messages or max(ages) > HISTORY.seconds

    @rule(channel=CHANNELS)
    def list_members(self, channel: str) -> None:
        # Those who have just left count as members until this has passed.
        self.stage.clock.advance(LEAVE_AFTER_SECONDS)
        members = set(self.stage.channels.channel(channel).members().members)
        certain, possible = set(), set()
        for client in self.clients:
            is_subscribed = client.subscribed.get(channel, False)
            if client.is_open and is_subscribed:
                certain.add(client.user)
            if is_subscribed is not False:
                possible.add(client.user)
        assert certain - {None} <= members <= possible

    @rule(channel=CHANNELS, kill=KILLS)
    def settle(self, channel: str, kill: Kill) -> None:
        self.run(lambda: self.stage.channels.channel(channel).settle(), kill)

    @rule(channel=CHANNELS, shards=st.sampled_from([1, 2, 4]))
    def grow(self, channel: str, shards: int) -> None:
        self.stage.channels.channel(channel).grow(shards)

    @rule(seconds=st.sampled_from([1, LEAVE_AFTER_SECONDS, 300, 3600]), sweeps=st.booleans())
    def wait(self, seconds: float, sweeps: bool) -> None:  # noqa: FBT001 - hypothesis draws it
        self.stage.clock.advance(seconds)
        for client in self.clients:
            if self.stage.clock() - client.opened_at >= LONGEST_CONNECTION_SECONDS:
                self.close(client)
        if sweeps:
            self.memory.sweep()

    @invariant()
    def every_row_expires(self) -> None:
        assert all(isinstance(row.get(keys.TTL_ATTRIBUTE), int) for row in self.memory.rows())

    @invariant()
    def whatever_a_connection_has_elsewhere_is_known_under_it(self) -> None:
        rows = {(str(row["pk"]), str(row["sk"])): row for row in self.memory.rows()}
        for partition, sort_key in rows:
            if partition.startswith("SHARD#") and sort_key.startswith(keys.MEMBER_PREFIX):
                _, shard, channel = partition.split("#", 2)
                connection_id = keys.parse_member_sort_key(sort_key)[1]
                known = rows[f"CONNECTION#{connection_id}", f"SUBSCRIPTION#{channel}"]
                assert str(known["shard"]) == shard
            elif partition.startswith("USER#"):
                assert rows[sort_key, sort_key]["user"] == partition.removeprefix("USER#")

    def teardown(self) -> None:
        """Let everybody vanish: 410s leave nothing in the channels, $disconnect nothing else."""
        for client in self.clients:
            self.close(client)
        self.stage.clock.advance(YOUNG_CONNECTION_SECONDS)
        self.memory.sweep()
        for channel in ("blue", "red#/"):
            self.stage.channels.channel(channel).publish("is anybody there?")
        left = {str(row["pk"]).partition("#")[0] for row in self.memory.rows()}
        assert not any(str(row["sk"]).startswith(keys.MEMBER_PREFIX) for row in self.memory.rows())
        assert left <= {"CONNECTION", "SHARD", "USER", "CHANNEL", "HISTORY"}
        for client in self.clients:
            self.stage.channels.disconnect(client.connection_id)
            assert not self.rows_of(client)
        self.stage.clock.advance(KEEP_SECONDS + CONNECTION_SECONDS)
        self.memory.sweep()
        assert self.memory.rows() == []

    def client(self, which: int) -> Client:
        return self.clients[which % len(self.clients)]

    def close(self, client: Client) -> None:
        client.is_open = False
        self.stage.sockets.inboxes.pop(client.connection_id, None)

    def rows_of(self, client: Client) -> list[Any]:
        """Return the rows in which a connection's ID is the end of a key."""
        return [
            row
            for row in self.memory.rows()
            if row["pk"] == f"CONNECTION#{client.connection_id}"
            or str(row["sk"]).endswith(f"#{client.connection_id}")
        ]


def test_killed_invocations_leave_nothing_that_is_not_mended() -> None:
    run_state_machine_as_test(
        Invocations,
        settings=settings(max_examples=150, stateful_step_count=30, deadline=None, database=None),
    )
