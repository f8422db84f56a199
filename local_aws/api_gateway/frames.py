"""What the gateway tells a client whose message it could not serve, byte for byte."""

from enum import Enum


class ErrorMessage(Enum):
    """The texts of the gateway's own messages."""

    FORBIDDEN = "Forbidden"
    UNAUTHORIZED = "Unauthorized"
    TOO_MANY_REQUESTS = "Too Many Requests"
    INTERNAL_SERVER_ERROR = "Internal server error"
    ENDPOINT_REQUEST_TIMED_OUT = "Endpoint request timed out"


def error_frame(message: ErrorMessage | str, *, connection_id: str, request_id: str) -> bytes:
    """Return the JSON text of an error, with AWS's uneven spacing after the colons."""
    text = message.value if isinstance(message, ErrorMessage) else message
    return (
        f'{{"message": "{text}", "connectionId":"{connection_id}", "requestId":"{request_id}"}}'
    ).encode()
