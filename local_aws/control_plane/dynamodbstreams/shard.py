"""The one shard of a table's stream."""

import threading
from typing import Any, Final

from moto.dynamodb.models.dynamo_type import Item
from moto.dynamodb.models.table import StreamRecord, StreamShard, Table

_TIME_TO_LIVE: Final = {"PrincipalId": "dynamodb.amazonaws.com", "Type": "Service"}

# One for all shards, as moto copies tables with all that they hold.
_adding = threading.Lock()


class Shard(StreamShard):
    """moto's shard; what it adds has an order, whichever thread writes, and is as AWS's records."""

    def __init__(self, account_id: str, table: Table) -> None:
        super().__init__(account_id, table)
        self.view_type = str((table.stream_specification or {}).get("StreamViewType"))

    @property
    def is_enabled(self) -> bool:
        """Whether the table's writes are still recorded."""
        return bool((self.table.stream_specification or {}).get("StreamEnabled"))

    def add(self, old: Item | None, new: Item | None) -> None:
        """Add the record of a write, unless it changed nothing."""
        if old is None or new is None or old.to_json() != new.to_json():
            self._append(old, new, {})

    def add_expired(self, old: Item) -> None:
        """Add the record of an item that was deleted as its time to live was over."""
        self._append(old, None, {"userIdentity": _TIME_TO_LIVE})

    def _append(self, old: Item | None, new: Item | None, origin: dict[str, Any]) -> None:
        if not self.is_enabled:
            return
        name = "INSERT" if old is None else "REMOVE" if new is None else "MODIFY"
        region = self.table.table_arn.split(":")[3]
        with _adding:
            sequence_number = self.starting_sequence_number + len(self.items)
            record = StreamRecord(self.table, self.view_type, name, old, new, sequence_number)
            record.record |= {"awsRegion": region, "eventVersion": "1.1", **origin}
            self.items.append(record)
