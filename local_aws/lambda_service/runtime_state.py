"""Who asks for events, and what comes of them: the rules of the Runtime API, whatever carries it.

From "Using the Lambda runtime API for custom runtimes" in the AWS Lambda Developer Guide.
"""

import json
from http import HTTPStatus
from typing import Final, NamedTuple, Protocol

MAXIMUM_RESPONSE_BYTES: Final = 6_291_556
"""The largest result of a function ("Lambda quotas"), which AWS enforces 100 bytes generously."""


class RuntimeEvent(NamedTuple):
    """An event as a runtime client is given it.

    Attributes:
        request_id: Its identifier.
        deadline_milliseconds: When the function times out, since the epoch.
        function_arn: What the caller invoked.
        trace_id: The X-Ray trace header.
        client_context: JSON in one line, or None.
        payload: The event as JSON.
    """

    request_id: str
    deadline_milliseconds: int
    function_arn: str
    trace_id: str
    client_context: str | None
    payload: bytes


class Refusal(NamedTuple):
    """Why a runtime client does not get what it asks for, or may not say what it says."""

    status: HTTPStatus
    error_type: str
    message: str


class RuntimeEvents(Protocol):
    """What a runtime client does, as the environment that it runs in sees it."""

    def runtime_waits(self) -> None:
        """It asks for the next event: initialization, or the event before, is over."""

    def runtime_leaves(self) -> None:
        """It drops its connection while it waits, so it is ending."""

    def runtime_responds(self, payload: bytes) -> None:
        """It gives the result of the current event."""

    def runtime_fails(self, error: bytes) -> None:
        """It gives the error of the current event, a JSON object."""

    def initialization_fails(self, error: bytes) -> None:
        """It could not load the handler, and gives the error as a JSON object."""


class EventReceiver(Protocol):
    """One connection of a runtime client."""

    def give(self, event: RuntimeEvent) -> None:
        """Answer the question for an event."""

    def abort(self) -> None:
        """Drop the connection."""


class RuntimeState:
    """One environment's connections, of which one at a time waits for an event or has one."""

    def __init__(self, events: RuntimeEvents) -> None:
        """Begin; `events` is told what runtime clients do."""
        self._events = events
        self._connections: set[EventReceiver] = set()
        self._waiting: EventReceiver | None = None
        self._request_id: str | None = None

    def deliver(self, event: RuntimeEvent) -> bool:
        """Hand an event to the connection that waits; False if none does any more."""
        if self._waiting is None:
            return False
        connection, self._waiting = self._waiting, None
        self._request_id = event.request_id
        connection.give(event)
        return True

    def abort(self) -> None:
        """Drop every connection."""
        for connection in tuple(self._connections):
            connection.abort()

    # What connections do

    def attach(self, connection: EventReceiver) -> None:
        """Take in a connection."""
        self._connections.add(connection)

    def detach(self, connection: EventReceiver) -> None:
        """Forget a connection that is lost; one that waits for an event is the runtime's end."""
        self._connections.discard(connection)
        if self._waiting is connection:
            self._waiting = None
            self._events.runtime_leaves()

    def wait(self, connection: EventReceiver) -> Refusal | None:
        """Let a connection wait for an event, which may come at once, or refuse to."""
        if self._waiting is not None or self._request_id is not None:
            return Refusal(
                HTTPStatus.FORBIDDEN, "InvalidStateTransition", "An event is out or waited for"
            )
        self._waiting = connection
        self._events.runtime_waits()
        return None

    def respond(self, payload: bytes, request_id: str | None = None) -> Refusal | None:
        """Take the result of the event that is out, or refuse it.

        `request_id` is given where it might be another event's.
        """
        refusal = self._take(request_id)
        if refusal is not None:
            return refusal
        if len(payload) <= MAXIMUM_RESPONSE_BYTES:
            self._events.runtime_responds(payload)
            return None
        size = f"({len(payload)} bytes)"
        limit = f"maximum allowed payload size ({MAXIMUM_RESPONSE_BYTES} bytes)."
        self._events.runtime_fails(
            error_payload(
                "Function.ResponseSizeTooLarge", f"Response payload size {size} exceeded {limit}"
            )
        )
        return Refusal(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "RequestEntityTooLarge", f"Exceeded {limit}"
        )

    def fail(self, error: bytes, request_id: str | None = None) -> Refusal | None:
        """Take the error of the event that is out, or refuse it."""
        refusal = self._take(request_id)
        if refusal is None:
            self._events.runtime_fails(error)
        return refusal

    def fail_initialization(self, error: bytes) -> None:
        """Take the error for which the handler cannot be loaded."""
        self._events.initialization_fails(error)

    def _take(self, request_id: str | None) -> Refusal | None:
        out, self._request_id = self._request_id, None
        if out is None or request_id not in (None, out):
            self._request_id = out
            return Refusal(HTTPStatus.BAD_REQUEST, "InvalidRequestID", "Invalid request ID")
        return None


def error_payload(error_type: str, message: str) -> bytes:
    """Describe an error as Lambda does in the result of an invocation."""
    return json.dumps(
        {"errorType": error_type, "errorMessage": message}, separators=(",", ":")
    ).encode()
