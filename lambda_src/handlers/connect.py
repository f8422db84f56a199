"""The $connect route: stores the connection, or refuses it."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any

from websocket_api import clients, environment, events, logs, responses
from websocket_api.connections import ConnectionRow, ConnectionStore
from websocket_api.dynamodb_table import DynamoDBTable

if TYPE_CHECKING:
    from collections.abc import Mapping

LOG = logging.getLogger(__name__)
logs.configure(environment.log_level())

TTL_SECONDS = environment.connection_ttl_seconds()
TABLE_NAME = environment.table_name()
# Made while Lambda initialises the function, on a full vCPU: it takes a fifth of a second there,
# and seven times that in a call, which has a seventh of a vCPU at 256 MB.
CONNECTIONS = ConnectionStore(DynamoDBTable(clients.dynamodb(), table_name=TABLE_NAME))


def handler(event: Mapping[str, Any], context: object) -> responses.ProxyResult:
    """Open the connection once its row is stored; if it cannot be, the client sees HTTP 500.

    The subprotocol is what the authorizer says: it alone knows after which one the client offered
    its token, and browsers give up a connection for which none that they offered was chosen.
    """
    connect = events.parse_connect(event)
    with logs.event_invocation(event, context):
        row = ConnectionRow.from_event(connect, ttl_seconds=TTL_SECONDS, clock=time.time)
        try:
            CONNECTIONS.put(row)
        except clients.errors() as error:
            LOG.exception(
                "connection refused: its row could not be stored",
                extra={"errorCode": clients.error_code(error)},
            )
            return responses.fail()
        LOG.info("connection stored")
        return responses.accept(subprotocol=connect.authorizer.get("subprotocol"))


if environment.metrics_namespace() is not None:
    from websocket_api import metrics

    handler = metrics.counting(metrics.CONNECTS, handler)
