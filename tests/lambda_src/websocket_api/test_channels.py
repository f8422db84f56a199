from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.lambda_src.websocket_api.sockets import CONNECTION_SECONDS, Stage
from websocket_api.channel_heads import KEEP_SECONDS, Position
from websocket_api.history import HistoryPolicy
from websocket_api.keys import InvalidChannelName, InvalidUser
from websocket_api.testing.memory_table import MemoryTable

if TYPE_CHECKING:
    from websocket_api.table import Condition, Row


def test_channel_is_named_by_its_parts() -> None:
    channels = Stage().channels
    assert channels.channel("room", "blue").name == channels.channel("room/blue").name
    with pytest.raises(InvalidChannelName):
        channels.channel("room", "a/b")


def test_subscriber_is_told_from_where_on_it_gets_everything() -> None:
    stage = Stage(history=HistoryPolicy())
    first = stage.join("a", "blue")
    assert first == Position(first.epoch, 0)
    stage.channels.channel("blue").publish("hello")
    assert stage.join("b", "blue") == Position(first.epoch, 1)


def test_position_is_read_after_the_subscription_is_there() -> None:
    class Meanwhile(MemoryTable):
        """Has something published as soon as the subscription is there."""

        def put(self, row: Row, *, condition: Condition | None = None) -> None:
            super().put(row, condition=condition)
            if row["sk"] == "MEMBER##a":
                stage.channels.channel("blue").publish("meanwhile")

    stage = Stage(Meanwhile(), history=HistoryPolicy())
    begun = stage.join("publisher", "blue")
    assert stage.join("a", "blue") == Position(begun.epoch, 1)
    assert [frame["data"] for frame in stage.sockets.frames("a")] == ["meanwhile"]


def test_unsubscribed_connection_gets_nothing_more() -> None:
    stage = Stage()
    stage.join("a", "blue")
    stage.join("a", "red")
    stage.channels.unsubscribe("a", "blue")
    stage.channels.unsubscribe("a", "blue")
    assert stage.channels.channels_of("a") == ("red",)
    assert stage.channels.channel("blue").publish("hello").delivered == 0


def test_disconnected_connection_leaves_nothing() -> None:
    stage = Stage()
    stage.join("a", "blue", user="ann")
    stage.join("a", "red", user="ann")
    assert stage.channels.disconnect("a") == 3
    assert stage.memory.rows() == []
    assert stage.channels.disconnect("a") == 0


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"channel": ""}, InvalidChannelName),
        ({"channel": "x" * 513}, InvalidChannelName),
        ({"user": ""}, InvalidUser),
        ({"user": "x" * 257}, InvalidUser),
    ],
)
def test_impossible_names_are_refused_before_anything_is_written(
    arguments: dict[str, str], error: type[Exception]
) -> None:
    stage = Stage(presence=True)
    with pytest.raises(error):
        stage.channels.subscribe("a", arguments.pop("channel", "blue"), ttl=1, **arguments)
    assert stage.memory.rows() == []


@pytest.mark.parametrize(
    "settings", [{"shards": 0}, {"shards": 3}, {"shards": 512}, {"leave_after_seconds": -1}]
)
def test_impossible_settings_are_named(settings: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(settings))):
        Stage(**settings)


def test_shards_are_known_as_long_as_there_are_subscribers() -> None:
    stage = Stage()
    stage.channels.channel("blue").grow(16)
    for _ in range(4 * KEEP_SECONDS // CONNECTION_SECONDS):
        for number in range(16):
            stage.join(f"{stage.clock()}-{number}", "blue")
        stage.clock.advance(CONNECTION_SECONDS - 1)
        report = stage.channels.channel("blue").publish("hello")
        assert report.delivered == 16
        stage.clock.advance(1)
        stage.memory.sweep()


@pytest.mark.parametrize("seconds", [1, CONNECTION_SECONDS])
def test_subscription_ends_with_its_connection(seconds: int) -> None:
    stage = Stage()
    stage.channels.subscribe("a", "blue", ttl=int(stage.clock()) + seconds)
    stage.clock.advance(seconds)
    stage.channels.channel("blue").publish("hello")
    assert stage.sockets.posts == []
