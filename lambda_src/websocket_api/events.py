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
    """Something whose members are set once, and that is equal to what has the same.

    No data class: their module and five of them take an execution environment 10 ms to start.
    """

    confidential: ClassVar[frozenset[str]] = frozenset()
    """The members that ``repr`` does not show."""

    def __setattr__(self, name: str, value: object) -> None:
        if name in self.__dict__:
            raise AttributeError(f"{type(self).__name__}.{name} cannot be changed.")
        super().__setattr__(name, value)

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"{type(self).__name__}.{name} cannot be removed.")

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.__dict__ == other.__dict__

    __hash__ = None  # type: ignore[assignment] # the mappings that events hold have none either

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

    def __init__(self, identity: EventObject) -> None:
        """Take the ``requestContext.identity`` of an event."""
        self.source_ip = identity.text("sourceIp")
        self.user_agent = identity.optional_text("userAgent")
        self.api_key = identity.optional_text("apiKey")
        self.api_key_id = identity.optional_text("apiKeyId")
        # The rest is there when the $connect route has IAM authorization.
        self.account_id = identity.optional_text("accountId")
        self.access_key = identity.optional_text("accessKey")
        self.caller = identity.optional_text("caller")
        self.user = identity.optional_text("user")
        self.user_arn = identity.optional_text("userArn")
        self.principal_org_id = identity.optional_text("principalOrgId")
        self.cognito_identity_id = identity.optional_text("cognitoIdentityId")
        self.cognito_identity_pool_id = identity.optional_text("cognitoIdentityPoolId")
        self.cognito_authentication_type = identity.optional_text("cognitoAuthenticationType")
        self.cognito_authentication_provider = identity.optional_text(
            "cognitoAuthenticationProvider"
        )


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

    def __init__(self, source: EventObject) -> None:
        """Take the event as API Gateway sent it.

        Raises:
            InvalidEvent: it is of another type, has no connection ID, or a member of a wrong type.
        """
        context = request_context(source, self.event_type)
        self.connection_id = context.text("connectionId")
        """Opaque, of no fixed length; percent-encode it in URLs."""
        self.connected_at_milliseconds = context.optional_integer("connectedAt")
        """When the connection opened, in milliseconds since 1970; the same in all its events."""
        self.route_key = context.text("routeKey")
        self.stage = context.text("stage")
        self.domain_name = context.text("domainName")
        """The host that the client asked for: the API's own or a custom domain."""
        self.api_id = context.text("apiId")
        self.request_id = context.text("requestId")
        """API Gateway's ID of this event, which an error frame shows to the client."""
        self.extended_request_id = context.text("extendedRequestId")
        self.request_time = context.text("requestTime")
        """When API Gateway received the request, as in ``20/Jan/2024:11:55:00 +0000``."""
        self.request_time_milliseconds = context.optional_integer("requestTimeEpoch")
        self.message_direction = context.text("messageDirection")
        self.identity = Identity(context.child("identity"))
        self.authorizer = context.child("authorizer").members
        """What the Lambda authorizer of $connect returned: principalId and its context."""
        self.stage_variables = source.texts("stageVariables")


class ConnectEvent(Event):
    """A client asks for a connection, which opens if the function returns a 2xx status."""

    event_type = "CONNECT"

    def __init__(self, source: EventObject) -> None:
        super().__init__(source)
        self.headers = _headers(source)
        self.query_string_parameters = source.texts("queryStringParameters")
        """The last value of each parameter."""
        self.multi_value_query_string_parameters = source.text_lists(
            "multiValueQueryStringParameters"
        )


class MessageEvent(Event):
    """A client sent a message."""

    event_type = "MESSAGE"

    def __init__(self, source: EventObject) -> None:
        super().__init__(source)
        self.message_id = source.child("requestContext").text("messageId")
        self.body = message_body(source)
        """The message's text, decoded already if API Gateway sent it in Base64."""
        self.is_base64_encoded = source.boolean("isBase64Encoded")
        """Whether API Gateway sent the body in Base64."""


class DisconnectEvent(Event):
    """A connection has closed. API Gateway does not promise to deliver this event."""

    event_type = "DISCONNECT"

    def __init__(self, source: EventObject) -> None:
        super().__init__(source)
        context = source.child("requestContext")
        self.headers = _headers(source)
        self.disconnect_status_code = context.optional_integer("disconnectStatusCode")
        """The WebSocket close code, such as 1000; 1005 and 1006 if the client sent none."""
        self.disconnect_reason = context.text("disconnectReason")


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
    return ConnectEvent(EventObject(event))


def parse_message(event: Mapping[str, Any]) -> MessageEvent:
    """Return the event of $default or a custom route.

    Raises:
        InvalidEvent: it is of another type, has no connection ID, a member of a wrong type, or a
            body that says it is Base64 and does not decode to UTF-8 text.
    """
    return MessageEvent(EventObject(event))


def parse_disconnect(event: Mapping[str, Any]) -> DisconnectEvent:
    """Return the event of the $disconnect route.

    Raises:
        InvalidEvent: it is of another type, has no connection ID, or a member of a wrong type.
    """
    return DisconnectEvent(EventObject(event))


def _headers(source: EventObject) -> Headers:
    single = {name: (value,) for name, value in source.texts("headers").items()}
    return Headers(single | dict(source.text_lists("multiValueHeaders")))
