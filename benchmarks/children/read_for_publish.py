"""A publish to many subscribers in memory, and what it reads of the table."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING

from websocket_api.channels import Channels
from websocket_api.connections import ConnectionStore
from websocket_api.delivery import Delivery
from websocket_api.testing.memory_table import MemoryTable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from websocket_api.table import Page

CHANNEL = "room/blue"


class CountingTable(MemoryTable):
    """Counts the pages that are read, and how often each row is in one."""

    def __init__(self) -> None:
        super().__init__()
        self.pages = 0
        self.reads: Counter[str] = Counter()

    def query(
        self,
        partition: str,
        *,
        between: tuple[str, str] | None = None,
        start: str | None = None,
        limit: int | None = None,
        attributes: Sequence[str] = (),
    ) -> Page:
        """Return what the table returns, counted."""
        page = super().query(
            partition, between=between, start=start, limit=limit, attributes=attributes
        )
        self.pages += 1
        self.reads.update(f"{row['pk']} {row['sk']}" for row in page.rows)
        return page


class Open:
    """A ``Post`` to connections that are all open."""

    def __init__(self) -> None:
        self.posts = 0

    def post(self, connection_id: str, data: bytes) -> None:
        """Count the post."""
        del connection_id, data
        self.posts += 1

    def is_open(self, connection_id: str) -> bool:
        """Return that it is."""
        del connection_id
        return True


def main(subscribers: int, shards: int) -> None:
    """Subscribe, publish, and print what was read."""
    table, post = CountingTable(), Open()
    channels = Channels(
        table,
        delivery=Delivery(post, connections=ConnectionStore(table, clock=time.time), concurrency=1),
        clock=time.time,
        shards=shards,
    )
    channel = channels.channel(CHANNEL)
    channel.grow(shards)
    ttl = int(time.time()) + 7500
    for number in range(subscribers):
        channels.subscribe(f"R1kExam{number:06}A=", CHANNEL, ttl=ttl)
    table.pages = 0
    table.reads.clear()
    channel.publish({"text": "hello"}, deadline=time.time() + 600)
    read_again = sum(count - 1 for count in table.reads.values())
    measured = {"pages": table.pages, "read_again": read_again, "posts": post.posts}
    print(json.dumps(measured))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
