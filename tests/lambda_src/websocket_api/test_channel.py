from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.lambda_src.websocket_api.sockets import Stage
from websocket_api import broadcast as broadcast_module
from websocket_api.channel import NoHistory, Resumption
from websocket_api.channel_heads import Position
from websocket_api.delivery import DeliveryReport
from websocket_api.history import HistoryPolicy
from websocket_api.keys import InvalidMessageId
from websocket_api.management import YOUNG_CONNECTION_SECONDS
from websocket_api.oversize import Chunk, MessageTooLarge, Pointer

if TYPE_CHECKING:
    from websocket_api.channel import Channel

HISTORY = HistoryPolicy(messages=5, seconds=100)


@dataclass(frozen=True, slots=True)
class Say:
    text: str


@dataclass(frozen=True, slots=True)
class Someone:
    id: str


@pytest.fixture
def stage() -> Stage:
    return Stage(history=HISTORY)


@pytest.fixture
def channel(stage: Stage) -> Channel:
    return stage.channels.channel("room", "blue")


def texts(stage: Stage, connection_id: str) -> list[Any]:
    return [frame["data"] for frame in stage.sockets.frames(connection_id)]


def test_message_reaches_all_subscribers_of_the_channel_alone(
    stage: Stage, channel: Channel
) -> None:
    stage.join("a", "room/blue")
    stage.join("b", "room/blue", user="bob")
    stage.join("c", "room/bluer")
    stage.open("d")
    report = channel.publish(Say("hello"))
    (frame,) = stage.sockets.frames("a")
    assert frame == {
        "type": "message",
        "channel": "room/blue",
        "id": report.message_id,
        "epoch": report.epoch,
        "offset": 1,
        "data": {"text": "hello"},
    }
    assert stage.sockets.frames("b") == [frame]
    assert stage.sockets.frames("c") == stage.sockets.frames("d") == []
    assert report == DeliveryReport(
        delivered=2, message_id=frame["id"], epoch=frame["epoch"], offset=1
    )


@pytest.mark.parametrize("exclude", ["a", Someone("a")])
def test_excluded_connection_gets_nothing(
    stage: Stage, channel: Channel, exclude: str | Someone
) -> None:
    stage.join("a", "room/blue")
    stage.join("b", "room/blue")
    assert channel.publish("hello", exclude=exclude).delivered == 1
    assert stage.sockets.posts == ["b"]


def test_channel_without_subscribers_is_published_to_all_the_same(channel: Channel) -> None:
    report = channel.publish("hello")
    assert (report.delivered, report.offset) == (0, 1)


def test_message_with_an_impossible_id_reaches_nobody(stage: Stage, channel: Channel) -> None:
    stage.join("a", channel.name)
    with pytest.raises(InvalidMessageId):
        channel.publish("hello", message_id="x" * 257)
    assert stage.sockets.posts == []


def test_message_id_that_is_given_is_kept(stage: Stage, channel: Channel) -> None:
    stage.join("a", "room/blue")
    for _ in range(2):
        assert channel.publish("hello", message_id="m1").message_id == "m1"
    assert [frame["id"] for frame in stage.sockets.frames("a")] == ["m1", "m1"]


def test_channels_without_a_history_number_nothing() -> None:
    stage = Stage()
    assert stage.join("a", "blue") is None
    report = stage.channels.channel("blue").publish("hello")
    assert (report.epoch, report.offset) == (None, None)
    assert sorted(stage.sockets.frames("a")[0]) == ["channel", "data", "id", "type"]
    assert {str(row["pk"]) for row in stage.memory.rows()} == {"CONNECTION#a", "SHARD#0#blue"}


def test_messages_of_one_caller_arrive_in_the_order_of_their_offsets(
    stage: Stage, channel: Channel
) -> None:
    for connection_id in "abc":
        stage.join(connection_id, "room/blue")
    stage.sockets.throttled = {"b": 3}
    for number in range(10):
        channel.publish(number)
    for connection_id in "abc":
        frames = stage.sockets.frames(connection_id)
        assert [(frame["offset"], frame["data"]) for frame in frames] == [
            (number + 1, number) for number in range(10)
        ]


