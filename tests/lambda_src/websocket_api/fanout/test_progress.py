from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.lambda_src.websocket_api.faulty_tables import InterleavedTable, WrappedTable
from tests.lambda_src.websocket_api.sockets import START, Clock
from websocket_api import keys
from websocket_api.fanout.progress import KEEP_SECONDS, Claim, Claims, Progress, TaskClaimed
from websocket_api.fanout.task import MAXIMUM_AGE_SECONDS, Task
from websocket_api.table import Key
from websocket_api.testing.memory_table import MemoryTable

if TYPE_CHECKING:
    from websocket_api.table import Table

TASK = Task(
    channel="blue",
    message_id="m",
    published_at_milliseconds=int(START * 1000),
    shard=0,
    part="MEMBER##c3",
    start="MEMBER##c3",
    subscribed=3,
)


@dataclass(slots=True)
class Case:
    clock: Clock = field(default_factory=Clock)
    memory: MemoryTable = field(default_factory=MemoryTable)

    def claim(self, message: str = "q1", *, seconds: float = 30, task: Task = TASK) -> Claim | None:
        return self.claims().claim(task, queue_message_id=message, until=self.clock() + seconds)

    def claims(self, table: Table | None = None) -> Claims:
        return Claims(table or self.memory, clock=self.clock)


def claimed(claim: Claim | None) -> Claim:
    assert claim is not None
    return claim


def test_new_task_begins_where_it_says() -> None:
    progress = claimed(Case().claim()).progress
    assert progress == Progress(position="MEMBER##c3", subscribed=3)
    assert not progress.is_complete


def test_listed_subscribers_wait_and_nobody_is_read() -> None:
    task = Task(
        channel="blue",
        message_id="m",
        published_at_milliseconds=0,
        shard=0,
        part="1",
        subscribers=("MEMBER##a", "MEMBER##b"),
    )
    progress = claimed(Case().claim(task=task)).progress
    assert progress.waiting == {"MEMBER##a": 0, "MEMBER##b": 0}
    assert progress.is_read


def test_who_takes_over_goes_on_where_the_other_has_got_to() -> None:
    case = Case()
    kept = Progress(position="MEMBER##c9", waiting={"MEMBER##c5": 7}, subscribed=9)
    claimed(case.claim()).keep(kept)
    case.clock.advance(31)
    assert claimed(case.claim()).progress == kept


def test_task_is_taken_over_once_its_worker_has_no_time_left() -> None:
    case = Case()
    first = claimed(case.claim(seconds=30))
    case.clock.advance(29.5)
    with pytest.raises(TaskClaimed):
        case.claim()
    case.clock.advance(0.5)
    claimed(case.claim())
    with pytest.raises(TaskClaimed):
        first.keep(Progress(position="late"))
    with pytest.raises(TaskClaimed):
        first.release()


def test_another_message_of_a_task_that_is_worked_on_has_nothing_to_do() -> None:
    case = Case()
    case.claim("q1")
    assert case.claim("q2") is None


def test_another_message_takes_over_what_nobody_works_on() -> None:
    case = Case()
    claimed(case.claim("q1", seconds=30))
    case.clock.advance(30)
    claimed(case.claim("q2"))


def test_released_task_is_taken_over_at_once() -> None:
    case = Case()
    claimed(case.claim("q1")).release()
    claimed(case.claim("q2"))


@pytest.mark.parametrize("message", ["q1", "q2"])
def test_done_task_has_nothing_to_do(message: str) -> None:
    case = Case()
    claimed(case.claim("q1")).keep(Progress(position="", is_read=True))
    case.clock.advance(31)
    assert case.claim(message) is None


def test_tasks_of_other_shards_messages_and_parts_are_others() -> None:
    case = Case()
    common = {"channel": "blue", "published_at_milliseconds": 0}
    for message_id, shard, part in (("m", 0, ""), ("m", 1, ""), ("n", 0, ""), ("m", 0, "x")):
        task = Task(message_id=message_id, shard=shard, part=part, **common)  # type: ignore[arg-type]  # the values are right
        claimed(case.claim(task=task))
    assert len(case.memory.rows()) == 4


def test_row_is_kept_for_longer_than_its_message_can_come() -> None:
    case = Case()
    case.claim()
    (row,) = case.memory.rows()
    assert row[keys.TTL_ATTRIBUTE] == int(START) + MAXIMUM_AGE_SECONDS + KEEP_SECONDS


def test_row_that_expires_while_it_is_looked_at_is_no_task_done() -> None:
    case = Case()
    case.claim()

    class Expiring(WrappedTable):
        def before(self, *, writes: bool) -> None:
            if not writes:
                case.memory.delete(_only_key(case.memory))

    with pytest.raises(TaskClaimed):
        case.claims(Expiring(case.memory)).claim(TASK, queue_message_id="q1", until=START)


@settings(max_examples=60, deadline=None)
@given(schedule=st.lists(st.integers(0, 2), max_size=12), released=st.booleans())
def test_of_all_who_claim_a_task_at_once_one_gets_it(schedule: list[int], released: bool) -> None:  # noqa: FBT001 - hypothesis draws it
    case = Case()
    if released:
        claimed(case.claim("q0")).release()
    table = InterleavedTable(case.memory)
    claims = case.claims(table)
    got: list[Claim] = []

    def claim(message: str) -> None:
        try:
            claim = claims.claim(TASK, queue_message_id=message, until=case.clock() + 30)
        except TaskClaimed:
            return
        if claim is not None:
            got.append(claim)

    table.run(schedule, *(lambda message=name: claim(message) for name in ("q1", "q1", "q2")))
    assert len(got) == 1
    got[0].keep(Progress(position="MEMBER##c4"))


def _only_key(memory: MemoryTable) -> Key:
    (row,) = memory.rows()
    return Key(str(row["pk"]), str(row["sk"]))
