"""Posts through the SDK, as ``Delivery`` makes them."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from websocket_api import clients
from websocket_api.delivery import Throttled
from websocket_api.management import Gone, ManagementClient

if TYPE_CHECKING:
    from mypy_boto3_apigatewaymanagementapi import ApiGatewayManagementApiClient

    from websocket_api.aws.connections import Connections

_THROTTLING_CODES = frozenset(
    {"LimitExceededException", "ThrottlingException", "TooManyRequestsException"}
)


class ManagementPost:
    """A ``Post`` over the @connections of one API stage.

    It removes no rows, and tries nothing again: that is for ``Delivery`` to do. So the client
    should make one attempt a call, as that of ``clients.posting`` does.
    """

    def __init__(self, client: Connections | ApiGatewayManagementApiClient) -> None:
        self._management = ManagementClient(client)

    def post(self, connection_id: str, data: bytes) -> None:
        """Send one message.

        Raises:
            Gone: the connection is closed, or not open yet.
            Throttled: API Gateway answered 429.
        """
        try:
            self._management.post(connection_id, data)
        except clients.errors() as error:
            if clients.error_code(error) in _THROTTLING_CODES:
                raise Throttled from error
            raise

    def close(self, connection_id: str) -> None:
        """Close a connection; one that is closed already is no error."""
        with suppress(Gone):
            self._management.delete(connection_id)

    def is_open(self, connection_id: str) -> bool:
        """Return whether API Gateway knows the connection as open."""
        try:
            self._management.get(connection_id)
        except Gone:
            return False
        return True
