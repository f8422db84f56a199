"""The @connections API: what a backend can do to an open connection."""

from __future__ import annotations

import logging
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from websocket_api import clients

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from mypy_boto3_apigatewaymanagementapi import ApiGatewayManagementApiClient

    from websocket_api.aws.connections import Connections
    from websocket_api.connections import ConnectionStore

YOUNG_CONNECTION_SECONDS = 5
"""A younger connection keeps its rows: API Gateway can call one gone that is about to open."""

_LOG = logging.getLogger(__name__)


class Gone(Exception):
    """The connection is closed, or not open yet: $connect has to return before it opens."""

    def __init__(self, connection_id: str) -> None:
        super().__init__(f"The connection {connection_id} is gone.")
        self.connection_id = connection_id


class Throttled(Exception):
    """API Gateway takes no more for now: of the account, or for this connection's full buffer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionStatus:
    """What API Gateway says of an open connection."""

    connected_at: datetime
    last_active_at: datetime
    source_ip: str
    user_agent: str | None


class ManagementClient:
    """Posts to, looks at and closes the connections of one API stage.

    A call raises ``Gone`` for a connection that is no longer there; anything else that fails raises
    what the client raises (``clients.errors()``).
    """

    def __init__(
        self,
        client: Connections | ApiGatewayManagementApiClient,
        *,
        connections: ConnectionStore | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Take the client, and where to remove the rows of a connection found gone, if anywhere.

        ``clock`` gives epoch seconds.
        """
        self._client = client
        self._connections = connections
        self._clock = clock

    def post(self, connection_id: str, data: str | bytes) -> None:
        """Send one text message, of UTF-8 and at most 131,072 bytes.

        Returning means that API Gateway took the message, not that the client read it. A call whose
        answer got lost is repeated, so that a message can arrive twice.
        """
        payload = data.encode() if isinstance(data, str) else data
        with self._raising_gone(connection_id):
            self._client.post_to_connection(ConnectionId=connection_id, Data=payload)

    def get(self, connection_id: str) -> ConnectionStatus:
        """Return when the connection opened and was last active, and who opened it."""
        with self._raising_gone(connection_id):
            answer = self._client.get_connection(ConnectionId=connection_id)
        return ConnectionStatus(
            connected_at=answer["ConnectedAt"],
            last_active_at=answer["LastActiveAt"],
            source_ip=answer["Identity"]["SourceIp"],
            user_agent=answer["Identity"].get("UserAgent"),
        )

    def delete(self, connection_id: str) -> None:
        """Close the connection; its $disconnect route then sees the close code 1000."""
        with self._raising_gone(connection_id):
            self._client.delete_connection(ConnectionId=connection_id)

    @contextmanager
    def _raising_gone(self, connection_id: str) -> Iterator[None]:
        try:
            yield
        except self._client.exceptions.GoneException as error:
            self._forget(connection_id)
            raise Gone(connection_id) from error

    def _forget(self, connection_id: str) -> None:
        if self._connections is None:
            return
        young_since = int((self._clock() - YOUNG_CONNECTION_SECONDS) * 1000)
        try:
            self._connections.delete(connection_id, connected_before_milliseconds=young_since)
        except clients.errors() as error:
            # Gone is still the answer; the next post to the connection, or TTL, removes the rows.
            _LOG.warning(
                "the rows of a gone connection were not removed",
                extra={"goneConnectionId": connection_id, "errorCode": clients.error_code(error)},
            )
