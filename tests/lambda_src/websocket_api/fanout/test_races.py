"""Workers that run at the same time, their calls of the table in any order."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.lambda_src.websocket_api.fanout.fan_out_stage import WORKER_SECONDS, FanOutStage
from tests.lambda_src.websocket_api.faulty_tables import InterleavedTable
from websocket_api.table import Key
from websocket_api.testing.memory_table import MemoryTable

SCHEDULES = st.lists(st.integers(0, 2), max_size=30)
RACES = settings(max_examples=60, deadline=None)
SUBSCRIBERS = 14
POSTS_PER_SECOND = 2
STEP = 4
"""How many subscribers one step sends to, at this rate."""


class Racing(FanOutStage):
    """A stage whose workers run into each other; a message for 14 subscribers is on its queue."""

    def __init__(self, *, worker_seconds: float = WORKER_SECONDS) -> None:
        memory = MemoryTable()
        self.race = InterleavedTable(memory)
        super().__init__(
            self.race,
            threshold=0,
            posts_per_second=POSTS_PER_SECOND,
            worker_seconds=worker_seconds,
        )
        self.memory = memory
        self.join_all(SUBSCRIBERS)
        self.channel.publish("hello", message_id="m1")
        (self.message,) = self.queue.messages.values()

    def expect_everybody_got_it(self, *, doubles: int) -> None:
        counts = self.received()
        assert min(counts.values()) == 1
        assert max(counts.values()) <= 2
        assert sum(counts.values()) <= SUBSCRIBERS + doubles
        assert (self.queue.messages, self.queue.dead) == ({}, [])


@RACES
@given(schedule=SCHEDULES)
def test_message_that_workers_get_twice_at_once_is_sent_once(schedule: list[int]) -> None:
    stage = Racing()
    message = stage.queue.receive()
    assert message is not None
    copy = stage.queue.put(message.body)
    stage.race.run(
        schedule,
        lambda: stage.invoke(message),
        lambda: stage.invoke(message),
        lambda: stage.invoke(copy),
    )
    stage.work_off()
    stage.expect_everybody_got_it(doubles=0)


@RACES
@given(schedule=SCHEDULES)
def test_worker_that_lives_longer_than_its_time_gives_way_to_the_next(schedule: list[int]) -> None:
    stage = Racing()
    message = stage.queue.receive()
    assert message is not None

    def stand_still() -> None:
        stage.race.get(Key("when", "it is my turn"))
        stage.clock.advance(WORKER_SECONDS)

    stage.race.run(
        schedule,
        lambda: stage.invoke(message),
        stand_still,
        lambda: stage.invoke(message),
    )
    stage.work_off()
    stage.expect_everybody_got_it(doubles=STEP)


@RACES
@given(schedule=SCHEDULES)
def test_message_that_goes_on_later_is_not_lost_to_one_that_is_not_over_yet(
    schedule: list[int],
) -> None:
    stage = Racing(worker_seconds=6)
    stage.race.run(schedule, stage.work, stage.work, stage.work)
    stage.work_off()
    stage.expect_everybody_got_it(doubles=0)
