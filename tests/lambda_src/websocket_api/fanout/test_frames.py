from __future__ import annotations

import pytest

from websocket_api import keys
from websocket_api.fanout.frames import FramesMissing, FrameStore
from websocket_api.testing.memory_table import MemoryTable


def test_frames_come_back_in_their_order_however_many_pages_they_fill() -> None:
    store = FrameStore(MemoryTable(page_bytes=100))
    frames = tuple(f"frame {number}" for number in range(11))
    assert store.get(store.put(frames, ttl=5)) == frames


def test_frames_of_two_messages_lie_apart() -> None:
    store = FrameStore(MemoryTable())
    first, second = store.put(("a",), ttl=5), store.put(("b",), ttl=5)
    assert (store.get(first), store.get(second)) == (("a",), ("b",))


def test_frames_expire() -> None:
    table = MemoryTable()
    FrameStore(table).put(("a", "b"), ttl=5)
    assert [row[keys.TTL_ATTRIBUTE] for row in table.rows()] == [5, 5]


def test_frames_that_have_expired_are_missed() -> None:
    with pytest.raises(FramesMissing, match="no frames f1"):
        FrameStore(MemoryTable()).get("f1")
