"""What a function returns to API Gateway.

API Gateway takes a result with members of other names, or a body that is no string, for malformed
(Set up a route response; Handling Lambda errors with an API Gateway API).
"""

from __future__ import annotations

from typing import NotRequired, TypedDict


class ProxyResult(TypedDict):
    """The result of an AWS_PROXY integration."""

    statusCode: int
    body: NotRequired[str]


def accept() -> ProxyResult:
    """Return success: $connect opens the connection, other routes send nothing."""
    return {"statusCode": 200}


def fail() -> ProxyResult:
    """Return an internal error: the client of $connect sees HTTP 500, and no reason."""
    return {"statusCode": 500}


def reply(body: str) -> ProxyResult:
    """Return a message to the client, which a route with a route response sends word for word."""
    return {"statusCode": 200, "body": body}
