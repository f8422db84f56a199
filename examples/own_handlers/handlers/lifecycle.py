"""$connect and $disconnect in one function: the row of a connection comes and goes."""

import time
from typing import Any

from websocket_api import clients, environment, responses
from websocket_api.connections import ConnectionRow, ConnectionStore
from websocket_api.dynamodb_table import DynamoDBTable
from websocket_api.events import ConnectEvent, parse

CONNECTIONS = ConnectionStore(
    DynamoDBTable(clients.dynamodb(), table_name=environment.table_name())
)
TTL_SECONDS = environment.connection_ttl_seconds()


def handler(event: dict[str, Any], _context: object) -> responses.ProxyResult:
    """Store a connection that opens, and forget one that has ended."""
    parsed = parse(event)
    if isinstance(parsed, ConnectEvent):
        CONNECTIONS.put(ConnectionRow.from_event(parsed, ttl_seconds=TTL_SECONDS, clock=time.time))
    else:
        CONNECTIONS.delete(parsed.connection_id)
    return responses.accept()
