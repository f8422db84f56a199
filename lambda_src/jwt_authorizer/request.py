"""What API Gateway tells a Lambda authorizer of a handshake.

The shape is that of "Control access to WebSocket APIs with AWS Lambda REQUEST authorizers".
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

# No wildcard has a place in it: the policy that names it is about one route of one stage.
_METHOD_ARN = re.compile(r"arn:[^:*?]+:execute-api:[^:*?]+:[0-9]+:[^:/*?]+/[^:/*?]+/\$connect")


class InvalidEvent(Exception):
    """The event is not one that API Gateway sends to an authorizer of a WebSocket API."""

    def __init__(self, problem: str) -> None:
        super().__init__(
            f"{problem} Is this function the REQUEST authorizer of a WebSocket API's $connect?"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A handshake that waits for a decision."""

    method_arn: str
    """What is asked for: $connect of one stage of one API."""
    connection_id: str
    request_id: str
    """API Gateway's ID of the handshake."""
    headers: Mapping[str, tuple[str, ...]] = field(repr=False)
    """The values of each header, by its name in lower case."""
    query: Mapping[str, tuple[str, ...]] = field(repr=False)
    """The values of each parameter of the query string."""

    @classmethod
    def from_event(cls, event: Mapping[str, Any]) -> Request:
        """Return the handshake that an event tells of.

        Raises:
            InvalidEvent: the event has no ``methodArn`` of a $connect, or a member of a wrong type.
        """
        method_arn = event.get("methodArn")
        if not isinstance(method_arn, str) or not _METHOD_ARN.fullmatch(method_arn):
            raise InvalidEvent("methodArn is not the ARN of a $connect route.")
        context = _object(event, "requestContext")
        headers: dict[str, tuple[str, ...]] = {}
        for name, values in _values(event, "headers", "multiValueHeaders").items():
            headers[name.lower()] = headers.get(name.lower(), ()) + values
        return cls(
            method_arn=method_arn,
            connection_id=str(context.get("connectionId", "")),
            request_id=str(context.get("requestId", "")),
            headers=headers,
            query=_values(event, "queryStringParameters", "multiValueQueryStringParameters"),
        )

    def header_values(self, name: str) -> tuple[str, ...]:
        """Return all values of a header, whatever the case of its name."""
        return self.headers.get(name.lower(), ())

    def query_values(self, name: str) -> tuple[str, ...]:
        """Return all values of a parameter of the query string."""
        return self.query.get(name, ())


def _values(event: Mapping[str, Any], single: str, multiple: str) -> dict[str, tuple[str, ...]]:
    values: dict[str, tuple[str, ...]] = {}
    for name, value in _object(event, single).items():
        values[name] = _texts([value], single)
    for name, value in _object(event, multiple).items():
        values[name] = _texts(value, multiple)
    return values


def _object(event: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = event.get(key) or {}
    if not isinstance(value, dict):
        raise InvalidEvent(f"{key} is no object.")
    return value


def _texts(values: object, key: str) -> tuple[str, ...]:
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise InvalidEvent(f"{key} holds something else than text.")
    return tuple(values)
