"""The connections that the DynamoDB table knows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from websocket_api import keys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef, QueryInputTypeDef

    from websocket_api.events import ConnectEvent

CONNECTED_AT_MILLISECONDS = "connected_at_ms"
_DELETION_ATTRIBUTES = f"{keys.PARTITION_KEY}, {keys.SORT_KEY}, {CONNECTED_AT_MILLISECONDS}"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionRow:
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

    @classmethod
    def from_event(
        cls, event: ConnectEvent, *, ttl_seconds: int, clock: Callable[[], float]
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
        )

    @property
    def connected_at(self) -> datetime:
        """The instant at which the connection opened, in UTC."""
        return _EPOCH + timedelta(milliseconds=self.connected_at_milliseconds)

    def item(self) -> dict[str, AttributeValueTypeDef]:
        """Return the row as DynamoDB's attribute values; what is unknown has no attribute."""
        texts = {
            keys.PARTITION_KEY: keys.connection_partition(self.connection_id),
            keys.SORT_KEY: keys.connection_sort_key(self.connection_id),
            "connection_id": self.connection_id,
            "connected_at": self.connected_at.isoformat(timespec="milliseconds"),
            "source_ip": self.source_ip,
            "user_agent": self.user_agent,
            "domain_name": self.domain_name,
            "stage": self.stage,
        }
        numbers = {
            CONNECTED_AT_MILLISECONDS: self.connected_at_milliseconds,
            keys.TTL_ATTRIBUTE: self.ttl,
        }
        item: dict[str, AttributeValueTypeDef] = {}
        item.update({name: {"S": text} for name, text in texts.items() if text})
        item.update({name: {"N": str(number)} for name, number in numbers.items()})
        return item


class ConnectionStore:
    """Writes and removes the rows of connections, with PutItem, Query and DeleteItem alone.

    Every method raises what the client raises; ``clients.errors()`` names it.
    """

    def __init__(self, client: DynamoDBClient, *, table_name: str) -> None:
        self._client = client
        self._table_name = table_name

    def put(self, row: ConnectionRow) -> None:
        """Store a connection; a second time changes nothing."""
        self._client.put_item(TableName=self._table_name, Item=row.item())

    def delete(
        self, connection_id: str, *, connected_before_milliseconds: int | None = None
    ) -> int:
        """Remove every row of a connection and return how many there were; unknown ones have none.

        The connection's own row goes last: as long as it is there, a removal that was cut short
        can be seen and done again.

        Args:
            connection_id: the connection.
            connected_before_milliseconds: if given, a connection that opened at this instant
                (milliseconds since 1970) or later keeps its rows.
        """
        own_sort_key = keys.connection_sort_key(connection_id)
        rows = sorted(
            self._rows(connection_id),
            key=lambda row: row[keys.SORT_KEY]["S"] == own_sort_key,
        )
        if connected_before_milliseconds is not None and rows:
            connected_at = rows[-1].get(CONNECTED_AT_MILLISECONDS)
            if connected_at and int(connected_at["N"]) >= connected_before_milliseconds:
                return 0
        for row in rows:
            key = {name: row[name] for name in (keys.PARTITION_KEY, keys.SORT_KEY)}
            self._client.delete_item(TableName=self._table_name, Key=key)
        return len(rows)

    def _rows(self, connection_id: str) -> Iterator[dict[str, AttributeValueTypeDef]]:
        query: QueryInputTypeDef = {
            "TableName": self._table_name,
            "KeyConditionExpression": f"{keys.PARTITION_KEY} = :partition",
            "ExpressionAttributeValues": {
                ":partition": {"S": keys.connection_partition(connection_id)}
            },
            "ProjectionExpression": _DELETION_ATTRIBUTES,
            # An eventually consistent read could miss the row of a connection that closed at once.
            "ConsistentRead": True,
        }
        while True:
            page = self._client.query(**query)
            yield from page["Items"]
            if "LastEvaluatedKey" not in page:
                return
            query["ExclusiveStartKey"] = page["LastEvaluatedKey"]
