from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.lambda_src.websocket_api.sockets import CONNECTION_SECONDS, START, Stage
from websocket_api.subscriptions import (
    Subscriber,
    Subscription,
    Subscriptions,
    check_shards,
    shard_of,
    shards_of,
)
from websocket_api.table import Absent, Key
from websocket_api.testing.memory_table import MemoryTable

if TYPE_CHECKING:
    from websocket_api.table import Condition, Row

TTL = int(START) + CONNECTION_SECONDS


def subscription(
    connection_id: str = "a", *, shard: int = 0, user: str | None = None, after: int | None = None
) -> Subscription:
    return Subscription(
        connection_id=connection_id,
        channel="blue",
        shard=shard,
        user=user,
        ttl=TTL,
        leave_after_seconds=after,
    )


@pytest.fixture
def stage() -> Stage:
    return Stage()


@pytest.fixture
def subscriptions(stage: Stage) -> Subscriptions:
    return Subscriptions(stage.table, clock=stage.clock)


def subscribers(subscriptions: Subscriptions, shard: int = 0) -> list[str]:
    pages = subscriptions.pages("blue", shard)
    return [subscriber.connection_id for page in pages for subscriber in page]


def test_subscription_is_a_row_under_each_of_its_ends(
    stage: Stage, subscriptions: Subscriptions
) -> None:
    assert subscriptions.add(subscription(shard=3, user="ann", after=10))
    assert stage.memory.rows() == [
        {
            "pk": "CONNECTION#a",
            "sk": "SUBSCRIPTION#blue",
            "shard": 3,
            "user": "ann",
            "leave_after_seconds": 10,
            "ttl": TTL,
        },
        {"pk": "SHARD#3#blue", "sk": "MEMBER#ann#a", "ttl": TTL},
    ]


@pytest.mark.parametrize("user", [None, "ann", "a#%"])
@pytest.mark.parametrize("after", [None, 0, 10])
def test_subscription_is_read_from_its_row_as_it_was(user: str | None, after: int | None) -> None:
    written = subscription(shard=3, user=user, after=after)
    assert Subscription.from_row(written.connection_row()) == written


def test_subscribing_again_changes_nothing_even_if_the_channel_has_grown(
    stage: Stage, subscriptions: Subscriptions
) -> None:
    subscriptions.add(subscription(shard=0))
    before = stage.memory.rows()
    assert not subscriptions.add(subscription(shard=1))
    assert stage.memory.rows() == before


def test_subscribing_again_completes_what_was_cut_short(
    stage: Stage, subscriptions: Subscriptions
) -> None:
    stage.table.put(subscription(shard=0).connection_row())
    subscriptions.add(subscription(shard=1))
    assert subscribers(subscriptions, 0) == ["a"]
    assert subscribers(subscriptions, 1) == []


def test_subscription_that_ends_while_it_is_made_is_made_anew() -> None:
    class Racing(MemoryTable):
        """Lets another invocation end the subscription that stands in the way."""

        def put(self, row: Row, *, condition: Condition | None = None) -> None:
            try:
                super().put(row, condition=condition)
            finally:
                if isinstance(condition, Absent) and row["shard"] == 1:
                    ended.append(1)
                    if len(ended) == 1:
                        self.delete(subscription().connection_key)

    ended: list[int] = []
    table = Racing()
    subscriptions = Subscriptions(table, clock=lambda: START)
    table.put(subscription(shard=0).connection_row())
    subscriptions.add(subscription(shard=1))
    assert subscribers(subscriptions, 1) == ["a"]


def test_ended_subscription_leaves_no_row(stage: Stage, subscriptions: Subscriptions) -> None:
    subscriptions.add(subscription())
    subscriptions.add(subscription("b"))
    assert subscriptions.remove("a", "blue") == subscription()
    assert subscriptions.remove("a", "blue") is None
    assert subscribers(subscriptions) == ["b"]
    assert len(stage.memory.rows()) == 2


def test_end_of_a_users_subscription_leaves_a_mark(
    stage: Stage, subscriptions: Subscriptions
) -> None:
    subscriptions.add(subscription(user="ann", after=10))
    stage.clock.advance(0.5)
    subscriptions.remove("a", "blue")
    (mark,) = stage.memory.rows()
    assert mark == {
        "pk": "SHARD#0#blue",
        "sk": "LEAVING#ann#",
        "id": mark["id"],
        "due": int(START) + 10,
        "at_ms": int(START) * 1000 + 500,
        "ttl": int(START) + 10 + 86_400,
    }


def test_channels_of_a_connection_are_in_the_order_of_their_names(stage: Stage) -> None:
    for channel in ("red", "\U0010ffff\U0010ffff", "blue", "#", "room/a"):
        stage.join("a", channel, user="ann")
    stage.join("b", "green")
    names = ("#", "blue", "red", "room/a", "\U0010ffff\U0010ffff")
    assert stage.channels.channels_of("a") == names
    assert stage.channels.channels_of("unknown") == ()


def test_subscribers_come_in_pages_with_their_keys() -> None:
    subscriptions = Subscriptions(MemoryTable(page_bytes=1), clock=lambda: START)
    subscriptions.add(subscription("a", user="ann"))
    subscriptions.add(subscription("b"))
    assert list(subscriptions.pages("blue", 0)) == [
        [Subscriber("b", None, Key("SHARD#0#blue", "MEMBER##b"))],
        [Subscriber("a", "ann", Key("SHARD#0#blue", "MEMBER#ann#a"))],
    ]


def test_expired_subscriber_is_none(stage: Stage, subscriptions: Subscriptions) -> None:
    subscriptions.add(subscription())
    stage.clock.now = TTL - 0.5
    assert subscribers(subscriptions) == ["a"]
    stage.clock.now = TTL
    assert subscribers(subscriptions) == []


@given(st.text(max_size=20), st.integers(0, 8), st.integers(0, 8))
def test_a_member_is_in_one_of_its_shards_whenever_it_subscribed(
    member: str, one: int, other: int
) -> None:
    then, now = sorted((1 << one, 1 << other))
    assert shard_of(member, then) in shards_of(member, now)
    assert len(shards_of(member, now)) <= now.bit_length()
    assert all(0 <= shard < now for shard in shards_of(member, now))


def test_members_spread_evenly_over_shards() -> None:
    counts = [0] * 16
    for number in range(16_000):
        counts[shard_of(f"R1kExample{number}CFIA=", 16)] += 1
    assert 850 < min(counts) <= max(counts) < 1150


@pytest.mark.parametrize("shards", [1, 2, 4, 256])
def test_power_of_two_can_be_a_number_of_shards(shards: int) -> None:
    check_shards(shards, 256)


@pytest.mark.parametrize("shards", [-1, 0, 3, 255, 512])
def test_other_numbers_of_shards_are_refused(shards: int) -> None:
    with pytest.raises(ValueError, match=f"shards is {shards}; give a power of two from 1 to 256"):
        check_shards(shards, 256)