def test_bad_connections_are_reported_and_the_rest_is_sent_to(
    stage: Stage, channel: Channel
) -> None:
    for connection_id in ("good", "gone", "full", "broken"):
        stage.join(connection_id, "room/blue")
    stage.clock.advance(YOUNG_CONNECTION_SECONDS)
    stage.vanish("gone")
    stage.sockets.throttled = {"full": 99}
    stage.sockets.broken = {"broken": [OSError("1"), OSError("2")]}
    report = channel.publish("hello")
    assert (report.delivered, report.gone, report.throttled, report.failed) == (1, 1, 1, 1)
    assert texts(stage, "good") == ["hello"]
    assert stage.connections.get("gone") is None
    assert channel.publish("again").gone == 0


def test_subscriber_to_which_no_row_leads_is_removed_once_it_is_gone(
    stage: Stage, channel: Channel
) -> None:
    stage.table.put(
        {"pk": "SHARD#0#room/blue", "sk": "MEMBER#ann#a", "ttl": int(stage.clock()) + 100}
    )
    assert channel.publish("hello").gone == 1
    assert channel.publish("hello").gone == 0


def test_deadline_holds_for_all_of_a_publish(stage: Stage, channel: Channel) -> None:
    for connection_id in "abc":
        stage.join(connection_id, "room/blue")
    stage.sockets.throttled = dict.fromkeys("abc", 99)
    begun = stage.clock()
    assert channel.publish("hello", deadline=begun + 3).throttled == 3
    assert stage.clock() < begun + 3


def test_message_that_is_no_json_or_too_large_changes_nothing(
    stage: Stage, channel: Channel
) -> None:
    stage.join("a", "room/blue")
    before = stage.memory.rows()
    with pytest.raises(TypeError, match="set cannot be sent as JSON"):
        channel.publish({1})
    with pytest.raises(MessageTooLarge):
        channel.publish("x" * 131_072)
    assert stage.memory.rows() == before
    assert stage.sockets.posts == []


def test_large_message_arrives_in_chunks_and_is_replayed_in_chunks() -> None:
    stage = Stage(history=HISTORY, oversize=Chunk())
    start = stage.join("a", "blue")
    channel = stage.channels.channel("blue")
    large = "x" * 300_000
    assert channel.publish(large).delivered == 1
    sent = stage.sockets.frames("a")
    message = json.loads("".join(chunk["data"] for chunk in sent))
    assert (message["data"], message["offset"]) == (large, 1)
    assert channel.resume("a", start.epoch, 0).replayed == 1
    assert stage.sockets.frames("a") == sent


def test_large_message_arrives_as_a_pointer_and_is_replayed_as_one() -> None:
    class Objects:
        def put(self, key: str, data: bytes) -> None:
            kept[key] = data

        def url(self, key: str) -> str:
            return f"https://example.com/{key}"

    kept: dict[str, bytes] = {}
    stage = Stage(history=HISTORY, oversize=Pointer(Objects()))
    start = stage.join("a", "blue")
    channel = stage.channels.channel("blue")
    report = channel.publish("x" * 300_000)
    (frame,) = stage.sockets.frames("a")
    assert frame["url"] == f"https://example.com/{report.message_id}.json"
    assert len(kept) == 1
    assert channel.resume("a", start.epoch, 0).complete
    assert stage.sockets.frames("a") == [frame]


def test_frames_are_sent_as_they_are(stage: Stage, channel: Channel) -> None:
    for connection_id in "ab":
        stage.join(connection_id, "room/blue")
    assert channel.send([b"1", b"2"], exclude="a") == DeliveryReport(delivered=1)
    assert stage.sockets.inboxes == {"a": [], "b": [b"1", b"2"]}
    assert stage.channels.channel("room/blue").publish("x").offset == 1


