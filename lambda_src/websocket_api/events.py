"""The events that API Gateway sends to a Lambda function of a WebSocket API.

Keys that AWS leaves out, and explicit nulls in their place, are the same to ``parse``: text is
empty, a number or an optional text is None, a mapping is empty. Only a connection ID must be there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from websocket_api.event_object import EventObject, InvalidEvent, message_body, request_context
from websocket_api.headers import Headers

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import ClassVar, NoReturn

__all__ = [
    "ConnectEvent",
    "DisconnectEvent",
    "Event",
    "Identity",
    "InvalidEvent",
    "MessageEvent",
    "parse",
    "parse_connect",
    "parse_disconnect",
    "parse_message",
]


class Value:
    """Something that cannot be changed, and is equal to what has the same members.

    No data class: their module and five of them take an execution environment 10 ms to start.
    """

    confidential: ClassVar[frozenset[str]] = frozenset()
    """The members that ``repr`` does not show."""

    def __init__(self, **members: Any) -> None:
        self.__dict__.update(members)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{type(self).__name__}.{name} cannot be changed.")

    def __delattr__(self, name: str) -> NoReturn:
        self.__setattr__(name, None)

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        return hash(tuple(self.__dict__))

    def __repr__(self) -> str:
        shown = (
            f"{name}={value!r}"
            for name, value in self.__dict__.items()
            if name not in self.confidential
        )
        return f"{type(self).__name__}({', '.join(shown)})"


class Identity(Value):
    """Who opened the connection, as far as API Gateway knows."""

    confidential = frozenset({"access_key", "api_key"})

    source_ip: str
    user_agent: str | None
    api_key: str | None
    api_key_id: str | None
    # The rest is there when the $connect route has IAM authorization.
    account_id: str | None
    access_key: str | None
    caller: str | None
    user: str | None
    user_arn: str | None
    principal_org_id: str | None
    cognito_identity_id: str | None
    cognito_identity_pool_id: str | None
    cognito_authentication_type: str | None
    cognito_authentication_provider: str | None


class Event(Value):
    """What every event of a connection has in common: the members of its ``requestContext``."""

    event_type: ClassVar[str]
    confidential = frozenset(
        {
            "authorizer",
            "body",
            "multi_value_query_string_parameters",
            "query_string_parameters",
            "stage_variables",
        }
    )

    connection_id: str
    """Opaque, of no fixed length; percent-encode it in URLs."""
    connected_at_milliseconds: int | None
    """When the connection opened, in milliseconds since 1970; the same in all its events."""
    route_key: str
    stage: str
    domain_name: str
    """The host that the client asked for: the API's own or a custom domain."""
    api_id: str
    request_id: str
    """API Gateway's ID of this event, which an error frame shows to the client."""
    extended_request_id: str
    request_time: str
    """When API Gateway received the request, as in ``20/Jan/2024:11:55:00 +0000``."""
    request_time_milliseconds: int | None
    message_direction: str
    identity: Identity
    authorizer: Mapping[str, Any]
    """What the Lambda authorizer of $connect returned: principalId and its context."""
    stage_variables: Mapping[str, str]


class ConnectEvent(Event):
    """A client asks for a connection, which opens if the function returns a 2xx status."""

    event_type = "CONNECT"

    headers: Headers
    query_string_parameters: Mapping[str, str]
    """The last value of each parameter."""
    multi_value_query_string_parameters: Mapping[str, tuple[str, ...]]


class MessageEvent(Event):
    """A client sent a message."""

    event_type = "MESSAGE"

    message_id: str
    body: str
    """The message's text, decoded already if API Gateway sent it in Base64."""
    is_base64_encoded: bool
    """Whether API Gateway sent the body in Base64."""


class DisconnectEvent(Event):
    """A connection has closed. API Gateway does not promise to deliver this event."""

    event_type = "DISCONNECT"

    headers: Headers
    disconnect_status_code: int | None
    """The WebSocket close code, such as 1000; 1005 and 1006 if the client sent none."""
    disconnect_reason: str


