"""API Gateway's @connections, called as the SDK's apigatewaymanagementapi client is."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from websocket_api.aws.errors import Exceptions, NoAnswer
from websocket_api.aws.service import object_in
from websocket_api.aws.signature import percent_encoded

if TYPE_CHECKING:
    from websocket_api.aws.service import Service


class Connections:
    """The operations: each takes and returns what the SDK's client does.

    The paths are those of Use @connections commands in your backend service.
    """

    exceptions = Exceptions

    def __init__(self, service: Service) -> None:
        """Take what calls the service."""
        self._service = service

    def post_to_connection(self, *, ConnectionId: str, Data: bytes) -> None:  # noqa: N803 - AWS's
        """Send a message to a client."""
        self._service.call("PostToConnection", path=_path(ConnectionId), body=Data)

    def get_connection(self, *, ConnectionId: str) -> dict[str, Any]:  # noqa: N803 - AWS's
        """Return who is connected since when."""
        answer = self._service.call("GetConnection", method="GET", path=_path(ConnectionId))
        told = object_in(answer, "GetConnection")
        try:
            identity = {"SourceIp": told["identity"]["sourceIp"]}
            if told["identity"].get("userAgent") is not None:
                identity["UserAgent"] = told["identity"]["userAgent"]
            return {
                "ConnectedAt": datetime.fromisoformat(told["connectedAt"]),
                "Identity": identity,
                "LastActiveAt": datetime.fromisoformat(told["lastActiveAt"]),
            }
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise NoAnswer(
                f"The answer to GetConnection is not as documented: {error!r}"
            ) from error

    def delete_connection(self, *, ConnectionId: str) -> None:  # noqa: N803 - AWS's
        """Close a connection."""
        self._service.call("DeleteConnection", method="DELETE", path=_path(ConnectionId))


def _path(connection_id: str) -> str:
    return f"/@connections/{percent_encoded(connection_id)}"
