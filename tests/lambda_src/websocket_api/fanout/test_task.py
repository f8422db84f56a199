from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from websocket_api.fanout.task import MAXIMUM_AGE_SECONDS, InvalidTask, Task, parse

TASK = Task(
    channel="room/blue",
    message_id="m1",
    published_at_milliseconds=1_700_000_000_000,
    shard=3,
    part="",
    frames=("hello",),
)
TEXTS = st.text(st.characters(codec="utf-8"))


def members(**changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(TASK.body())
    return values | changes


@settings(deadline=None)
@given(
    texts=st.tuples(TEXTS, TEXTS, TEXTS),
    frames=st.lists(TEXTS).map(tuple),
    subscribers=st.lists(TEXTS).map(tuple),
    exclude=st.none() | TEXTS,
    grow_to=st.none() | st.integers(2, 256),
)
def test_task_comes_out_of_the_queue_as_it_went_in(
    texts: tuple[str, str, str],
    frames: tuple[str, ...],
    subscribers: tuple[str, ...],
    exclude: str | None,
    grow_to: int | None,
) -> None:
    task = Task(
        channel=texts[0],
        message_id=texts[1],
        published_at_milliseconds=5,
        shard=7,
        part=texts[2],
        start=texts[2],
        subscribers=subscribers,
        exclude=exclude,
        frames=frames,
        grow_to=grow_to,
        hops=2,
    )
    assert parse(task.body()) == task


def test_body_is_ascii_so_that_sqs_takes_every_character() -> None:
    assert Task(**{**_fields(), "frames": ("ä\ufffe\x00",)}).body().isascii()


def test_next_hop_is_the_same_task_once_more() -> None:
    hop = TASK.next_hop()
    assert hop.hops == 1
    assert hop.next_hop().hops == 2
    assert (hop.shard, hop.part, hop.frames) == (TASK.shard, TASK.part, TASK.frames)


def test_task_expires_an_hour_after_it_was_published() -> None:
    assert TASK.expires_at == 1_700_000_000 + MAXIMUM_AGE_SECONDS


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("", "no JSON"),
        ("[]", "no task"),
        ("{}", "no task"),
        (json.dumps(members(version=2)), "of the version 1"),
        (json.dumps(members(version="1")), "of the version 1"),
        (json.dumps(members(more=1)), "more"),
        (
            json.dumps({name: value for name, value in members().items() if name != "shard"}),
            "shard",
        ),
        (json.dumps(members(shard="3")), "shard is a str"),
        (json.dumps(members(shard=True)), "shard is a bool"),
        (json.dumps(members(exclude=4)), "exclude is a int"),
        (json.dumps(members(frames=None)), "frames is a NoneType"),
        (json.dumps(members(frames=[1])), "frames are not all texts"),
        (json.dumps(members(subscribers=[None])), "subscribers are not all texts"),
    ],
)
def test_what_is_no_task_is_refused_with_its_reason(body: str, problem: str) -> None:
    with pytest.raises(InvalidTask, match=problem):
        parse(body)


def _fields() -> dict[str, Any]:
    return {name: value for name, value in members().items() if name != "version"}