def parse(event: Mapping[str, Any]) -> ConnectEvent | MessageEvent | DisconnectEvent:
    """Return the event that its ``requestContext.eventType`` says it is.

    Raises:
        InvalidEvent: it has no known type, no connection ID, or a member of a wrong type.
    """
    event_type = EventObject(event).child("requestContext").text("eventType")
    if event_type == ConnectEvent.event_type:
        return parse_connect(event)
    if event_type == MessageEvent.event_type:
        return parse_message(event)
    if event_type == DisconnectEvent.event_type:
        return parse_disconnect(event)
    raise InvalidEvent(
        f"requestContext.eventType is {event_type or 'missing'}, "
        "not CONNECT, MESSAGE or DISCONNECT."
    )


def parse_connect(event: Mapping[str, Any]) -> ConnectEvent:
    """Return the event of the $connect route.

    Raises:
        InvalidEvent: it is of another type, has no connection ID, or a member of a wrong type.
    """
    source = EventObject(event)
    return ConnectEvent(
        **_common(source, ConnectEvent.event_type),
        headers=_headers(source),
        query_string_parameters=source.texts("queryStringParameters"),
        multi_value_query_string_parameters=source.text_lists("multiValueQueryStringParameters"),
    )


def parse_message(event: Mapping[str, Any]) -> MessageEvent:
    """Return the event of $default or a custom route.

    Raises:
        InvalidEvent: it is of another type, has no connection ID, a member of a wrong type, or a
            body that says it is Base64 and does not decode to UTF-8 text.
    """
    source = EventObject(event)
    return MessageEvent(
        **_common(source, MessageEvent.event_type),
        message_id=source.child("requestContext").text("messageId"),
        body=message_body(source),
        is_base64_encoded=source.boolean("isBase64Encoded"),
    )


def parse_disconnect(event: Mapping[str, Any]) -> DisconnectEvent:
    """Return the event of the $disconnect route.

    Raises:
        InvalidEvent: it is of another type, has no connection ID, or a member of a wrong type.
    """
    source = EventObject(event)
    context = source.child("requestContext")
    return DisconnectEvent(
        **_common(source, DisconnectEvent.event_type),
        headers=_headers(source),
        disconnect_status_code=context.optional_integer("disconnectStatusCode"),
        disconnect_reason=context.text("disconnectReason"),
    )


def _common(source: EventObject, event_type: str) -> dict[str, Any]:
    context = request_context(source, event_type)
    return {
        "connection_id": context.text("connectionId"),
        "connected_at_milliseconds": context.optional_integer("connectedAt"),
        "route_key": context.text("routeKey"),
        "stage": context.text("stage"),
        "domain_name": context.text("domainName"),
        "api_id": context.text("apiId"),
        "request_id": context.text("requestId"),
        "extended_request_id": context.text("extendedRequestId"),
        "request_time": context.text("requestTime"),
        "request_time_milliseconds": context.optional_integer("requestTimeEpoch"),
        "message_direction": context.text("messageDirection"),
        "identity": _identity(context.child("identity")),
        "authorizer": context.child("authorizer").members,
        "stage_variables": source.texts("stageVariables"),
    }


def _identity(source: EventObject) -> Identity:
    return Identity(
        source_ip=source.text("sourceIp"),
        user_agent=source.optional_text("userAgent"),
        api_key=source.optional_text("apiKey"),
        api_key_id=source.optional_text("apiKeyId"),
        account_id=source.optional_text("accountId"),
        access_key=source.optional_text("accessKey"),
        caller=source.optional_text("caller"),
        user=source.optional_text("user"),
        user_arn=source.optional_text("userArn"),
        principal_org_id=source.optional_text("principalOrgId"),
        cognito_identity_id=source.optional_text("cognitoIdentityId"),
        cognito_identity_pool_id=source.optional_text("cognitoIdentityPoolId"),
        cognito_authentication_type=source.optional_text("cognitoAuthenticationType"),
        cognito_authentication_provider=source.optional_text("cognitoAuthenticationProvider"),
    )


def _headers(source: EventObject) -> Headers:
    single = {name: (value,) for name, value in source.texts("headers").items()}
    return Headers(single | dict(source.text_lists("multiValueHeaders")))
