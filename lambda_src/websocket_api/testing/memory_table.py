"""The table in memory, for tests without AWS."""

from __future__ import annotations

import time
from threading import Lock
from types import MappingProxyType
from typing import TYPE_CHECKING

from websocket_api import keys
from websocket_api.table import Absent, ConditionFailed, Equals, Key, Page

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from websocket_api.table import Condition, Row, Value

MAXIMUM_PARTITION_KEY_BYTES = 2048
MAXIMUM_SORT_KEY_BYTES = 1024
MAXIMUM_ROW_BYTES = 400 * 1024
_NUMBER_BYTES = 21


class InvalidRow(ValueError):
    """DynamoDB would refuse the row (Quotas in Amazon DynamoDB)."""


class MemoryTable:
    """A ``Table`` that keeps to DynamoDB's rules: its order, its limits, its late expiry.

    Threads may share it. A row whose ``ttl`` has passed stays until ``sweep``, as it stays for up
    to days in DynamoDB.
    """

    def __init__(
        self, *, clock: Callable[[], float] = time.time, page_bytes: int = 1024 * 1024
    ) -> None:
        """Take what gives epoch seconds, and how many bytes of rows end a page of a Query."""
        self._clock = clock
        self._page_bytes = page_bytes
        self._lock = Lock()
        self._partitions: dict[str, dict[str, Row]] = {}

    def rows(self) -> list[Row]:
        """Return all that the table holds, in the order of its keys."""
        with self._lock:
            return [
                rows[sort] for _, rows in sorted(self._partitions.items()) for sort in sorted(rows)
            ]

    def sweep(self) -> int:
        """Remove the rows that have expired, as TTL does in its own time; return how many."""
        now = self._clock()
        with self._lock:
            expired = [
                Key(partition, sort)
                for partition, rows in self._partitions.items()
                for sort, row in rows.items()
                if _has_expired(row, now)
            ]
            for key in expired:
                self._remove(key)
        return len(expired)

    def get(
        self,
        key: Key,
        *,
        attributes: Sequence[str] = (),
        consistent: bool = True,  # noqa: ARG002 - every read here is
    ) -> Row | None:
        """Return the row under a key."""
        with self._lock:
            row = self._find(key)
        return None if row is None else _projected(row, attributes)

    def put(self, row: Row, *, condition: Condition | None = None) -> None:
        """Write a whole row in place of the one under its key."""
        key = Key(str(row.get(keys.PARTITION_KEY, "")), str(row.get(keys.SORT_KEY, "")))
        with self._lock:
            self._check(key, condition)
            self._write(key, row)

    def update(
        self,
        key: Key,
        *,
        values: Row | None = None,
        defaults: Row | None = None,
        increments: Mapping[str, int] | None = None,
        condition: Condition | None = None,
    ) -> Row:
        """Change attributes of a row, making it if need be, and return it as it is then."""
        with self._lock:
            self._check(key, condition)
            row: dict[str, Value] = {keys.PARTITION_KEY: key.partition, keys.SORT_KEY: key.sort}
            row |= {**(defaults or {}), **(self._find(key) or {}), **(values or {})}
            for name, increment in (increments or {}).items():
                row[name] = int(row.get(name, 0)) + increment
            return self._write(key, row)

    def delete(self, key: Key, *, condition: Condition | None = None) -> None:
        """Remove the row under a key, if there is one."""
        with self._lock:
            self._check(key, condition)
            if self._find(key) is not None:
                self._remove(key)

    def query(
        self,
        partition: str,
        *,
        between: tuple[str, str] | None = None,
        start: str | None = None,
        limit: int | None = None,
        attributes: Sequence[str] = (),
    ) -> Page:
        """Return one page of a partition's rows in the order of their sort keys.

        Raises:
            ValueError: ``between`` ends before it begins, which DynamoDB refuses too.
        """
        if between is not None and between[0] > between[1]:
            raise ValueError(f"between is {between}; its second text sorts before the first.")
        with self._lock:
            found = self._partitions.get(partition, {})
            rows: list[Row] = []
            size = 0
            last = ""
            for sort in sorted(found):
                if start is not None and sort <= start:
                    continue
                if between is not None and not between[0] <= sort <= between[1]:
                    continue
                row = found[sort]
                size += row_bytes(row)
                if rows and (len(rows) == limit or size > self._page_bytes):
                    return Page(tuple(rows), next=last)
                last = sort
                rows.append(_projected(row, attributes))
        return Page(tuple(rows), next=None)

    def _find(self, key: Key) -> Row | None:
        return self._partitions.get(key.partition, {}).get(key.sort)

    def _remove(self, key: Key) -> None:
        rows = self._partitions[key.partition]
        del rows[key.sort]
        if not rows:
            del self._partitions[key.partition]

    def _check(self, key: Key, condition: Condition | None) -> None:
        if condition is None:
            return
        row = self._find(key)
        if isinstance(condition, Absent):
            holds = row is None
        else:
            value = (row or {}).get(condition.attribute)
            if isinstance(condition, Equals):
                holds = value == condition.value
            else:
                holds = value is None or int(value) < condition.value
        if not holds:
            raise ConditionFailed

    def _write(self, key: Key, row: Row) -> Row:
        _check_key(keys.PARTITION_KEY, key.partition, MAXIMUM_PARTITION_KEY_BYTES)
        _check_key(keys.SORT_KEY, key.sort, MAXIMUM_SORT_KEY_BYTES)
        if (size := row_bytes(row)) > MAXIMUM_ROW_BYTES:
            raise InvalidRow(f"The row {key} has {size} bytes; {MAXIMUM_ROW_BYTES} are the most.")
        written = MappingProxyType(dict(row))
        self._partitions.setdefault(key.partition, {})[key.sort] = written
        return written


def row_bytes(row: Row) -> int:
    """Return the size that DynamoDB counts for a row (DynamoDB item sizes and formats)."""
    return sum(
        len(name.encode()) + (len(value.encode()) if isinstance(value, str) else _NUMBER_BYTES)
        for name, value in row.items()
    )


def _check_key(name: str, value: str, maximum: int) -> None:
    if not 0 < len(value.encode()) <= maximum:
        raise InvalidRow(f"{name} is {value!r}; it has to be a text of 1 to {maximum} bytes.")


def _projected(row: Row, attributes: Sequence[str]) -> Row:
    if not attributes:
        return row
    return MappingProxyType({name: row[name] for name in attributes if name in row})


def _has_expired(row: Row, now: float) -> bool:
    ttl = row.get(keys.TTL_ATTRIBUTE)
    return isinstance(ttl, int) and ttl <= now
