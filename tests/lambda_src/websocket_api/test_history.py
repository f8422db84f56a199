from __future__ import annotations

import pytest

from tests.lambda_src.websocket_api.sockets import START, Clock
from websocket_api.channel_heads import ChannelHeads, Position
from websocket_api.history import History, HistoryPolicy, Replay
from websocket_api.message import Message
from websocket_api.testing.memory_table import MemoryTable


class Channel:
    """A channel with a history of the last five messages of a hundred seconds."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.table = MemoryTable(clock=self.clock)
        self.heads = ChannelHeads(self.table, clock=self.clock)
        policy = HistoryPolicy(messages=5, seconds=100)
        self.history = History(self.table, policy=policy, clock=self.clock)
        self.epoch = self.heads.position("blue").epoch

    def publish(self, count: int = 1) -> None:
        for _ in range(count):
            position = self.heads.next("blue")
            message = Message(channel="blue", message_id=f"m{position.offset}", data="1")
            self.history.append(message, position)

    def replay(self, offset: int, epoch: str | None = None) -> Replay:
        since = Position(epoch or self.epoch, offset)
        return self.history.replay("blue", since, self.heads.position("blue"))

    def offsets(self, offset: int) -> list[int]:
        return [
            message.position.offset for message in self.replay(offset).messages if message.position
        ]


@pytest.fixture
def channel() -> Channel:
    return Channel()


def test_row_of_a_message_has_what_a_replay_needs(channel: Channel) -> None:
    channel.publish()
    assert channel.table.rows()[-1] == {
        "pk": f"HISTORY#{channel.epoch}#blue",
        "sk": "0000000000000001",
        "id": "m1",
        "data": "1",
        "published_at_ms": int(START) * 1000,
        "ttl": int(START) + 160,
    }


def test_replay_gives_what_was_published_since_in_order(channel: Channel) -> None:
    channel.publish(4)
    replay = channel.replay(1)
    assert replay.complete
    assert replay.position == Position(channel.epoch, 4)
    assert replay.messages == tuple(
        Message(channel="blue", message_id=f"m{n}", data="1", position=Position(channel.epoch, n))
        for n in (2, 3, 4)
    )


def test_pointer_is_replayed_as_a_pointer(channel: Channel) -> None:
    message = Message(channel="blue", message_id="m", data=None, object_key="k")
    channel.history.append(message, channel.heads.next("blue"))
    (replayed,) = channel.replay(0).messages
    assert (replayed.data, replayed.object_key) == (None, "k")


def test_nothing_missed_is_complete_however_long_ago(channel: Channel) -> None:
    channel.publish(3)
    channel.clock.advance(10_000)
    channel.table.sweep()
    assert channel.replay(3) == Replay((), complete=True, position=Position(channel.epoch, 3))


def test_channel_without_messages_has_nothing_to_miss(channel: Channel) -> None:
    assert channel.replay(0) == Replay((), complete=True, position=Position(channel.epoch, 0))


@pytest.mark.parametrize(("offset", "complete"), [(0, False), (1, False), (2, True), (6, True)])
def test_no_more_than_the_last_n_are_replayed(
    channel: Channel, offset: int, *, complete: bool
) -> None:
    channel.publish(7)
    assert channel.replay(offset).complete == complete
    assert channel.offsets(offset) == list(range(max(offset, 2) + 1, 8))


@pytest.mark.parametrize(("offset", "complete"), [(0, False), (1, False), (2, True), (3, True)])
def test_nothing_older_than_the_last_t_is_replayed(
    channel: Channel, offset: int, *, complete: bool
) -> None:
    channel.publish(2)
    channel.clock.advance(60)
    channel.publish(2)
    channel.clock.advance(41)
    assert channel.replay(offset).complete == complete
    assert channel.offsets(offset) == list(range(max(offset, 2) + 1, 5))


def test_client_that_missed_only_what_has_expired_is_told(channel: Channel) -> None:
    channel.publish(2)
    channel.clock.advance(101)
    for swept in (False, True):
        if swept:
            channel.clock.advance(100)
            assert channel.table.sweep() == 2
        replay = channel.replay(1)
        assert replay == Replay((), complete=False, position=Position(channel.epoch, 2))


@pytest.mark.parametrize(
    "since", [Position("another", 2), Position("", 0), Position("epoch", 4), Position("epoch", -1)]
)
def test_unknown_position_gets_what_is_kept_and_is_told(channel: Channel, since: Position) -> None:
    channel.publish(3)
    epoch = channel.epoch if since.epoch == "epoch" else since.epoch
    replay = channel.replay(since.offset, epoch or "none")
    assert not replay.complete
    assert [message.message_id for message in replay.messages] == ["m1", "m2", "m3"]


def test_message_on_its_way_does_not_make_a_replay_incomplete(channel: Channel) -> None:
    channel.publish(2)
    channel.heads.next("blue")
    assert channel.replay(2) == Replay((), complete=True, position=Position(channel.epoch, 3))
    channel.publish(1)
    assert channel.replay(2).complete
    assert channel.offsets(2) == [4]


def test_message_published_during_the_replay_is_in_it(channel: Channel) -> None:
    channel.publish(1)
    last = channel.heads.position("blue")
    channel.publish(1)
    replay = channel.history.replay("blue", Position(channel.epoch, 0), last)
    assert replay.position == Position(channel.epoch, 2)
    assert len(replay.messages) == 2


def test_clock_of_another_machine_hides_no_message(channel: Channel) -> None:
    channel.publish(1)
    channel.clock.advance(-30)
    channel.publish(1)
    channel.clock.advance(30)
    channel.publish(1)
    channel.clock.advance(100)
    assert channel.table.sweep() == 0
    assert channel.replay(0).complete
    assert channel.offsets(0) == [1, 2, 3]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"messages": 0}, "messages=0. must be 1 or more"),
        ({"seconds": 0}, "seconds=0. must be 1 to 604800"),
        ({"seconds": 604_801}, "seconds=604801. must be 1 to 604800"),
    ],
)
def test_policy_that_cannot_be_kept_is_refused(wrong: dict[str, int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        HistoryPolicy(**wrong)
