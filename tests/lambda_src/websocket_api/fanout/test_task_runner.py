from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.lambda_src.websocket_api.fanout.fan_out_stage import CHANNEL, FanOutStage
from websocket_api import keys
from websocket_api.fanout import task_runner
from websocket_api.fanout.task import MAXIMUM_AGE_SECONDS, MAXIMUM_HOPS
from websocket_api.fanout.task_runner import TaskExpired
from websocket_api.management import YOUNG_CONNECTION_SECONDS

if TYPE_CHECKING:
    from websocket_api.fanout.task import Task


def published(subscribers: int, **settings: object) -> tuple[FanOutStage, Task]:
    """Return a stage on whose queue a message is for all subscribers, and the task."""
    stage = FanOutStage(threshold=0, **settings)  # type: ignore[arg-type]  # a test's own choice
    stage.join_all(subscribers)
    stage.channel.publish("hello", message_id="m1")
    (message,) = stage.queue.messages.values()
    return stage, message.task


def test_gone_connection_is_removed_from_its_shard() -> None:
    stage, _ = published(3)
    stage.clock.advance(YOUNG_CONNECTION_SECONDS)
    stage.vanish("c0001")
    stage.work()
    assert stage.received() == {"c0000": 1, "c0002": 1}
    assert not any("c0001" in str(row["sk"]) for row in stage.memory.rows())


def test_task_ends_with_all_read_and_nobody_waiting() -> None:
    stage, _ = published(7)
    stage.work()
    (row,) = stage.tasks()
    assert (row["is_done"], row["is_read"], row["waiting"], row["subscribed"]) == (1, 1, "{}", 7)


def test_throttled_subscriber_does_not_hold_up_those_who_follow() -> None:
    stage, _ = published(40, posts_per_second=2)
    stage.sockets.throttled["c0000"] = 8
    stage.work_off()
    assert set(stage.received().values()) == {1}
    posts = stage.sockets.posts
    assert posts.index("c0002") < len(posts) - posts[::-1].index("c0000") - 1


def test_subscribers_who_alone_are_left_are_tried_again_a_while_later() -> None:
    stage, _ = published(2)
    stage.sockets.throttled["c0000"] = 20
    assert stage.work() == 1
    (message,) = stage.queue.messages.values()
    assert message.visible_at == stage.clock() + task_runner.RETRY_SECONDS
    assert message.task.hops == 1
    stage.work_off()
    assert stage.received() == {"c0000": 1, "c0001": 1}


