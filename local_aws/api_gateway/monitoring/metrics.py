"""What each event adds to which metrics.

From "Monitor WebSocket API execution with CloudWatch metrics".
"""

from collections.abc import Iterator
from functools import lru_cache
from http import HTTPStatus
from typing import Final

from local_aws.api_gateway.monitoring.event_record import EventRecord
from local_aws.monitoring.metrics import Dimensions, Sample

NAMESPACE: Final = "AWS/ApiGateway"


@lru_cache(maxsize=1_024)
def dimensions_of(api_id: str, stage: str, route_key: str | None) -> tuple[Dimensions, ...]:
    """Return the dimensions under which an event is counted.

    `route_key` is None unless its route has metrics of its own.
    """
    of_api, of_stage = ("ApiId", api_id), ("Stage", stage)
    every: tuple[Dimensions, ...] = ((of_api,), (of_api, of_stage))
    return every if route_key is None else (*every, (of_api, of_stage, ("Route", route_key)))


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
