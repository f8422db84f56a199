from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from websocket_api import keys
from websocket_api.refusals import BAD_REQUEST
from websocket_api.table import beginning_with

USERS = st.text(min_size=1, max_size=8)
# Texts in which separators and their quoting are frequent.
TANGLED = st.text(alphabet="#%235$a/ ", min_size=1, max_size=8)


def test_connection_has_its_own_partition() -> None:
    assert keys.connection_partition("R1kExample4CFIA=") == "CONNECTION#R1kExample4CFIA="
    assert keys.connection_sort_key("R1kExample4CFIA=") == "CONNECTION#R1kExample4CFIA="


@given(st.text(min_size=1), st.text(min_size=1))
def test_two_connections_never_share_a_partition(one: str, other: str) -> None:
    same_partition = keys.connection_partition(one) == keys.connection_partition(other)
    assert same_partition == (one == other)


def test_keys_are_the_documented_ones() -> None:
    assert keys.subscription_sort_key("room/blue") == "SUBSCRIPTION#room/blue"
    assert keys.shard_partition("room/blue", 3) == "SHARD#3#room/blue"
    assert keys.member_sort_key("ann", "R1k=") == "MEMBER#ann#R1k="
    assert keys.member_sort_key(None, "R1k=") == "MEMBER##R1k="
    assert keys.leaving_sort_key("ann") == "LEAVING#ann#"
    assert keys.user_partition("ann") == "USER#ann"
    assert keys.channel_partition("room/blue") == "CHANNEL#room/blue"
    assert keys.channel_sort_key("room/blue") == "CHANNEL#room/blue"
    assert keys.history_partition("room/blue", "e1") == "HISTORY#e1#room/blue"
    assert keys.message_sort_key(42) == "0000000000000042"
    assert keys.broadcast_partition("room/blue", "a#1") == "BROADCAST#a%231#room/blue"
    assert keys.task_sort_key(3, "MEMBER##R1k=") == "TASK#3#MEMBER##R1k="
    assert keys.frames_partition("f1") == "FRAMES#f1"
    assert keys.frame_sort_key(2) == "0002"
    assert keys.message_sort_key(10**16 - 1) == keys.LAST_MESSAGE_SORT_KEY


@given(st.tuples(TANGLED, TANGLED), st.tuples(TANGLED, TANGLED))
def test_two_broadcasts_never_share_a_partition(
    one: tuple[str, str], other: tuple[str, str]
) -> None:
    same_partition = keys.broadcast_partition(*one) == keys.broadcast_partition(*other)
    assert same_partition == (one == other)


@given(TANGLED, st.integers(0, 255))
def test_partition_of_a_shard_names_its_number(channel: str, shard: int) -> None:
    assert keys.parse_shard_partition(keys.shard_partition(channel, shard)) == shard


@given(st.tuples(TANGLED, st.integers(0, 20)), st.tuples(TANGLED, st.integers(0, 20)))
def test_two_shards_never_share_a_partition(one: tuple[str, int], other: tuple[str, int]) -> None:
    same_partition = keys.shard_partition(*one) == keys.shard_partition(*other)
    assert same_partition == (one == other)


@given(TANGLED | USERS | st.none(), TANGLED)
def test_member_key_names_its_user_and_its_connection(user: str | None, connection_id: str) -> None:
    sort_key = keys.member_sort_key(user, connection_id)
    assert keys.parse_member_sort_key(sort_key) == (user, connection_id)


@given(TANGLED)
def test_mark_names_its_user(user: str) -> None:
    assert keys.parse_member_sort_key(keys.leaving_sort_key(user)) == (user, "")


@given(TANGLED, TANGLED)
def test_marks_sort_as_members_do(one: str, other: str) -> None:
    marks = keys.leaving_sort_key(one) < keys.leaving_sort_key(other)
    assert marks == (keys.member_sort_key(one, "a") < keys.member_sort_key(other, "a"))


@given(TANGLED, TANGLED, TANGLED)
def test_all_subscriptions_of_a_user_lie_together(
    user: str, other: str, connection_id: str
) -> None:
    least, greatest = beginning_with(keys.member_prefix(user))
    is_between = least <= keys.member_sort_key(other, connection_id) <= greatest
    assert is_between == (other == user)


@given(TANGLED, TANGLED, TANGLED)
def test_what_sorts_behind_a_user_sorts_before_all_users_that_follow(
    user: str, other: str, connection_id: str
) -> None:
    bound = keys.after_user(keys.MEMBER_PREFIX, user)
    assert keys.member_sort_key(user, connection_id) < bound
    mine, others = keys.member_prefix(user), keys.member_prefix(other)
    if user != other:
        assert (keys.member_sort_key(other, connection_id) > bound) == (others > mine)


@given(st.integers(0, 10**16 - 1), st.integers(0, 10**16 - 1))
def test_messages_sort_by_their_offsets(one: int, other: int) -> None:
    assert (keys.message_sort_key(one) < keys.message_sort_key(other)) == (one < other)


def test_name_of_a_channel_is_its_parts_with_slashes() -> None:
    assert keys.channel_name("lobby") == "lobby"
    assert keys.channel_name("room", "blue") == "room/blue"
    assert keys.channel_name("room/blue") == "room/blue"
    assert keys.channel_name("ü" * 256) == "ü" * 256


@given(st.lists(TANGLED, min_size=2, max_size=3), st.lists(TANGLED, min_size=2, max_size=3))
def test_different_parts_never_make_the_same_channel(one: list[str], other: list[str]) -> None:
    try:
        same_name = keys.channel_name(*one) == keys.channel_name(*other)
    except keys.InvalidChannelName:
        return
    assert same_name == (one == other)


@pytest.mark.parametrize(
    "parts", [(), ("",), ("ü" * 257,), ("\ud800",), ("room", ""), ("", "blue"), ("room", "a/b")]
)
def test_impossible_name_of_a_channel_is_refused(parts: tuple[str, ...]) -> None:
    with pytest.raises(keys.InvalidChannelName) as caught:
        keys.channel_name(*parts)
    assert (caught.value.code, caught.value.field) == (BAD_REQUEST, "channel")
    assert len(caught.value.message) < 200


def test_users_id_is_taken_as_it_is() -> None:
    assert keys.check_user("ann#1") == "ann#1"


@pytest.mark.parametrize("user", ["", "ü" * 129, "\ud800"])
def test_impossible_id_of_a_user_is_refused(user: str) -> None:
    with pytest.raises(keys.InvalidUser, match="1 to 256 bytes"):
        keys.check_user(user)


def test_messages_id_is_taken_as_it_is() -> None:
    assert keys.check_message_id("ann/1#") == "ann/1#"


@pytest.mark.parametrize("message_id", ["", "ü" * 129, "\ud800"])
def test_impossible_id_of_a_message_is_refused(message_id: str) -> None:
    with pytest.raises(keys.InvalidMessageId, match="1 to 256 bytes") as caught:
        keys.check_message_id(message_id)
    assert (caught.value.code, caught.value.field) == (BAD_REQUEST, "id")


def test_longest_names_fit_into_dynamodbs_keys() -> None:
    channel, user, connection_id = "ü" * 256, "#" * 256, "x" * 64
    assert len(keys.shard_partition(channel, 255).encode()) <= 2048
    assert len(keys.history_partition(channel, "0" * 16).encode()) <= 2048
    assert len(keys.subscription_sort_key(channel).encode()) <= 1024
    assert len(keys.channel_sort_key(channel).encode()) <= 1024
    member = keys.member_sort_key(user, connection_id)
    assert len(member.encode()) <= 1024
    assert len(keys.broadcast_partition(channel, "#" * 256).encode()) <= 2048
    assert len(keys.task_sort_key(255, member).encode()) <= 1024
