"""Whatever call a publisher or a worker is killed at, everybody gets the message, hardly any twice.

A call is one of the table, of a connection or of the queue.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.lambda_src.websocket_api.fanout.fan_out_stage import CHANNEL, FanOutStage
from tests.lambda_src.websocket_api.fanout.memory_queue import MAXIMUM_RECEIVES, VISIBILITY_SECONDS
from tests.lambda_src.websocket_api.faulty_tables import Killed, WrappedTable
from tests.lambda_src.websocket_api.sockets import Sockets
from websocket_api import keys
from websocket_api.channel_heads import KEEP_SECONDS
from websocket_api.testing.memory_table import MemoryTable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from websocket_api.table import Table

SUBSCRIBERS = 14
THRESHOLD = 3
POSTS_PER_SECOND = 2
STEP = 4
"""How many subscribers one step sends to, at this rate."""


@dataclass(slots=True)
class Killer:
    """Kills who makes one of the next calls, before it is done or after."""

    calls_left: int | None = None
    """How many are let through; None lets all through."""
    kills_after_the_call: bool = False

    def before(self) -> None:
        if self.calls_left == 0 and not self.kills_after_the_call:
            raise Killed

    def after(self) -> None:
        if self.calls_left is not None:
            if self.calls_left == 0:
                raise Killed
            self.calls_left -= 1


class KillableTable(WrappedTable):
    def __init__(self, table: Table, killer: Killer) -> None:
        super().__init__(table)
        self.killer = killer

    def before(self, *, writes: bool) -> None:  # noqa: ARG002 - reads count too
        self.killer.before()

    def after(self, *, writes: bool) -> None:  # noqa: ARG002 - as above
        self.killer.after()


@dataclass(slots=True)
class KillableSockets(Sockets):
    killer: Killer = field(default_factory=Killer)

    def post(self, connection_id: str, data: bytes) -> None:
        self.killer.before()
        Sockets.post(self, connection_id, data)
        self.killer.after()


class KillableStage(FanOutStage):
    """A stage whose publisher or worker is killed wherever a test wants it to be."""

    def __init__(self, **settings: Any) -> None:
        self.killer = Killer()
        memory = MemoryTable()
        super().__init__(
            KillableTable(memory, self.killer),
            sockets=KillableSockets(killer=self.killer),
            threshold=THRESHOLD,
            posts_per_second=POSTS_PER_SECOND,
            **settings,
        )
        self.memory = memory
        memory._clock = self.clock
        self.queue.before_send, self.queue.after_send = self.killer.before, self.killer.after

    def survives(self, invocation: Callable[[], object], calls: int, *, after: bool) -> bool:
        """Return whether an invocation comes to its end that is killed at some call."""
        self.killer.calls_left, self.killer.kills_after_the_call = calls, after
        try:
            invocation()
        except Killed:
            return False
        finally:
            self.killer.calls_left = None
        return True

    def work_once(self) -> None:
        """Invoke the worker with the next message, as soon as one is visible."""
        while (message := self.queue.receive()) is None:
            self.clock.advance(1)
        self.invoke(message)


def kills() -> Iterator[tuple[int, bool]]:
    """Yield each call that a kill can come at, and whether it comes before the call or after."""
    for calls in range(200):
        yield calls, False
        yield calls, True


def joined() -> KillableStage:
    stage = KillableStage()
    stage.join_all(SUBSCRIBERS)
    return stage


def expect_everybody_got_it(stage: KillableStage, *, doubles: int) -> None:
    """Expect one message in every inbox, some doubled, and nothing that does not go by itself."""
    counts = stage.received()
    assert min(counts.values()) == 1
    assert max(counts.values()) <= 2
    assert sum(counts.values()) - len(counts) <= doubles
    for connection_id in counts:
        assert {frame["id"] for frame in stage.sockets.frames(connection_id)} == {"m1"}
    assert (stage.queue.messages, stage.queue.dead) == ({}, [])
    assert all(isinstance(row[keys.TTL_ATTRIBUTE], int) for row in stage.memory.rows())


def kill_everywhere(survives: Callable[[int, bool], bool]) -> int:
    """Call a function with every kill until it survives one; return how many calls it made."""
    for calls, after in kills():
        if survives(calls, after):
            return calls
    raise AssertionError("it never survives")


def test_worker_that_is_killed_is_taken_over_and_nobody_is_left_out() -> None:
    def survives(calls: int, after: bool) -> bool:  # noqa: FBT001 - the second half of a kill
        stage = joined()
        stage.channel.publish("hello", message_id="m1")
        survived = stage.survives(stage.work_once, calls, after=after)
        stage.work_off()
        expect_everybody_got_it(stage, doubles=STEP)
        return survived

    assert kill_everywhere(survives) > SUBSCRIBERS - THRESHOLD


def test_publisher_that_is_killed_publishes_again_and_nobody_is_left_out() -> None:
    def survives(calls: int, after: bool) -> bool:  # noqa: FBT001 - as above
        stage = joined()

        def publish() -> None:
            stage.channel.publish("hello", message_id="m1")

        survived = stage.survives(publish, calls, after=after)
        stage.work_off()
        if not survived:
            publish()
            stage.work_off()
        expect_everybody_got_it(stage, doubles=THRESHOLD)
        return survived

    assert kill_everywhere(survives) > THRESHOLD


def test_message_that_comes_again_at_once_after_a_kill_waits_for_its_turn() -> None:
    def survives(calls: int, after: bool) -> bool:  # noqa: FBT001 - as above
        stage = joined()
        stage.channel.publish("hello", message_id="m1")
        message = stage.queue.receive()
        assert message is not None
        survived = stage.survives(lambda: stage.invoke(message), calls, after=after)
        posts = len(stage.sockets.posts)
        if not survived and stage.tasks():
            assert stage.invoke(message) == bool(stage.tasks()[0]["is_done"])
            assert len(stage.sockets.posts) == posts
        stage.work_off()
        expect_everybody_got_it(stage, doubles=STEP)
        return survived

    kill_everywhere(survives)


class Broadcasts(RuleBasedStateMachine):
    """Broadcasts by workers that are killed, to subscribers who come, go and stall."""

    def __init__(self) -> None:
        super().__init__()
        self.stage = KillableStage(shards=4)
        self.certain: dict[str, set[str]] = {}
        """Of each message, who has to get it: those who were there before and never left."""
        self.got: dict[str, Counter[str]] = {}
        self.opened = 0

    @initialize(count=st.integers(2, 9), grows=st.booleans())
    def begin(self, count: int, grows: bool) -> None:  # noqa: FBT001 - hypothesis draws it
        if grows:
            self.stage.channel.grow(2)
        for _ in range(count):
            self.join()

    @rule()
    def join(self) -> None:
        connection_id = f"c{self.opened}"
        self.opened += 1
        self.stage.join(connection_id, CHANNEL)
        self.got[connection_id] = Counter()

    @precondition(lambda self: self.got)
    @rule(which=st.integers(0, 20), says_so=st.booleans())
    def go(self, which: int, says_so: bool) -> None:  # noqa: FBT001 - hypothesis draws it
        connection_id = self.one_of(which)
        del self.got[connection_id]
        for everybody in self.certain.values():
            everybody.discard(connection_id)
        (self.stage.leave if says_so else self.stage.vanish)(connection_id)

    @precondition(lambda self: self.got)
    @rule(which=st.integers(0, 20), posts=st.integers(1, 6))
    def stall(self, which: int, posts: int) -> None:
        self.stage.sockets.throttled[self.one_of(which)] = posts

    @rule(refused=st.integers(0, 1))
    def publish(self, refused: int) -> None:
        message_id = f"m{len(self.certain)}"
        self.certain[message_id] = set(self.got)
        self.stage.queue.refused = refused
        deadline = self.stage.clock() + 20
        self.stage.channel.publish("hello", message_id=message_id, deadline=deadline)

    @precondition(lambda self: self.stage.queue.messages)
    @rule(
        calls=st.none() | st.integers(0, 20),
        after=st.booleans(),
        twice=st.booleans(),
    )
    def work(self, calls: int | None, after: bool, twice: bool) -> None:  # noqa: FBT001 - as above
        message = self.stage.queue.receive()
        if message is None:
            return
        if calls is None or message.receives > MAXIMUM_RECEIVES - 2:
            self.stage.invoke(message)
        else:
            self.stage.survives(lambda: self.stage.invoke(message), calls, after=after)
        if twice:
            self.stage.invoke(message)

    @rule(seconds=st.sampled_from([1, 5, VISIBILITY_SECONDS]))
    def wait(self, seconds: float) -> None:
        self.stage.clock.advance(seconds)

    @invariant()
    def collect(self) -> None:
        for connection_id, got in self.got.items():
            got.update(frame["id"] for frame in self.stage.sockets.frames(connection_id))

    def teardown(self) -> None:
        self.stage.sockets.throttled.clear()
        self.stage.work_off()
        self.collect()
        for message_id, everybody in self.certain.items():
            assert all(self.got[each][message_id] for each in everybody)
        assert self.stage.queue.dead == []
        for connection_id in list(self.got):
            self.stage.leave(connection_id)
        self.stage.clock.advance(KEEP_SECONDS + 8000)
        self.stage.memory.sweep()
        assert self.stage.memory.rows() == []

    def one_of(self, which: int) -> str:
        return list(self.got)[which % len(self.got)]


def test_everybody_who_stays_gets_every_message_whatever_happens_to_workers() -> None:
    run_state_machine_as_test(
        Broadcasts,
        settings=settings(max_examples=60, stateful_step_count=25, deadline=None, database=None),
    )
