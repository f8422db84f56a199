from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.lambda_src.websocket_api.fanout.fan_out_stage import CHANNEL, FanOutStage
from websocket_api.fanout import fan_out
from websocket_api.history import HistoryPolicy
from websocket_api.oversize import Chunk

if TYPE_CHECKING:
    import pytest

    from websocket_api.delivery import DeliveryReport


def counts(report: DeliveryReport) -> tuple[int, int, int]:
    return (report.delivered, report.queued, report.queued_shards)


def test_small_channel_is_sent_to_in_place() -> None:
    stage = FanOutStage(threshold=3)
    stage.join_all(2)
    assert counts(stage.channel.publish("hello")) == (2, 0, 0)
    assert stage.queue.messages == {}


def test_those_over_the_threshold_are_left_to_a_worker() -> None:
    stage = FanOutStage(threshold=3)
    everybody = stage.join_all(10)
    assert counts(stage.channel.publish("hello")) == (3, 0, 1)
    assert stage.received() == {each: int(each in everybody[:3]) for each in everybody}
    assert stage.work() == 1
    assert set(stage.received().values()) == {1}


def test_nobody_is_sent_to_in_place_with_a_threshold_of_0() -> None:
    stage = FanOutStage(threshold=0)
    stage.join_all(2)
    assert counts(stage.channel.publish("hello")) == (0, 0, 1)
    stage.work()
    assert set(stage.received().values()) == {1}


def test_each_shard_that_is_left_is_one_message() -> None:
    stage = FanOutStage(threshold=3, shards=4)
    stage.channel.grow(4)
    stage.join_all(40)
    assert counts(stage.channel.publish("hello")) == (3, 0, 4)
    assert [each.task.shard for each in stage.queue.messages.values()] == [0, 1, 2, 3]
    stage.work()
    assert set(stage.received().values()) == {1}


def test_shards_of_a_channel_that_has_become_small_are_sent_to_in_place() -> None:
    stage = FanOutStage(threshold=4, shards=4)
    stage.channel.grow(4)
    stage.join_all(3)
    assert counts(stage.channel.publish("hello")) == (3, 0, 0)


def test_pages_that_end_early_are_followed_up_to_the_threshold() -> None:
    stage = FanOutStage(threshold=5)
    stage.memory._page_bytes = 100
    stage.join_all(9)
    assert counts(stage.channel.publish("hello")) == (5, 0, 1)
    stage.work()
    assert set(stage.received().values()) == {1}


def test_workers_send_what_the_publisher_sends() -> None:
    stage = FanOutStage(threshold=1, history=HistoryPolicy())
    first, second, excluded = stage.join_all(3)
    report = stage.channel.publish({"text": "hello"}, exclude=excluded)
    stage.work()
    (frame,) = stage.sockets.frames(first)
    assert [frame] == stage.sockets.frames(second)
    assert (frame["id"], frame["offset"]) == (report.message_id, 1)
    assert stage.sockets.frames(excluded) == []


def test_excluded_connection_gets_nothing_in_place_either() -> None:
    stage = FanOutStage()
    excluded, _ = stage.join_all(2)
    assert counts(stage.channel.publish("hello", exclude=excluded)) == (1, 0, 0)


def test_frames_that_are_too_large_for_the_queue_lie_in_the_table_once() -> None:
    stage = FanOutStage(threshold=0, shards=2, oversize=Chunk())
    stage.channel.grow(2)
    (connection_id, *_) = stage.join_all(4)
    stage.channel.publish("x" * 200_000)
    assert all(len(each.body) < 1000 for each in stage.queue.messages.values())
    frames = [row for row in stage.memory.rows() if str(row["pk"]).startswith("FRAMES#")]
    assert len(frames) > 1
    stage.work()
    received = stage.sockets.frames(connection_id)
    assert [frame["index"] for frame in received] == list(range(len(frames)))
    message = json.loads("".join(frame["data"] for frame in received))
    assert message["data"] == "x" * 200_000


def test_who_cannot_be_reached_in_time_is_left_to_a_worker() -> None:
    stage = FanOutStage(threshold=10)
    throttled, other = stage.join_all(2)
    stage.sockets.throttled[throttled] = 10
    report = stage.channel.publish("hello", deadline=stage.clock() + 3)
    assert counts(report) == (1, 1, 0)
    assert (report.throttled, report.failed) == (0, 0)
    stage.work_off()
    assert stage.received() == {throttled: 1, other: 1}


def test_publish_without_any_time_leaves_everybody_to_workers() -> None:
    stage = FanOutStage(threshold=10, shards=2)
    stage.channel.grow(2)
    stage.join_all(6)
    assert counts(stage.channel.publish("hello", deadline=stage.clock())) == (0, 6, 0)
    assert len(stage.queue.messages) == 2
    stage.work()
    assert set(stage.received().values()) == {1}


def test_lists_of_those_who_were_not_reached_stay_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fan_out, "MAXIMUM_LISTED_BYTES", 100)
    stage = FanOutStage(threshold=10)
    stage.join_all(8)
    assert counts(stage.channel.publish("hello", deadline=stage.clock())) == (0, 8, 0)
    listed = [each.task.subscribers for each in stage.queue.messages.values()]
    assert len(listed) == 2
    assert sum(map(len, listed)) == 8
    stage.work()
    assert set(stage.received().values()) == {1}


def test_shard_that_the_queue_does_not_take_is_sent_to_in_place() -> None:
    stage = FanOutStage(threshold=3, shards=2)
    stage.channel.grow(2)
    stage.join_all(20)
    stage.queue.refused = 1
    report = stage.channel.publish("hello")
    assert (report.queued_shards, len(stage.queue.messages)) == (1, 1)
    stage.work()
    assert set(stage.received().values()) == {1}


def test_those_whom_neither_a_post_nor_the_queue_took_are_counted_and_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    stage = FanOutStage(threshold=10)
    stage.join_all(2)
    stage.queue.refused = 1
    report = stage.channel.publish("hello", message_id="m1", deadline=stage.clock())
    assert (report.queued, report.failed) == (0, 2)
    (record,) = caplog.records
    assert record.__dict__["messageId"] == "m1"
    assert record.__dict__["connections"] == 2


def test_message_that_is_published_again_is_not_sent_again_by_workers() -> None:
    stage = FanOutStage(threshold=1)
    first, *others = stage.join_all(8)
    stage.channel.publish("hello", message_id="m1")
    stage.work()
    stage.channel.publish("hello", message_id="m1")
    stage.work()
    assert stage.received() == {first: 2, **dict.fromkeys(others, 1)}
    stage.channel.publish("hello", message_id="m2")
    stage.work()
    assert stage.received() == {first: 3, **dict.fromkeys(others, 2)}


def test_frames_without_an_id_are_never_taken_for_doubles() -> None:
    stage = FanOutStage(threshold=1)
    first, second = stage.join_all(2)
    for _ in range(2):
        stage.channel.send(b'"tick"')
        stage.work()
    assert stage.received() == {first: 2, second: 2}


def test_presence_events_of_large_channels_are_left_to_workers() -> None:
    stage = FanOutStage(threshold=1, presence=True)
    for name in ("ann", "bob", "cyd"):
        stage.join(name, CHANNEL, user=name)
        stage.work()
    assert [frame["user"] for frame in stage.sockets.frames("bob")] == ["cyd"]
    stage.leave("cyd")
    stage.clock.advance(100)
    stage.channel.settle()
    assert len(stage.queue.messages) == 1
    stage.work()
    (left,) = stage.sockets.frames("bob")
    assert (left["type"], left["user"]) == ("leave", "cyd")
