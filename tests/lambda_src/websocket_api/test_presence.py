from __future__ import annotations

from typing import Any

import pytest

from tests.lambda_src.websocket_api.sockets import Stage
from websocket_api.presence import InvalidCursor, MemberPage, Presence
from websocket_api.subscriptions import shard_of

LEAVE_AFTER = 10


@pytest.fixture
def stage() -> Stage:
    stage = Stage(presence=True, leave_after_seconds=LEAVE_AFTER)
    stage.join("watcher", "blue", user="zoe")
    return stage


def events(stage: Stage, connection_id: str = "watcher") -> list[tuple[str, str]]:
    return [(frame["type"], frame["user"]) for frame in stage.sockets.frames(connection_id)]


def settle(stage: Stage, seconds: float = 0) -> list[tuple[str, str]]:
    stage.clock.advance(seconds)
    stage.channels.channel("blue").settle()
    return events(stage)


def members(stage: Stage, **settings: Any) -> tuple[str, ...]:
    return stage.channels.channel("blue").members(**settings).members


def test_user_who_comes_is_told_of_to_the_others(stage: Stage) -> None:
    stage.join("a", "blue", user="ann")
    (frame,) = stage.sockets.frames("watcher")
    assert frame == {
        "type": "join",
        "channel": "blue",
        "id": frame["id"],
        "user": "ann",
        "at": int(stage.clock() * 1000),
    }
    assert stage.sockets.frames("a") == []


def test_second_connection_of_a_user_is_not_told_of(stage: Stage) -> None:
    stage.join("a", "blue", user="ann")
    stage.join("b", "blue", user="ann")
    assert events(stage) == [("join", "ann")]
    assert events(stage, "b") == []


def test_subscribing_again_is_not_told_of(stage: Stage) -> None:
    for _ in range(3):
        stage.join("a", "blue", user="ann")
    assert events(stage) == [("join", "ann")]


def test_connection_without_a_user_is_not_told_of_and_no_member(stage: Stage) -> None:
    stage.join("a", "blue")
    stage.leave("a")
    assert settle(stage, 100) == []
    assert members(stage) == ("zoe",)


def test_user_who_leaves_is_told_of_once_when_the_time_is_over(stage: Stage) -> None:
    stage.join("a", "blue", user="ann")
    left_at = stage.clock()
    stage.leave("a")
    assert events(stage) == [("join", "ann")]
    assert settle(stage, LEAVE_AFTER - 1) == []
    stage.clock.advance(1)
    stage.channels.channel("blue").settle()
    (frame,) = stage.sockets.frames("watcher")
    assert frame == {
        "type": "leave",
        "channel": "blue",
        "id": frame["id"],
        "user": "ann",
        "at": int(left_at * 1000),
    }
    assert settle(stage, 100) == []


def test_publishing_tells_of_those_who_left_first(stage: Stage) -> None:
    stage.join("a", "blue", user="ann")
    stage.leave("a")
    stage.clock.advance(LEAVE_AFTER)
    stage.channels.channel("blue").publish("hello")
    assert [frame["type"] for frame in stage.sockets.frames("watcher")] == [
        "join",
        "leave",
        "message",
    ]


@pytest.mark.parametrize("closed_first", [True, False])
def test_reconnect_in_time_is_not_told_of(stage: Stage, *, closed_first: bool) -> None:
    stage.join("a", "blue", user="ann")
    assert events(stage) == [("join", "ann")]
    if closed_first:
        stage.leave("a")
        stage.clock.advance(LEAVE_AFTER - 1)
        stage.join("b", "blue", user="ann")
    else:
        stage.join("b", "blue", user="ann")
        stage.leave("a")
    assert members(stage) == ("ann", "zoe")
    assert settle(stage, 100) == []
    assert members(stage) == ("ann", "zoe")


def test_user_who_may_return_unnoticed_is_still_a_member(stage: Stage) -> None:
    for user in ("!", "a#", "ann", "zzz"):
        stage.join(user, "blue", user=user)
        stage.leave(user)
    everybody = ("!", "a#", "ann", "zoe", "zzz")
    assert members(stage) == everybody
    first = stage.channels.channel("blue").members(limit=2)
    assert first.members + members(stage, cursor=first.cursor) == everybody
    stage.clock.advance(LEAVE_AFTER)
    assert members(stage) == ("zoe",)


def test_return_too_late_is_told_of_even_if_the_leave_was_not(stage: Stage) -> None:
    stage.join("a", "blue", user="ann")
    stage.leave("a")
    stage.clock.advance(LEAVE_AFTER)
    stage.join("b", "blue", user="ann")
    assert events(stage) == [("join", "ann"), ("join", "ann")]
    assert settle(stage, 100) == []


def test_return_after_the_leave_was_told_is_told_of(stage: Stage) -> None:
    stage.join("a", "blue", user="ann")
    stage.leave("a")
    assert settle(stage, LEAVE_AFTER) == [("join", "ann"), ("leave", "ann")]
    stage.join("b", "blue", user="ann")
    assert events(stage) == [("join", "ann")]


