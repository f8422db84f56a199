"""The connections that the table knows."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from websocket_api import keys
from websocket_api.table import Key, all_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from websocket_api.events import ConnectEvent
    from websocket_api.table import Row, Table

CONNECTED_AT_MILLISECONDS = "connected_at_ms"
_USER = "user"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class ConnectionRow(NamedTuple):
    """What the table keeps of one open connection."""

    connection_id: str
    connected_at_milliseconds: int
    """Milliseconds since 1970."""
    source_ip: str
    user_agent: str | None
    domain_name: str
    stage: str
    ttl: int
    """Epoch seconds after which DynamoDB may delete the row, whether $disconnect came or not."""
    user: str | None = None
    """Whose connection it is, if the application knows."""
    attributes: Mapping[str, Any] = MappingProxyType({})
    """What the application keeps of the connection, of JSON's types."""

    def __repr__(self) -> str:
        return f"ConnectionRow({self.connection_id!r})"

    @classmethod
    def from_event(
        cls,
        event: ConnectEvent,
        *,
        ttl_seconds: int,
        clock: Callable[[], float],
        user: str | None = None,
        attributes: Mapping[str, Any] | None = None,
    ) -> ConnectionRow:
        """Return the row of a connection about to open, to be kept for ``ttl_seconds`` at least.

        ``clock`` gives the epoch seconds of now, for an event that does not say when it happened.
        """
        connected_at = event.connected_at_milliseconds
        if connected_at is None:
            connected_at = int(clock() * 1000)
        return cls(
            connection_id=event.connection_id,
            connected_at_milliseconds=connected_at,
            source_ip=event.identity.source_ip,
            user_agent=event.identity.user_agent,
            domain_name=event.domain_name,
            stage=event.stage,
            ttl=connected_at // 1000 + ttl_seconds,
            user=user,
            attributes=attributes or {},
        )

    @classmethod
    def from_row(cls, row: Row) -> ConnectionRow:
        """Return the connection that a row of the table is of."""
        return cls(
            connection_id=str(row["connection_id"]),
            connected_at_milliseconds=int(row[CONNECTED_AT_MILLISECONDS]),
            source_ip=str(row.get("source_ip", "")),
            user_agent=_optional_text(row, "user_agent"),
            domain_name=str(row.get("domain_name", "")),
            stage=str(row.get("stage", "")),
            ttl=int(row[keys.TTL_ATTRIBUTE]),
            user=_optional_text(row, _USER),
            attributes=json.loads(str(row.get("attributes", "{}"))),
        )

    @property
    def connected_at(self) -> datetime:
        """The instant at which the connection opened, in UTC."""
        return _EPOCH + timedelta(milliseconds=self.connected_at_milliseconds)

    def row(self) -> Row:
        """Return the table's row; what is unknown has no attribute."""
        texts = {
            "connection_id": self.connection_id,
            "connected_at": self.connected_at.isoformat(timespec="milliseconds"),
            "source_ip": self.source_ip,
            "user_agent": self.user_agent,
            "domain_name": self.domain_name,
            "stage": self.stage,
            _USER: self.user,
            "attributes": json.dumps(dict(self.attributes)) if self.attributes else None,
        }
        return {
            keys.PARTITION_KEY: keys.connection_partition(self.connection_id),
            keys.SORT_KEY: keys.connection_sort_key(self.connection_id),
            **{name: text for name, text in texts.items() if text},
            CONNECTED_AT_MILLISECONDS: self.connected_at_milliseconds,
            keys.TTL_ATTRIBUTE: self.ttl,
        }


