"""What each event adds to which metrics.

From "Monitor WebSocket API execution with CloudWatch metrics".
"""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Final, NamedTuple

from local_aws.api_gateway.monitoring.event_record import IntegrationRecord
from local_aws.monitoring.metrics import Dimensions, Sample

NAMESPACE: Final = "AWS/ApiGateway"
_CONNECT: Final = Sample("ConnectCount")
_MESSAGE: Final = Sample("MessageCount")
_CLIENT_ERROR: Final = Sample("ClientError")
_INTEGRATION_ERROR: Final = Sample("IntegrationError")
_EXECUTION_ERROR: Final = Sample("ExecutionError")


class EventMeasurement(NamedTuple):
    """An event that has ended.

    Attributes:
        region: The Region of its API.
        api_id: The API.
        stage: The stage.
        route_key: Its route, if that has metrics of its own, else None.
        event: `CONNECT`, `MESSAGE`, `DISCONNECT`, or the method of a call of `@connections`.
        status: How it ended.
        is_answered: Whether the client was sent a message.
        integration: The call of its integration, if it came to that.
    """

    region: str
    api_id: str
    stage: str
    route_key: str | None
    event: str
    status: int
    is_answered: bool
    integration: IntegrationRecord | None

    @property
    def dimensions(self) -> tuple[Dimensions, ...]:
        """The dimensions under which it is counted."""
        api, stage = ("ApiId", self.api_id), ("Stage", self.stage)
        every: tuple[Dimensions, ...] = ((api,), (api, stage))
        if self.route_key is None:
            return every
        return (*every, (api, stage, ("Route", self.route_key)))

    @property
    def samples(self) -> Iterator[Sample]:
        """What it adds to the metrics."""
        event, status, integration = self.event, self.status, self.integration
        if event == "CONNECT" and integration is not None:
            yield _CONNECT
        if event == "MESSAGE":
            yield _MESSAGE
        if self.is_answered or (event == "POST" and status == HTTPStatus.OK):
            yield _MESSAGE
        if integration is not None:
            yield from _samples_of_integration(integration)
        elif event in {"CONNECT", "MESSAGE"} and _is_client_error(status):
            yield _CLIENT_ERROR
        elif event in {"CONNECT", "MESSAGE"} and status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            yield _EXECUTION_ERROR


def _samples_of_integration(integration: IntegrationRecord) -> Iterator[Sample]:
    if not integration.is_mock:
        yield Sample("IntegrationLatency", integration.latency_milliseconds, "Milliseconds")
    statuses = (integration.status or 0, integration.integration_status or 0)
    if integration.has_failed or max(statuses) >= HTTPStatus.BAD_REQUEST:
        yield _INTEGRATION_ERROR
    elif integration.error:
        yield _EXECUTION_ERROR


def _is_client_error(status: int) -> bool:
    return HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR
