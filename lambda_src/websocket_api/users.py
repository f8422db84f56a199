"""The connections of a user, of whom there can be several at once: tabs, devices, reconnects."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from websocket_api import keys
from websocket_api.table import all_rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from websocket_api.table import Table


class Users:
    """Finds connections by their user; ``ConnectionStore`` writes and removes what it reads."""

    def __init__(self, table: Table, *, clock: Callable[[], float] = time.time) -> None:
        """Take the table, and what gives epoch seconds."""
        self._table = table
        self._clock = clock

    def connections(self, user: str) -> tuple[str, ...]:
        """Return the IDs of a user's connections, in no order that means anything.

        The read is consistent: it sees every connection that was stored before.

        Raises:
            InvalidUser: the ID is empty or longer than 256 bytes.
        """
        rows = all_rows(self._table, keys.user_partition(keys.check_user(user)))
        now = self._clock()
        return tuple(
            str(row["connection_id"]) for row in rows if int(row[keys.TTL_ATTRIBUTE]) > now
        )