def test_client_that_comes_back_gets_what_it_missed(stage: Stage, channel: Channel) -> None:
    position = stage.join("a", "room/blue")
    for number in range(5):
        report = channel.publish(number)
        if number == 1:
            position = Position(report.epoch or "", report.offset or 0)
            stage.leave("a")
    stage.join("b", "room/blue")
    assert channel.resume("b", position.epoch, position.offset) == Resumption(
        complete=True, replayed=3, position=Position(position.epoch, 5)
    )
    assert texts(stage, "b") == [2, 3, 4]
    assert channel.publish("next").offset == 6
    assert texts(stage, "b") == ["next"]


def test_client_that_missed_too_much_gets_the_rest_and_is_told(
    stage: Stage, channel: Channel
) -> None:
    position = stage.join("a", "room/blue")
    for number in range(8):
        channel.publish(number, exclude="a")
    resumption = channel.resume("a", position.epoch, 0)
    assert (resumption.complete, resumption.replayed) == (False, 5)
    assert texts(stage, "a") == [3, 4, 5, 6, 7]


def test_client_of_a_forgotten_channel_is_told(stage: Stage, channel: Channel) -> None:
    stage.join("a", "room/blue")
    resumption = channel.resume("a", "forgotten", 0)
    assert (resumption.complete, resumption.replayed) == (False, 0)
    assert channel.resume("a", resumption.position.epoch, resumption.position.offset) == Resumption(
        complete=True, replayed=0, position=resumption.position
    )


def test_replay_that_breaks_off_says_how_far_it_got(stage: Stage, channel: Channel) -> None:
    position = stage.join("a", "room/blue")
    for number in range(4):
        channel.publish(number, exclude="a")

    class BreaksOff(dict[str, int]):
        def get(self, key: str, default: Any = None) -> Any:
            return 99 if len(stage.sockets.inboxes[key]) == 2 else default

    stage.sockets.throttled = BreaksOff(a=99)
    resumption = channel.resume("a", position.epoch, 0)
    assert resumption == Resumption(
        complete=False, replayed=2, position=Position(position.epoch, 2)
    )
    stage.sockets.throttled = {}
    assert channel.resume("a", position.epoch, resumption.position.offset).complete
    assert texts(stage, "a") == [0, 1, 2, 3]


def test_replay_to_a_gone_connection_ends_at_once(stage: Stage, channel: Channel) -> None:
    position = stage.join("a", "room/blue")
    for number in range(4):
        channel.publish(number)
    stage.vanish("a")
    stage.sockets.posts.clear()
    resumption = channel.resume("a", position.epoch, 1)
    assert resumption == Resumption(
        complete=False, replayed=0, position=Position(position.epoch, 1)
    )
    assert stage.sockets.posts == ["a"]


def test_channels_without_a_history_replay_nothing() -> None:
    with pytest.raises(NoHistory, match="keeps no history"):
        Stage().channels.channel("blue").resume("a", "e", 0)


def test_channel_grows_with_its_subscribers_up_to_its_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broadcast_module, "SUBSCRIBERS_PER_SHARD", 10)
    stage = Stage(shards=4)
    channel = stage.channels.channel("blue")
    shards_after: list[int] = []
    joined = 0
    for subscribers in (10, 11, 20, 25, 200, 220):
        while joined < subscribers:
            stage.join(f"c{joined}", "blue")
            joined += 1
        report = channel.publish(subscribers)
        assert report.delivered == subscribers
        head = next((row for row in stage.memory.rows() if row["pk"] == "CHANNEL#blue"), None)
        shards_after.append(int(head["shards"]) if head else 1)
    assert shards_after == [1, 2, 2, 4, 4, 4]
    for number in range(joined):
        received = texts(stage, f"c{number}")
        assert len(received) == len(set(received))
        stage.leave(f"c{number}")
    assert {str(row["pk"]) for row in stage.memory.rows()} == {"CHANNEL#blue"}


@pytest.mark.parametrize("shards", [0, 3, 32])
def test_channel_grows_to_no_impossible_size(channel: Channel, shards: int) -> None:
    with pytest.raises(ValueError, match="power of two from 1 to 16"):
        channel.grow(shards)
