"""What each event adds to which metrics.

From "Monitor WebSocket API execution with CloudWatch metrics".
"""

from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from local_aws.api_gateway.monitoring.event_record import EventRecord
from local_aws.monitoring.metrics import Dimensions, Sample

NAMESPACE: Final = "AWS/ApiGateway"


@dataclass(frozen=True, slots=True)
class Place:
    """Where an event happened; `route_key` only where its route has metrics of its own."""

    api_id: str
    stage: str
    route_key: str | None

    def dimensions(self) -> Iterator[Dimensions]:
        """Return the dimensions under which the event is counted."""
        api, stage = ("ApiId", self.api_id), ("Stage", self.stage)
        yield (api,)
        yield (api, stage)
        if self.route_key is not None:
            yield (api, stage, ("Route", self.route_key))


def samples_of(
    event: str, record: EventRecord, *, status: int, is_answered: bool
) -> Iterator[Sample]:
    """Return what an event adds to the metrics.

    Args:
        event: `CONNECT`, `MESSAGE`, `DISCONNECT`, or the method of a call of `@connections`.
        record: What was noted of it.
        status: How it ended.
        is_answered: Whether the client was sent a message.
    """
    integration = record.integration
    if event == "CONNECT" and integration is not None:
        yield Sample("ConnectCount")
    if event == "MESSAGE":
        yield Sample("MessageCount")
    if is_answered or (event == "POST" and status == HTTPStatus.OK):
        yield Sample("MessageCount")
    if integration is None:
        if event in {"CONNECT", "MESSAGE"} and _is_client_error(status):
            yield Sample("ClientError")
        elif event in {"CONNECT", "MESSAGE"} and status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            yield Sample("ExecutionError")
        return
    if not integration.is_mock:
        yield Sample("IntegrationLatency", integration.latency_milliseconds, "Milliseconds")
    statuses = (integration.status or 0, integration.integration_status or 0)
    if integration.has_failed or max(statuses) >= HTTPStatus.BAD_REQUEST:
        yield Sample("IntegrationError")
    elif integration.error:
        yield Sample("ExecutionError")


def _is_client_error(status: int) -> bool:
    return HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR
