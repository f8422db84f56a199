"""The DynamoDB table as the stores see it: rows of plain values, and the few operations they need.

A row maps attribute names to texts and whole numbers; whatever has more structure is kept as JSON
text. There is no Scan, and no transaction: stores order their writes so that one cut short does no
harm.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Value = str | int
Row = Mapping[str, Value]


class Key(NamedTuple):
    """The primary key of one row."""

    partition: str
    sort: str


class Absent:
    """There is no row under the key."""


class Equals(NamedTuple):
    """There is a row, and its attribute has the value."""

    attribute: str
    value: Value


class Below(NamedTuple):
    """There is no row, or its attribute is missing or less than the number."""

    attribute: str
    value: int


Condition = Absent | Equals | Below


class ConditionFailed(Exception):
    """The condition of a write did not hold, so that nothing was written."""


class Page(NamedTuple):
    """The rows of one Query call."""

    rows: tuple[Row, ...]
    next: str | None
    """What to pass as ``start`` for the page after this one; None says that there is none."""


class Table(Protocol):
    """One table with the keys ``pk`` and ``sk``; each method is one call of one operation.

    What else goes wrong raises what the implementation raises (``clients.errors()``).
    """

    def get(
        self, key: Key, *, attributes: Sequence[str] = (), consistent: bool = True
    ) -> Row | None:
        """Return the row under a key (GetItem).

        Args:
            key: of the row.
            attributes: the names of those wanted, () all.
            consistent: whether every write that was answered is seen, at twice the cost.
        """

    def put(self, row: Row, *, condition: Condition | None = None) -> None:
        """Write a whole row in place of the one under its key (PutItem).

        Raises:
            ConditionFailed: the row there does not meet the condition.
        """

    def update(
        self,
        key: Key,
        *,
        values: Row | None = None,
        defaults: Row | None = None,
        increments: Mapping[str, int] | None = None,
        condition: Condition | None = None,
    ) -> Row:
        """Change attributes of a row, making it if need be, and return it as it is then.

        One UpdateItem. A repeated call, which an answer that got lost can cause, increments twice.

        Args:
            key: of the row.
            values: attributes to set.
            defaults: attributes to set where the row has none of that name.
            increments: numbers to add; an attribute that is missing counts as 0.
            condition: what the row has to meet.

        Raises:
            ConditionFailed: the row does not meet the condition.
        """

    def delete(self, key: Key, *, condition: Condition | None = None) -> None:
        """Remove the row under a key, if there is one (DeleteItem).

        Raises:
            ConditionFailed: the row does not meet the condition.
        """

    def query(
        self,
        partition: str,
        *,
        between: tuple[str, str] | None = None,
        start: str | None = None,
        limit: int | None = None,
        attributes: Sequence[str] = (),
    ) -> Page:
        """Return one page of a partition's rows in the order of their sort keys (Query).

        The read is consistent: it sees every write that was answered before.

        Args:
            partition: the rows' ``pk``.
            between: the least and the greatest ``sk`` wanted, in the order of their UTF-8.
            start: the ``next`` of the page before.
            limit: the most rows of the page; a page ends at 1 MB in any case.
            attributes: the names of those wanted, () all; they change nothing in what a read costs.
        """


def beginning_with(prefix: str) -> tuple[str, str]:
    """Return the ``between`` of all sort keys that begin with a prefix, whose end has to be ``#``.

    No text sorts behind all others, so it reaches to the prefix with ``$`` in the place of ``#``,
    the next character: that is no key of this table.
    """
    return (prefix, f"{prefix[:-1]}$")


def all_rows(
    table: Table,
    partition: str,
    *,
    between: tuple[str, str] | None = None,
    limit: int | None = None,
    attributes: Sequence[str] = (),
) -> Iterator[Row]:
    """Yield what ``query`` gives; a page is read when the one before is used up."""
    start = None
    while True:
        page = table.query(
            partition, between=between, start=start, limit=limit, attributes=attributes
        )
        yield from page.rows
        if page.next is None:
            return
        start = page.next
