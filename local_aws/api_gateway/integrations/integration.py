"""What all types of integration have in common: what they are told, and how they answer or fail."""

from enum import Enum
from http import HTTPStatus
from typing import Any, Final, NamedTuple, Protocol

from local_aws.api_gateway.addressing import DeployedStage
from local_aws.api_gateway.events import Event
from local_aws.api_gateway.frames import ErrorMessage
from local_aws.api_gateway.monitoring.event_record import EventRecord
from local_aws.http1 import Headers
from local_aws.publication import Integration, Route

_SUCCESSFUL: Final = range(200, 300)


class Failure(Enum):
    """Why an integration gave no answer: what a message's frame and a handshake's status say."""

    FAILED = ErrorMessage.INTERNAL_SERVER_ERROR, HTTPStatus.BAD_GATEWAY
    NOT_CALLED = ErrorMessage.INTERNAL_SERVER_ERROR, HTTPStatus.INTERNAL_SERVER_ERROR
    NOT_REACHED = ErrorMessage.INTERNAL_SERVER_ERROR, HTTPStatus.GATEWAY_TIMEOUT
    TIMED_OUT = ErrorMessage.ENDPOINT_REQUEST_TIMED_OUT, HTTPStatus.GATEWAY_TIMEOUT
    UNMAPPED = ErrorMessage.UNSUPPORTED_MEDIA_TYPE, HTTPStatus.UNSUPPORTED_MEDIA_TYPE

    @property
    def message(self) -> ErrorMessage:
        """The text for the client."""
        return self.value[0]

    @property
    def status(self) -> HTTPStatus:
        """The status of a handshake that ended so."""
        return self.value[1]


class IntegrationError(Exception):
    """An integration gave no answer; the message is for the terminal, never for a client."""

    def __init__(self, failure: Failure, detail: str) -> None:
        super().__init__(detail)
        self.failure = failure


class Answer(NamedTuple):
    """What an integration said of one event, after its response was mapped.

    Attributes:
        status_code: What a handshake is decided by: a 2xx lets the client in.
        headers: What a handshake may take a subprotocol from.
        body: What the client of a two-way route is sent: text in UTF-8.
        integration_status: The HTTP status of the backend itself, Lambda's for a function.
        remark: What the person at the terminal should know of it.
    """

    status_code: int
    headers: Headers = ()
    body: bytes = b""
    integration_status: int = HTTPStatus.OK
    remark: str = ""

    @property
    def is_successful(self) -> bool:
        """Whether the status is a 2xx, which lets a handshake through."""
        return self.status_code in _SUCCESSFUL

    def header_values(self, name: str) -> tuple[str, ...]:
        """Return all values of a header, whatever the case of its name."""
        wanted = name.lower()
        return tuple(value for present, value in self.headers if present.lower() == wanted)


class Call(NamedTuple):
    """One event on its way to the integration of its route; `record` takes notes of it."""

    stage: DeployedStage
    route: Route
    integration: Integration
    event: Event
    record: EventRecord

    @property
    def body(self) -> str:
        """The message, or "" for a lifecycle event."""
        body: str = self.event.get("body", "")
        return body

    @property
    def context(self) -> dict[str, Any]:
        """The event's request context, which is `$context` of mapping templates."""
        context: dict[str, Any] = self.event["requestContext"]
        return context

    @property
    def credentials_arn(self) -> str | None:
        """The role in whose name the integration is called, if it has one."""
        return self.integration.raw.get("credentialsArn")


class IntegrationType(Protocol):
    """Calls the integrations of one type."""

    async def call(self, call: Call, /) -> Answer:
        """Take an event to its integration and return the answer.

        Raises:
            IntegrationError: There is no answer that could be used.
        """
