"""A table that counts the calls made of it, and the capacity units that DynamoDB would charge."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING, Any

from websocket_api.table import Key
from websocket_api.testing.memory_table import MemoryTable, row_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from websocket_api.table import Condition, Page, Row

READ_UNIT_BYTES = 4096
WRITE_UNIT_BYTES = 1024


@dataclass(slots=True)
class Meter:
    """What was used since the last reset."""

    calls: Counter[str] = field(default_factory=Counter)
    read_units: float = 0
    write_units: int = 0

    def reset(self) -> None:
        self.calls.clear()
        self.read_units = self.write_units = 0


class MeteredTable(MemoryTable):
    """Charges as "DynamoDB read and write operations" in AWS's guide says, of on-demand tables."""

    def __init__(self, *, clock: Callable[[], float]) -> None:
        super().__init__(clock=clock)
        self.meter = Meter()

    def get(
        self, key: Key, *, attributes: Sequence[str] = (), consistent: bool = True
    ) -> Row | None:
        units = max(1, ceil(self._size(key) / READ_UNIT_BYTES))
        self._charge("GetItem", reads=units if consistent else units / 2)
        return super().get(key, attributes=attributes)

    def put(self, row: Row, *, condition: Condition | None = None) -> None:
        key = Key(str(row["pk"]), str(row["sk"]))
        self._metered("PutItem", key, lambda: MemoryTable.put(self, row, condition=condition))

    def update(
        self,
        key: Key,
        *,
        values: Row | None = None,
        defaults: Row | None = None,
        increments: Mapping[str, int] | None = None,
        condition: Condition | None = None,
    ) -> Row:
        changed: Row = self._metered(
            "UpdateItem",
            key,
            lambda: MemoryTable.update(
                self,
                key,
                values=values,
                defaults=defaults,
                increments=increments,
                condition=condition,
            ),
        )
        return changed

    def delete(self, key: Key, *, condition: Condition | None = None) -> None:
        self._metered("DeleteItem", key, lambda: MemoryTable.delete(self, key, condition=condition))

    def query(
        self,
        partition: str,
        *,
        between: tuple[str, str] | None = None,
        start: str | None = None,
        limit: int | None = None,
        attributes: Sequence[str] = (),
    ) -> Page:
        # What is projected away is read, and charged, all the same.
        whole = super().query(partition, between=between, start=start, limit=limit)
        read = sum(row_bytes(row) for row in whole.rows)
        self._charge("Query", reads=max(1, ceil(read / READ_UNIT_BYTES)))
        return super().query(
            partition, between=between, start=start, limit=limit, attributes=attributes
        )

    def _metered(self, operation: str, key: Key, write: Callable[[], Any]) -> Any:
        before = self._size(key)
        try:
            return write()
        finally:
            # A write whose condition fails is charged like one that happens.
            size = max(before, self._size(key))
            self._charge(operation, writes=max(1, ceil(size / WRITE_UNIT_BYTES)))

    def _charge(self, operation: str, *, reads: float = 0, writes: int = 0) -> None:
        self.meter.calls[operation] += 1
        self.meter.read_units += reads
        self.meter.write_units += writes

    def _size(self, key: Key) -> int:
        row = super().get(key)
        return 0 if row is None else row_bytes(row)