def test_subscriber_who_takes_nothing_is_given_up_in_the_end(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    stage, _ = published(2)
    began = stage.clock()
    stage.sockets.throttled["c0000"] = 10**6
    stage.work_off()
    assert 60 < stage.clock() - began < 240
    assert stage.received() == {"c0000": 0, "c0001": 1}
    assert stage.queue.dead == []
    (given_up,) = [each for each in caplog.records if each.message == "connections were given up"]
    assert given_up.__dict__["connections"] == 1
    assert caplog.records[-1].__dict__["throttled"] == 1


def test_worker_whose_time_is_over_goes_on_by_another_message() -> None:
    stage, _ = published(300, posts_per_second=5)
    assert stage.work() > 1
    assert set(stage.received().values()) == {1}


def test_worker_without_time_for_anything_leaves_the_message_to_another() -> None:
    stage, _ = published(3, worker_seconds=task_runner.ENDING_SECONDS)
    stage.work()
    assert (stage.tasks(), stage.sockets.posts) == ([], [])
    stage.worker_seconds = 30
    stage.work_off()
    assert set(stage.received().values()) == {1}


def test_worker_with_hardly_any_time_gets_on_all_the_same() -> None:
    stage, _ = published(30, posts_per_second=5, worker_seconds=task_runner.ENDING_SECONDS + 1)
    stage.work_off()
    assert set(stage.received().values()) == {1}
    assert stage.queue.dead == []


def test_message_that_is_too_old_ends_among_the_dead_letters(
    caplog: pytest.LogCaptureFixture,
) -> None:
    stage, _ = published(3)
    stage.clock.advance(MAXIMUM_AGE_SECONDS)
    stage.work_off()
    assert set(stage.received().values()) == {0}
    assert len(stage.queue.dead) == 1
    assert caplog.records[0].exc_info is not None
    assert caplog.records[0].exc_info[0] is TaskExpired


def test_task_that_would_go_on_forever_ends_among_the_dead_letters() -> None:
    stage, task = published(3)
    stage.queue.messages.clear()
    for _ in range(MAXIMUM_HOPS + 1):
        task = task.next_hop()
    stage.queue.put(task.body())
    stage.work_off()
    assert len(stage.queue.dead) == 1


def test_task_that_is_too_old_and_done_is_no_dead_letter() -> None:
    stage, task = published(3)
    stage.work()
    stage.queue.put(task.body())
    stage.clock.advance(MAXIMUM_AGE_SECONDS)
    stage.work()
    assert (stage.queue.messages, stage.queue.dead) == ({}, [])


def test_worker_that_cannot_go_on_by_another_message_leaves_its_own_on_the_queue() -> None:
    stage, _ = published(300, posts_per_second=5)
    stage.queue.refused = 1
    message = stage.queue.receive()
    assert message is not None
    assert not stage.invoke(message)
    stage.work_off()
    assert set(stage.received().values()) == {1}
    assert stage.queue.dead == []


@pytest.mark.parametrize(("crowded", "shards"), [(False, 2), (True, 4)])
def test_channel_grows_when_its_newest_shard_is_crowded(
    monkeypatch: pytest.MonkeyPatch,
    crowded: bool,  # noqa: FBT001 - a parameter of the test
    shards: int,
) -> None:
    stage = FanOutStage(threshold=1, shards=16)
    stage.join_all(30)
    stage.channel.grow(2)
    monkeypatch.setattr(task_runner, "SUBSCRIBERS_PER_SHARD", 3 if crowded else 30)
    for number in range(10):
        stage.join(f"d{number}", CHANNEL)
    stage.channel.publish("hello")
    stage.work()
    assert stage.channels._parts.heads.read(CHANNEL).shards == shards


def test_crowded_older_shard_has_nothing_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(task_runner, "SUBSCRIBERS_PER_SHARD", 3)
    stage = FanOutStage(threshold=1, shards=16)
    stage.join_all(30)
    stage.channel.grow(2)
    stage.channel.publish("hello")
    stage.work()
    assert stage.channels._parts.heads.read(CHANNEL).shards == 2


def test_channel_that_has_all_its_shards_grows_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(task_runner, "SUBSCRIBERS_PER_SHARD", 3)
    stage = FanOutStage(threshold=1, shards=1)
    stage.join_all(30)
    stage.channel.publish("hello")
    stage.work()
    assert stage.channels._parts.heads.read(CHANNEL).shards == 1


def test_subscribers_before_the_threshold_count_for_growth(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(task_runner, "SUBSCRIBERS_PER_SHARD", 9)
    stage = FanOutStage(threshold=5, shards=16)
    stage.join_all(10)
    stage.channel.publish("hello")
    stage.work()
    assert stage.channels._parts.heads.read(CHANNEL).shards == 2


def test_nobody_is_sent_to_whose_subscription_has_expired() -> None:
    stage, _ = published(5)
    row = next(each for each in stage.memory.rows() if each["sk"] == "MEMBER##c0002")
    stage.memory.put({**row, keys.TTL_ATTRIBUTE: 1})
    stage.work()
    assert stage.received()["c0002"] == 0


def test_waiting_subscribers_never_make_a_row_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(task_runner, "MAXIMUM_WAITING_BYTES", 60)
    stage, _ = published(12)
    stage.sockets.throttled = {f"c{number:04}": 4 + number for number in range(12)}
    longest = 0
    message = stage.queue.receive()
    while message is not None or stage.queue.messages:
        if message is not None:
            stage.invoke(message)
        longest = max([longest, *(len(str(row["waiting"])) for row in stage.tasks())])
        stage.clock.advance(1)
        message = stage.queue.receive()
    assert set(stage.received().values()) == {1}
    assert 0 < longest <= 62


def test_frames_that_send_nothing_are_sent_to_everybody() -> None:
    stage = FanOutStage(threshold=0)
    stage.join_all(3)
    stage.channel.send(())
    assert stage.work() == 1
    assert stage.tasks()[0]["is_done"]
