from __future__ import annotations

from threading import Thread

import pytest

from websocket_api.table import Key
from websocket_api.testing.memory_table import InvalidRow, MemoryTable, row_bytes


def test_expired_row_stays_until_the_sweep() -> None:
    now = [100.0]
    table = MemoryTable(clock=lambda: now[0])
    table.put({"pk": "p", "sk": "a", "ttl": 150})
    table.put({"pk": "p", "sk": "b", "ttl": 151})
    table.put({"pk": "p", "sk": "c"})
    table.put({"pk": "p", "sk": "d", "ttl": "150"})
    now[0] = 150
    assert len(table.query("p").rows) == 4
    assert table.sweep() == 1
    assert [row["sk"] for row in table.rows()] == ["b", "c", "d"]


def test_rows_are_in_the_order_of_their_keys() -> None:
    table = MemoryTable()
    for partition, sort_key in (("b", "a"), ("a", "b"), ("a", "a")):
        table.put({"pk": partition, "sk": sort_key})
    assert [(row["pk"], row["sk"]) for row in table.rows()] == [("a", "a"), ("a", "b"), ("b", "a")]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"sk": "s"}, "pk is ''"),
        ({"pk": "p", "sk": ""}, "sk is ''"),
        ({"pk": "ä" * 1025, "sk": "s"}, "1 to 2048 bytes"),
        ({"pk": "p", "sk": "ä" * 513}, "1 to 1024 bytes"),
        ({"pk": "p", "sk": "s", "data": "x" * 409_600}, "409600 are the most"),
    ],
)
def test_row_that_dynamodb_would_refuse_is_refused(row: dict[str, str], message: str) -> None:
    table = MemoryTable()
    with pytest.raises(InvalidRow, match=message):
        table.put(row)
    assert table.rows() == []


def test_range_that_ends_before_it_begins_is_refused() -> None:
    table = MemoryTable()
    assert table.query("p", between=("a", "a")).rows == ()
    with pytest.raises(ValueError, match="sorts before the first"):
        table.query("p", between=("b", "a"))


def test_row_cannot_be_changed_from_outside() -> None:
    table = MemoryTable()
    row: dict[str, str | int] = {"pk": "p", "sk": "s", "a": 1}
    table.put(row)
    row["a"] = 2
    assert table.get(Key("p", "s")) == {"pk": "p", "sk": "s", "a": 1}


def test_size_of_a_row_is_that_of_its_names_and_values() -> None:
    assert row_bytes({"pk": "ä", "n": 5}) == 2 + 2 + 1 + 21


def test_increments_of_many_threads_add_up() -> None:
    table = MemoryTable()

    def count() -> None:
        for _ in range(200):
            table.update(Key("p", "s"), increments={"n": 1})

    threads = [Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert table.get(Key("p", "s")) == {"pk": "p", "sk": "s", "n": 800}
