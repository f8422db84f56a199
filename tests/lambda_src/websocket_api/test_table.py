"""What every table has to do, tried on all: DynamoDB's, as moto plays it, and memory's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.lambda_src.given import TABLE_NAME
from websocket_api import clients, environment
from websocket_api.dynamodb_table import DynamoDBTable
from websocket_api.table import (
    Absent,
    Below,
    Condition,
    ConditionFailed,
    Equals,
    Key,
    Row,
    Table,
    all_rows,
    beginning_with,
)
from websocket_api.testing.memory_table import MemoryTable

if TYPE_CHECKING:
    from collections.abc import Callable

KEY = Key("p", "s")
ROW: Row = {"pk": "p", "sk": "s", "count": 3, "name": "blue"}


@pytest.fixture(params=["own", "boto3", "memory"])
def any_table(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Table:
    if request.param == "memory":
        return MemoryTable()
    request.getfixturevalue("table")
    monkeypatch.setenv(environment.AWS_CLIENT_VARIABLE, request.param)
    return DynamoDBTable(clients.dynamodb(), table_name=TABLE_NAME)


def fill(table: Table, *sort_keys: str, partition: str = "p") -> None:
    for sort_key in sort_keys:
        table.put({"pk": partition, "sk": sort_key})


def sort_keys(table: Table, **query: Any) -> list[str]:
    return [str(row["sk"]) for row in all_rows(table, "p", **query)]


def test_row_comes_back_as_it_was_put(any_table: Table) -> None:
    row: Row = {
        "pk": "p",
        "sk": "s",
        "text": "grüß dich 👋",
        "empty": "",
        "low": -5,
        "high": 10**20,
    }
    any_table.put(row)
    assert any_table.get(KEY) == row


def test_absent_row_is_none(any_table: Table) -> None:
    any_table.put(ROW)
    assert any_table.get(Key("p", "t")) is None
    assert any_table.get(Key("q", "s")) is None


@pytest.mark.parametrize("consistent", [True, False])
def test_only_the_attributes_asked_for_come(any_table: Table, *, consistent: bool) -> None:
    any_table.put(ROW)
    taken = any_table.get(KEY, attributes=("name", "unknown"), consistent=consistent)
    assert taken == {"name": "blue"}


def test_put_replaces_the_whole_row(any_table: Table) -> None:
    any_table.put(ROW)
    any_table.put({"pk": "p", "sk": "s", "other": 1})
    assert any_table.get(KEY) == {"pk": "p", "sk": "s", "other": 1}


def test_update_makes_the_row_if_there_is_none(any_table: Table) -> None:
    expected = {"pk": "p", "sk": "s", "a": "x", "b": 2, "c": 5}
    made = any_table.update(KEY, values={"a": "x"}, defaults={"b": 2}, increments={"c": 5})
    assert made == any_table.get(KEY) == expected


def test_update_sets_defaults_only_where_there_is_nothing(any_table: Table) -> None:
    any_table.put(ROW)
    changed = any_table.update(
        KEY, values={"name": "red"}, defaults={"count": 7, "size": 1}, increments={"hits": 2}
    )
    expected = {"pk": "p", "sk": "s", "count": 3, "name": "red", "size": 1, "hits": 2}
    assert changed == any_table.get(KEY) == expected


def test_increments_add_up(any_table: Table) -> None:
    counts = [any_table.update(KEY, increments={"count": step})["count"] for step in (1, 1, 5, -3)]
    assert counts == [1, 2, 7, 4]


def test_deleted_row_is_absent_and_deletion_can_be_repeated(any_table: Table) -> None:
    any_table.put(ROW)
    any_table.delete(KEY)
    any_table.delete(KEY)
    assert any_table.get(KEY) is None


WRITES: list[Callable[[Table, Condition], object]] = [
    lambda table, condition: table.put({**ROW, "written": 1}, condition=condition),
    lambda table, condition: table.update(KEY, values={"written": 1}, condition=condition),
    lambda table, condition: table.delete(KEY, condition=condition),
]


@pytest.mark.parametrize("write", WRITES, ids=["put", "update", "delete"])
@pytest.mark.parametrize(
    ("condition", "holds_where_a_row_is"),
    [
        (Absent(), [False]),
        (Equals("name", "blue"), [True]),
        (Equals("name", "red"), []),
        (Equals("count", 3), [True]),
        (Equals("unknown", 3), []),
        (Below("count", 4), [False, True]),
        (Below("count", 3), [False]),
        (Below("unknown", 0), [False, True]),
    ],
)
@pytest.mark.parametrize("is_there", [False, True])
def test_write_happens_exactly_if_its_condition_holds(
    any_table: Table,
    write: Callable[[Table, Condition], object],
    condition: Condition,
    holds_where_a_row_is: list[bool],
    *,
    is_there: bool,
) -> None:
    if is_there:
        any_table.put(ROW)
    before = any_table.get(KEY)
    if is_there in holds_where_a_row_is:
        write(any_table, condition)
        assert any_table.get(KEY) != before or write is WRITES[2]
    else:
        with pytest.raises(ConditionFailed):
            write(any_table, condition)
        assert any_table.get(KEY) == before


def test_query_gives_a_partition_in_the_order_of_its_utf8(any_table: Table) -> None:
    fill(any_table, "b", "a", "ü", "B", "👋", "\uffff", "a#", "a$")
    fill(any_table, "other", partition="q")
    assert sort_keys(any_table) == ["B", "a", "a#", "a$", "b", "ü", "\uffff", "👋"]


def test_query_between_includes_both_ends(any_table: Table) -> None:
    fill(any_table, "a", "b", "c", "d")
    assert sort_keys(any_table, between=("b", "c")) == ["b", "c"]


def test_query_of_a_prefix_gives_what_begins_with_it(any_table: Table) -> None:
    fill(any_table, "a", "b", 'b"', "b#", "b#👋", "b#z", "b#\U0010ffff!", "b$a", "c")
    found = ["b#", "b#z", "b#👋", "b#\U0010ffff!"]
    assert sort_keys(any_table, between=beginning_with("b#")) == found


def test_query_projects_attributes(any_table: Table) -> None:
    any_table.put(ROW)
    (row,) = any_table.query("p", attributes=("sk", "count")).rows
    assert row == {"sk": "s", "count": 3}


def test_pages_of_a_limit_lead_from_one_to_the_next(any_table: Table) -> None:
    fill(any_table, *"abcdefg")
    found: list[list[str]] = []
    start = None
    while True:
        page = any_table.query("p", between=("b", "f"), limit=2, start=start)
        found.append([str(row["sk"]) for row in page.rows])
        start = page.next
        if start is None:
            break
    assert [keys for keys in found if keys] == [["b", "c"], ["d", "e"], ["f"]]


def test_all_rows_reads_as_many_pages_as_there_are(any_table: Table) -> None:
    for sort_key in "abc":
        any_table.put({"pk": "p", "sk": sort_key, "filling": "x" * 390_000})
    page = any_table.query("p")
    assert page.next is not None
    assert sort_keys(any_table, attributes=("sk",)) == ["a", "b", "c"]
    assert sort_keys(any_table, attributes=("sk",), limit=1) == ["a", "b", "c"]


def test_query_of_an_empty_partition_has_one_empty_page(any_table: Table) -> None:
    page = any_table.query("p")
    assert (page.rows, page.next) == ((), None)


# Both tables do the same, whatever is done to them.

KEYS = st.builds(Key, st.sampled_from(["p", "q"]), st.sampled_from(["a", "a#", "ä", "b"]))
VALUES = st.one_of(st.integers(-3, 3), st.sampled_from(["", "x", "3"]))
NUMBERS = st.dictionaries(st.sampled_from(["n", "m"]), st.integers(-3, 3), max_size=2)
TEXTS = st.dictionaries(st.sampled_from(["t", "u"]), VALUES, max_size=2)
CONDITIONS = st.one_of(
    st.none(),
    st.just(Absent()),
    st.builds(Equals, st.sampled_from(["t", "n"]), VALUES),
    st.builds(Below, st.just("n"), st.integers(-3, 3)),
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), KEYS, NUMBERS, TEXTS, CONDITIONS),
        st.tuples(st.just("update"), KEYS, NUMBERS, TEXTS, CONDITIONS),
        st.tuples(st.just("delete"), KEYS, NUMBERS, TEXTS, CONDITIONS),
    ),
    max_size=12,
)


def apply(table: Table, step: tuple[str, Key, dict[str, int], dict[str, Any], Any]) -> object:
    operation, key, numbers, texts, condition = step
    try:
        if operation == "put":
            row = {"pk": key.partition, "sk": key.sort, **numbers, **texts}
            table.put(row, condition=condition)
        elif operation == "delete":
            table.delete(key, condition=condition)
        else:
            values = {"always": 1, **{name: texts[name] for name in texts if name == "t"}}
            defaults = {name: texts[name] for name in texts if name == "u"}
            return table.update(
                key, values=values, defaults=defaults, increments=numbers, condition=condition
            )
    except ConditionFailed:
        return ConditionFailed
    return None


@pytest.fixture
def dynamodb_table(request: pytest.FixtureRequest) -> DynamoDBTable:
    request.getfixturevalue("table")
    return DynamoDBTable(clients.dynamodb(), table_name=TABLE_NAME)


def test_both_tables_do_the_same_whatever_is_done(dynamodb_table: DynamoDBTable) -> None:
    @settings(max_examples=25, deadline=None, database=None)
    @given(STEPS)
    def compare(steps: list[Any]) -> None:
        memory = MemoryTable()
        for step in steps:
            assert apply(dynamodb_table, step) == apply(memory, step)
        for partition in ("p", "q"):
            rows = list(all_rows(dynamodb_table, partition))
            assert rows == list(all_rows(memory, partition))
            for row in rows:
                dynamodb_table.delete(Key(partition, str(row["sk"])))

    compare()
