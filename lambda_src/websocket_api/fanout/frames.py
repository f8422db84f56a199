"""Frames that are too large for the queue: rows of the table, which tasks name."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from websocket_api import keys
from websocket_api.table import all_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from websocket_api.table import Table

_DATA = "data"


class FramesMissing(Exception):
    """The rows of a task's frames have expired."""

    def __init__(self, frames_id: str) -> None:
        super().__init__(f"The table has no frames {frames_id}: they have expired.")


class FrameStore:
    """Keeps frames until nobody sends them any more. Methods raise what the table raises."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def put(self, frames: Sequence[str], *, ttl: int) -> str:
        """Keep frames until some epoch seconds, and return the ID under which they lie."""
        frames_id = os.urandom(12).hex()
        for index, frame in enumerate(frames):
            self._table.put(
                {
                    keys.PARTITION_KEY: keys.frames_partition(frames_id),
                    keys.SORT_KEY: keys.frame_sort_key(index),
                    _DATA: frame,
                    keys.TTL_ATTRIBUTE: ttl,
                }
            )
        return frames_id

    def get(self, frames_id: str) -> tuple[str, ...]:
        """Return the frames, in their order.

        Raises:
            FramesMissing: they are not there any more.
        """
        rows = all_rows(self._table, keys.frames_partition(frames_id))
        frames = tuple(str(row[_DATA]) for row in rows)
        if not frames:
            raise FramesMissing(frames_id)
        return frames
