"""Posts to connections, as ``Delivery`` makes them."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from websocket_api import clients, environment
from websocket_api.aws.errors import THROTTLING_CODES
from websocket_api.management import Gone, ManagementClient, Throttled

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_apigatewaymanagementapi import ApiGatewayManagementApiClient

    from websocket_api.aws.connections import Connections
    from websocket_api.posting_engine import PostingEngine

# An answer that names no error is known by its status.
_THROTTLING_CODES = THROTTLING_CODES | {"429"}
_GONE_CODES = frozenset({"GoneException", "410"})


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
            meaning = meaning_of(error, connection_id)
            if meaning is error:
                raise
            raise meaning from error

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


def meaning_of(error: Exception, connection_id: str) -> Exception:
    """Return what AWS's refusal of a post says of the connection; else the error itself."""
    code = clients.error_code(error)
    if code in _THROTTLING_CODES:
        return Throttled()
    return Gone(connection_id) if code in _GONE_CODES else error


def posting_engine(environ: Mapping[str, str] = os.environ) -> PostingEngine | None:
    """Return what posts to many connections of the API, or None if the SDK is to do it.

    Raises:
        MissingEnvironmentVariable: WEBSOCKET_MANAGEMENT_ENDPOINT is absent or empty.
        InvalidEnvironmentVariable: WEBSOCKET_AWS_CLIENT names no client.
    """
    if environment.aws_client(environ) == environment.SDK:
        return None
    return clients.posting_engine(environment.management_endpoint(environ))
