"""Metrics in CloudWatch, without a call: one line of a function's log in an invocation.

CloudWatch Logs makes metrics of what is in the line (Specification: Embedded metric format).
Nothing is written unless WEBSOCKET_METRICS_NAMESPACE is set. All metrics have the dimensions that
WEBSOCKET_METRICS_DIMENSIONS gives them, and no others: CloudWatch bills each metric with each
combination of dimensions by the month.

The share of connections that turned out to be gone is
``100 * PostsGone / (PostsDelivered + PostsGone)`` in metric math.
"""

from __future__ import annotations

import json
import sys
import time
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from websocket_api import environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import ParamSpec

    from websocket_api.delivery import DeliveryReport
    from websocket_api.responses import ProxyResult

    _Parameters = ParamSpec("_Parameters")

CONNECTS = "Connects"
CONNECTS_REJECTED = "ConnectsRejected"
"""Refused or rejected by the application; those that an authorizer refuses are not seen here."""
MESSAGES = "Messages"
DISCONNECTS = "Disconnects"
PUBLISHES = "Publishes"
POSTS_DELIVERED = "PostsDelivered"
"""Like the next three: connections that a message was sent to, by what became of it."""
POSTS_GONE = "PostsGone"
POSTS_THROTTLED = "PostsThrottled"
POSTS_FAILED = "PostsFailed"
BROADCASTS_GIVEN_UP = "BroadcastsGivenUp"
"""Too old to be sent to the subscribers that were left."""
HANDLER_ERRORS = "HandlerErrors"
FAN_OUT_LAG = "FanOutLag"
"""In milliseconds, from when a message was published to when a worker had done a part of it."""

MOST_VALUES = 100
"""That one line holds of one metric."""

_LEAST_FAILURE = 500

_Values = dict[str, list[float]]

# Each thread and each task has its own, so that events handled at once do not mix.
_VALUES: ContextVar[_Values | None] = ContextVar("metrics", default=None)


def count(name: str, number: int = 1) -> None:
    """Add to a metric of the invocation; outside one, nothing is counted."""
    values = _VALUES.get()
    if values is not None and number:
        values.setdefault(name, [0])[0] += number


def count_posts(report: DeliveryReport) -> None:
    """Count the connections of a delivery by what became of them."""
    count(POSTS_DELIVERED, report.delivered)
    count(POSTS_GONE, report.gone)
    count(POSTS_THROTTLED, report.throttled)
    count(POSTS_FAILED, report.failed)


def record_lag(milliseconds: float) -> None:
    """Note how long after it was published a part of a broadcast was done."""
    values = _VALUES.get()
    if values is not None:
        values.setdefault(FAN_OUT_LAG, []).append(milliseconds)


def check_environment() -> None:
    """See to it that wrong settings are found while Lambda initialises the function.

    Raises:
        InvalidEnvironmentVariable: one of the two variables cannot be used.
    """
    if environment.metrics_namespace() is not None:
        environment.metrics_dimensions()


@contextmanager
def invocation() -> Iterator[None]:
    """Write what is counted inside at the end, if anything is and if metrics are on.

    Inside another one, it adds to that.

    Raises:
        InvalidEnvironmentVariable: one of the two variables cannot be used.
    """
    namespace = environment.metrics_namespace()
    if namespace is None or _VALUES.get() is not None:
        yield
        return
    dimensions = environment.metrics_dimensions()
    values: _Values = {}
    token = _VALUES.set(values)
    try:
        yield
    finally:
        _VALUES.reset(token)
        for document in documents(values, namespace, dimensions, epoch_seconds=time.time()):
            sys.stdout.write(f"{json.dumps(document)}\n")


def counting(
    name: str, handler: Callable[_Parameters, ProxyResult]
) -> Callable[_Parameters, ProxyResult]:
    """Return a handler that does what another does, and counts what becomes of each event.

    Args:
        name: the metric of events that succeed; of the others it is HANDLER_ERRORS.
        handler: a Lambda function's.

    Raises:
        InvalidEnvironmentVariable: one of the two variables cannot be used.
    """
    check_environment()

    def counted(*arguments: _Parameters.args, **named: _Parameters.kwargs) -> ProxyResult:
        with invocation():
            result = handler(*arguments, **named)
            count(name if result["statusCode"] < _LEAST_FAILURE else HANDLER_ERRORS)
            return result

    return counted


def documents(
    values: Mapping[str, list[float]],
    namespace: str,
    dimensions: Mapping[str, str],
    *,
    epoch_seconds: float,
) -> Iterator[Mapping[str, object]]:
    """Yield the documents that have the values: one, if none of the metrics has over 100."""
    while values:
        yield {
            "_aws": {
                "Timestamp": int(epoch_seconds * 1000),
                "CloudWatchMetrics": [
                    {
                        "Namespace": namespace,
                        "Dimensions": [list(dimensions)],
                        "Metrics": [{"Name": name, "Unit": _unit(name)} for name in values],
                    }
                ],
            },
            **dimensions,
            **{
                name: each[0] if len(each) == 1 else each[:MOST_VALUES]
                for name, each in values.items()
            },
        }
        rest = {name: each[MOST_VALUES:] for name, each in values.items()}
        values = {name: each for name, each in rest.items() if each}


def _unit(name: str) -> str:
    return "Milliseconds" if name == FAN_OUT_LAG else "Count"
