"""DynamoDB's time to live: items whose time is over are deleted, some time later.

See "Using time to live (TTL) in DynamoDB" in the Amazon DynamoDB Developer Guide.
"""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table

from local_aws.control_plane.dynamodbstreams.shard import Shard

logger = logging.getLogger(__name__)

# What is longer past than this is taken for something else than a time.
OLDEST_SECONDS: Final = 5 * 365 * 24 * 3_600


def sweep(now: float) -> int:
    """Delete the items of all tables whose time is over at `now`, in seconds since the epoch.

    Returns how many were deleted.
    """
    return sum(
        _sweep_table(table, now)
        for regions in list(dynamodb_backends.values())
        for backend in list(regions.values())
        for table in list(backend.tables.values())
        if table.ttl.get("TimeToLiveStatus") == "ENABLED"
    )


@contextmanager
def sweeping(seconds: float) -> Iterator[None]:
    """Sweep every so many seconds while the block runs."""
    stopped = threading.Event()

    def run() -> None:
        while not stopped.wait(seconds):
            try:
                sweep(time.time())
            except Exception:
                logger.exception("Items whose time to live is over could not be deleted")

    thread = threading.Thread(target=run, name="time-to-live")
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()


def is_over(attribute: DynamoType | None, now: float) -> bool:
    """Tell whether the time that a time-to-live attribute holds has passed."""
    if attribute is None or attribute.type != "N":
        return False
    try:
        return now - OLDEST_SECONDS <= Decimal(str(attribute.value)) < now
    except InvalidOperation:
        return False


def _sweep_table(table: Table, now: float) -> int:
    name = table.ttl["AttributeName"]
    return sum(_delete_if_over(table, item, name, now) for item in _items(table))


def _items(table: Table) -> list[Item]:
    """Return all items, while others may be written."""
    # moto has no type for both: items by their hash keys, and items by range keys by hash keys.
    values: list[Any] = list(table.items.values())
    if table.range_key_attr is None:
        return values
    return [item for items in values for item in list(items.values())]


def _delete_if_over(table: Table, item: Item, name: str, now: float) -> bool:
    if not is_over(item.attrs.get(name), now):
        return False
    items: dict[Any, Any] = table.items
    key = item.hash_key
    if item.range_key is not None:
        items, key = items.get(item.hash_key, {}), item.range_key
    if items.get(key) is not item:
        return False
    del items[key]
    if isinstance(table.stream_shard, Shard):
        table.stream_shard.add_expired(item)
    return True
