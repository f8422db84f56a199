"""What the gateway tells a client whose message it could not serve, byte for byte."""

from enum import Enum


class ErrorMessage(Enum):
    """The texts of the gateway's own messages."""

    FORBIDDEN = "Forbidden"
    UNAUTHORIZED = "Unauthorized"
    UNSUPPORTED_MEDIA_TYPE = "Unsupported Media Type"
    TOO_MANY_REQUESTS = "Too Many Requests"
    LIMIT_EXCEEDED = "Limit Exceeded"
    INTERNAL_SERVER_ERROR = "Internal server error"
    ENDPOINT_REQUEST_TIMED_OUT = "Endpoint request timed out"


def error_frame(message: ErrorMessage | str, *, connection_id: str, request_id: str) -> bytes:
    """Return the JSON text of an error, with AWS's uneven spacing after the colons."""
    text = message.value if isinstance(message, ErrorMessage) else message
    return (
        f'{{"message": "{text}", "connectionId":"{connection_id}", "requestId":"{request_id}"}}'
    ).encode()


def bad_request_body_frame(*, connection_id: str, message_id: str) -> bytes:
    """Return what a client is told of a message that does not fit the model of its route.

    The one frame with the id of the message, and with spaces of its own, from "Invoke your backend
    integration with the $default Route and custom routes in API Gateway".
    """
    return (
        f'{{"message" : "Bad request body", "connectionId": "{connection_id}",'
        f' "messageId": "{message_id}"}}'
    ).encode()
