"""The events that API Gateway sends to a function, of one connection of a test's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

DOMAIN_NAME = "abcdef1234.execute-api.us-east-1.amazonaws.com"
STAGE = "test"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventSource:
    """What all events of one connection have in common."""

    connection_id: str
    connected_at: float
    """Epoch seconds."""
    authorizer: Mapping[str, Any]

    def connect(
        self,
        *,
        request_id: str,
        headers: Mapping[str, str],
        query: Mapping[str, str],
        subprotocols: Sequence[str],
    ) -> dict[str, Any]:
        """Return the event of $connect."""
        sent = {"Host": DOMAIN_NAME, **headers}
        if subprotocols:
            sent["Sec-WebSocket-Protocol"] = ", ".join(subprotocols)
        event = self._event("$connect", "CONNECT", request_id, at=self.connected_at)
        event |= _headers(sent)
        if query:
            event["queryStringParameters"] = dict(query)
            event["multiValueQueryStringParameters"] = {
                name: [value] for name, value in query.items()
            }
        return event

    def message(self, text: str, *, route_key: str, request_id: str, at: float) -> dict[str, Any]:
        """Return the event of a message."""
        event = self._event(route_key, "MESSAGE", request_id, at=at)
        event["requestContext"]["messageId"] = request_id
        event["body"] = text
        return event

    def disconnect(self, code: int, reason: str, *, request_id: str, at: float) -> dict[str, Any]:
        """Return the event of $disconnect."""
        event = self._event("$disconnect", "DISCONNECT", request_id, at=at)
        event["requestContext"] |= {"disconnectStatusCode": code, "disconnectReason": reason}
        stub = {"Host": DOMAIN_NAME, "x-api-key": "", "X-Forwarded-For": "", "x-restapi": ""}
        return event | _headers(stub)

    def _event(
        self, route_key: str, event_type: str, request_id: str, *, at: float
    ) -> dict[str, Any]:
        instant = datetime.fromtimestamp(at, tz=UTC)
        context: dict[str, Any] = {
            "routeKey": route_key,
            "eventType": event_type,
            "extendedRequestId": request_id,
            "requestTime": instant.strftime("%d/%b/%Y:%H:%M:%S +0000"),
            "messageDirection": "IN",
            "stage": STAGE,
            "connectedAt": int(self.connected_at * 1000),
            "requestTimeEpoch": int(at * 1000),
            "identity": {"sourceIp": "192.0.2.1", "userAgent": "websocket_api.testing"},
            "requestId": request_id,
            "domainName": DOMAIN_NAME,
            "connectionId": self.connection_id,
            "apiId": DOMAIN_NAME.partition(".")[0],
        }
        if self.authorizer:
            context["authorizer"] = dict(self.authorizer)
        return {"requestContext": context, "isBase64Encoded": False}


def _headers(sent: Mapping[str, str]) -> dict[str, Any]:
    multiple = {name: [value] for name, value in sent.items()}
    return {"headers": dict(sent), "multiValueHeaders": multiple}