class ConnectionStore:
    """Writes, reads and removes the rows of connections.

    ``put`` needs PutItem, ``get`` GetItem, and ``delete`` Query and DeleteItem, for channels with
    presence PutItem too. Every method raises what the table raises; ``clients.errors()`` names it.
    """

    def __init__(self, table: Table, *, clock: Callable[[], float] = time.time) -> None:
        """Take the table; ``clock`` gives epoch seconds."""
        self._table = table
        self._clock = clock

    def put(self, connection: ConnectionRow) -> None:
        """Store a connection, and where to find it by its user; a second time changes nothing.

        Raises:
            InvalidUser: the user's ID is empty or longer than 256 bytes.
        """
        if connection.user is None:
            self._table.put(connection.row())
            return
        user_key = _user_key(keys.check_user(connection.user), connection.connection_id)
        # The connection's own row goes first: whoever removes it finds the other through it.
        self._table.put(connection.row())
        self._table.put(
            {
                keys.PARTITION_KEY: user_key.partition,
                keys.SORT_KEY: user_key.sort,
                "connection_id": connection.connection_id,
                keys.TTL_ATTRIBUTE: connection.ttl,
            }
        )

    def get(self, connection_id: str) -> ConnectionRow | None:
        """Return a connection that was stored and has neither been removed nor expired."""
        row = self._table.get(_own_key(connection_id))
        if row is None or int(row[keys.TTL_ATTRIBUTE]) <= self._clock():
            return None
        return ConnectionRow.from_row(row)

    def is_younger(self, connection_id: str, seconds: float) -> bool:
        """Return whether a connection that was stored opened less than so many seconds ago."""
        row = self._table.get(_own_key(connection_id), attributes=(CONNECTED_AT_MILLISECONDS,))
        opened_at = None if row is None else row.get(CONNECTED_AT_MILLISECONDS)
        return opened_at is not None and int(opened_at) > (self._clock() - seconds) * 1000

    def delete(
        self, connection_id: str, *, connected_before_milliseconds: int | None = None
    ) -> int:
        """Remove every row of a connection and return how many there were; unknown ones have none.

        That ends its subscriptions too, and its user no longer leads to it. The count is of the
        rows under the connection's own ``pk``. The connection's own row goes last: as long as it
        is there, a removal that was cut short can be seen and done again.

        Args:
            connection_id: the connection.
            connected_before_milliseconds: if given, a connection that opened at this instant
                (milliseconds since 1970) or later keeps its rows.
        """
        rows = self._rows(connection_id)
        if connected_before_milliseconds is not None and rows:
            connected_at = rows[-1].get(CONNECTED_AT_MILLISECONDS)
            if connected_at is not None and int(connected_at) >= connected_before_milliseconds:
                return 0
        for row in rows:
            self._remove(connection_id, row)
        return len(rows)

    def _rows(self, connection_id: str) -> Sequence[Row]:
        from websocket_api import subscriptions  # noqa: PLC0415 - $connect removes nothing

        own_sort_key = keys.connection_sort_key(connection_id)
        # An eventually consistent read could miss the row of a connection that closed at once.
        rows = all_rows(
            self._table,
            keys.connection_partition(connection_id),
            attributes=(CONNECTED_AT_MILLISECONDS, *subscriptions.SUBSCRIPTION_ATTRIBUTES),
        )
        return sorted(rows, key=lambda row: row[keys.SORT_KEY] == own_sort_key)

    def _remove(self, connection_id: str, row: Row) -> None:
        from websocket_api import subscriptions  # noqa: PLC0415 - as above

        if str(row[keys.SORT_KEY]).startswith(keys.SUBSCRIPTION_PREFIX):
            subscriptions.withdraw(
                self._table, subscriptions.Subscription.from_row(row), now=self._clock()
            )
            return
        if _USER in row:
            self._table.delete(_user_key(str(row[_USER]), connection_id))
        self._table.delete(Key(str(row[keys.PARTITION_KEY]), str(row[keys.SORT_KEY])))


def _own_key(connection_id: str) -> Key:
    return Key(keys.connection_partition(connection_id), keys.connection_sort_key(connection_id))


def _user_key(user: str, connection_id: str) -> Key:
    return Key(keys.user_partition(user), keys.connection_sort_key(connection_id))


def _optional_text(row: Row, name: str) -> str | None:
    value = row.get(name)
    return None if value is None else str(value)