def test_leave_is_told_of_at_once_where_there_is_no_time_to_return() -> None:
    stage = Stage(presence=True, leave_after_seconds=0)
    stage.join("watcher", "blue", user="zoe")
    stage.join("a", "blue", user="ann")
    stage.leave("a")
    stage.join("b", "blue", user="bob")
    stage.channels.unsubscribe("b", "blue")
    assert events(stage) == [("join", "ann"), ("leave", "ann"), ("join", "bob"), ("leave", "bob")]


def test_unsubscribing_is_leaving(stage: Stage) -> None:
    stage.join("a", "blue", user="ann")
    stage.channels.unsubscribe("a", "blue")
    assert settle(stage, LEAVE_AFTER) == [("join", "ann"), ("leave", "ann")]
    assert members(stage) == ("zoe",)


def test_connection_found_gone_is_told_of_like_one_that_left(stage: Stage) -> None:
    stage.join("a", "blue", user="ann")
    stage.vanish("a")
    stage.clock.advance(100)
    channel = stage.channels.channel("blue")
    assert channel.publish("hello").gone == 1
    stage.clock.advance(LEAVE_AFTER)
    channel.settle()
    types = [frame["type"] for frame in stage.sockets.frames("watcher")]
    assert types == ["join", "message", "leave"]
    assert members(stage) == ("zoe",)


def test_expired_connection_is_no_member(stage: Stage) -> None:
    stage.clock.advance(100)
    stage.join("a", "blue", user="ann")
    assert members(stage) == ("ann", "zoe")
    stage.clock.advance(7450)
    assert members(stage) == ("ann",)
    assert stage.memory.sweep() > 0
    assert members(stage) == ("ann",)


def test_channels_without_presence_have_no_members_and_tell_of_nobody() -> None:
    stage = Stage()
    stage.join("watcher", "blue", user="zoe")
    stage.join("a", "blue", user="ann")
    stage.leave("a")
    assert settle(stage, 100) == []
    assert stage.channels.channel("blue").members() == MemberPage((), cursor=None)


def test_members_come_page_by_page_each_once() -> None:
    stage = Stage(presence=True, shards=4)
    users = [
        f"{prefix}user{number}" for number in range(12) for prefix in ("", "#", "!", "\U0010ffff")
    ]
    channel = stage.channels.channel("blue")
    for number, user in enumerate(users):
        if number in {5, 20}:
            channel.grow(4 if number == 20 else 2)
        for device in ("phone", "laptop"):
            stage.join(f"{user}-{device}", "blue", user=user)
        stage.join(f"anonymous{number}", "blue")
    found: list[str] = []
    cursor = None
    pages = 0
    while True:
        page = channel.members(limit=5, cursor=cursor)
        found += page.members
        pages += 1
        assert len(page.members) <= 5
        cursor = page.cursor
        if cursor is None:
            break
    assert sorted(found) == sorted(users)
    assert pages == 10


def test_page_of_exactly_all_members_is_the_last(stage: Stage) -> None:
    stage.join("a", "blue", user="ann")
    assert stage.channels.channel("blue").members(limit=2) == MemberPage(("ann", "zoe"), None)


@pytest.mark.parametrize(
    "cursor", ["", "x", "1", "1.", "-1.ann", "99999.ann", "²3.ann", "0.\ud800"]
)
def test_cursor_of_a_clients_own_making_is_refused(stage: Stage, cursor: str) -> None:
    with pytest.raises(InvalidCursor) as caught:
        members(stage, cursor=cursor)
    assert caught.value.field == "cursor"


@pytest.mark.parametrize("limit", [0, -1, 1001])
def test_limit_out_of_range_is_refused(stage: Stage, limit: int) -> None:
    with pytest.raises(ValueError, match="give 1 to 1000"):
        members(stage, limit=limit)


def test_user_stays_in_one_shard_while_the_channel_grows(stage: Stage) -> None:
    user = next(name for name in map(str, range(99)) if shard_of(name, 4) == 3)
    stage.join("a", "blue", user=user)
    stage.channels.channel("blue").grow(4)
    stage.join("b", "blue", user=user)
    assert members(stage) == (user, "zoe")
    stage.leave("a")
    stage.leave("b")
    stage.join("c", "blue", user=user)
    assert settle(stage, 100) == [("join", user)]
    stage.leave("c")
    assert settle(stage, 100) == [("leave", user)]


def test_mark_that_somebody_else_claims_makes_no_second_event(stage: Stage) -> None:
    stage.join("a", "blue", user="ann")
    stage.leave("a")
    stage.clock.advance(LEAVE_AFTER)
    one, other = (Presence(stage.table, clock=stage.clock) for _ in range(2))
    first = one.due("blue", shards=1)
    assert next(first).user == "ann"
    assert list(other.due("blue", shards=1)) == []


def test_mark_renewed_while_it_is_looked_at_is_left_alone(stage: Stage) -> None:
    stage.join("a", "blue", user="ann")
    stage.join("b", "blue", user="bob")
    stage.leave("a")
    stage.leave("b")
    stage.clock.advance(LEAVE_AFTER)
    presence = Presence(stage.table, clock=stage.clock)
    due = presence.due("blue", shards=1)
    assert next(due).user == "ann"
    stage.join("c", "blue", user="bob")
    stage.leave("c")
    assert list(due) == []
    assert settle(stage, LEAVE_AFTER)[-1] == ("leave", "bob")
