"""The $disconnect route: removes what the table knows of the connection."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from websocket_api import clients, environment, events, logs, responses
from websocket_api.connections import ConnectionStore
from websocket_api.dynamodb_table import DynamoDBTable

if TYPE_CHECKING:
    from collections.abc import Mapping

LOG = logging.getLogger(__name__)
logs.configure(environment.log_level())

TABLE_NAME = environment.table_name()
# Made while Lambda initialises the function, for the reason given in handlers/connect.py.
CONNECTIONS = ConnectionStore(DynamoDBTable(clients.dynamodb(), table_name=TABLE_NAME))


def handler(event: Mapping[str, Any], context: object) -> responses.ProxyResult:
    """Remove the connection's rows, however often it is told; what it misses is left to TTL.

    API Gateway ignores the result, but its access log shows the 500 of a removal that failed.
    """
    disconnect = events.parse_disconnect(event)
    with logs.event_invocation(event, context):
        try:
            removed = CONNECTIONS.delete(disconnect.connection_id)
        except clients.errors() as error:
            LOG.exception(
                "the connection's rows could not be removed",
                extra={"errorCode": clients.error_code(error)},
            )
            return responses.fail()
        LOG.info(
            "connection removed",
            extra={"rows": removed, "disconnectStatusCode": disconnect.disconnect_status_code},
        )
        return responses.accept()


if environment.metrics_namespace() is not None:
    from websocket_api import metrics

    handler = metrics.counting(metrics.DISCONNECTS, handler)
