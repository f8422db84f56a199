"""What a function returns to API Gateway.

There are no other members: API Gateway takes a result with one for malformed, and answers
"Internal server error" itself.
"""

from __future__ import annotations

TYPE_CHECKING = False
"""What type checkers take for True; the module typing would be imported at each cold start."""

if TYPE_CHECKING:
    from typing import NotRequired, TypedDict

    class ProxyResult(TypedDict):
        """The result of an AWS_PROXY integration."""

        statusCode: int
        headers: NotRequired[dict[str, str]]
        body: NotRequired[str]
else:
    ProxyResult = dict
    """What it is where a handler's annotations are evaluated."""


def accept(*, subprotocol: str | None = None) -> ProxyResult:
    """Return success without a message; on $connect, it opens the connection.

    Args:
        subprotocol: on $connect, the one that is chosen of those that the client offered (Set up a
            $connect route that requires a WebSocket subprotocol).
    """
    if subprotocol is None:
        return {"statusCode": 200}
    return {"statusCode": 200, "headers": {"Sec-WebSocket-Protocol": subprotocol}}


def fail() -> ProxyResult:
    """Return a failure without a reason; on $connect, the client sees HTTP 500."""
    return {"statusCode": 500}


def reply(body: str) -> ProxyResult:
    """Return a message to the client, sent as it is by a route that has a route response."""
    return {"statusCode": 200, "body": body}
