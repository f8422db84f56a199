"""What a client is told when it asked for something that cannot be done."""

from __future__ import annotations

BAD_REQUEST = "bad_request"
"""The message is not what its route takes."""
FORBIDDEN = "forbidden"
"""The application does not allow it to this client."""
UNKNOWN_ROUTE = "unknown_route"
"""The application has nothing that answers such a message."""
TOO_LARGE = "too_large"
"""The message is larger than can be sent on."""
INTERNAL_ERROR = "internal_error"
"""The application failed; the logs have more under the frame's ``requestId``."""


class Refusal(Exception):
    """A client asked for something that cannot be done, and is told why.

    Raised by a handler, it becomes an error frame (``error_frames``). All of it goes to the client.
    """

    def __init__(self, code: str, message: str, *, field: str | None = None) -> None:
        """Take what programs tell refusals apart by, what people read, and which field is wrong.

        Args:
            code: one of this module's codes, or one of the application's own.
            message: a sentence for whoever writes the client.
            field: the path of the member of the client's message, such as ``rooms[2].name``.
        """
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field
