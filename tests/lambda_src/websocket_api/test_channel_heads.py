from __future__ import annotations

import pytest

from tests.lambda_src.websocket_api.sockets import START, Stage
from websocket_api.channel_heads import KEEP_SECONDS, ChannelHead, ChannelHeads, Position

UNTIL = int(START) + KEEP_SECONDS


@pytest.fixture
def stage() -> Stage:
    return Stage()


@pytest.fixture
def heads(stage: Stage) -> ChannelHeads:
    return ChannelHeads(stage.table, clock=stage.clock)


def test_channel_that_nobody_wrote_of_has_one_shard_and_no_history(heads: ChannelHeads) -> None:
    assert heads.read("blue") == ChannelHead(shards=1, position=None, ttl=None)


def test_offsets_count_up_within_one_epoch(heads: ChannelHeads) -> None:
    positions = [heads.next("blue") for _ in range(3)]
    assert [position.offset for position in positions] == [1, 2, 3]
    assert len({position.epoch for position in positions}) == 1
    assert heads.read("blue").position == heads.position("blue") == positions[-1]
    assert heads.next("red").epoch != positions[0].epoch


def test_history_begins_where_it_is_first_asked_for(heads: ChannelHeads) -> None:
    begun = heads.position("blue")
    assert begun == heads.position("blue") == Position(begun.epoch, 0)
    assert heads.next("blue") == Position(begun.epoch, 1)


def test_forgotten_channel_begins_another_epoch(stage: Stage, heads: ChannelHeads) -> None:
    first = heads.next("blue")
    stage.clock.advance(KEEP_SECONDS)
    stage.memory.sweep()
    second = heads.next("blue")
    assert second.offset == 1
    assert second.epoch != first.epoch


def test_channel_grows_and_never_shrinks(heads: ChannelHeads) -> None:
    heads.grow("blue", 4)
    heads.grow("blue", 2)
    assert heads.read("blue") == ChannelHead(shards=4, position=None, ttl=UNTIL)
    heads.next("blue")
    heads.grow("blue", 8)
    assert heads.read("blue").shards == 8
    assert heads.next("blue").offset == 2


def test_channel_is_kept_longer_once_half_of_its_time_is_over(
    stage: Stage, heads: ChannelHeads
) -> None:
    heads.grow("blue", 2)
    stage.clock.advance(KEEP_SECONDS // 2)
    heads.keep("blue", heads.read("blue"))
    assert heads.read("blue").ttl == UNTIL
    stage.clock.advance(1)
    stale = heads.read("blue")
    heads.keep("blue", stale)
    heads.keep("blue", stale)
    assert heads.read("blue") == ChannelHead(
        shards=2, position=None, ttl=UNTIL + KEEP_SECONDS // 2 + 1
    )


def test_channel_without_a_row_needs_none_to_be_kept(stage: Stage, heads: ChannelHeads) -> None:
    heads.keep("blue", heads.read("blue"))
    assert stage.memory.rows() == []
