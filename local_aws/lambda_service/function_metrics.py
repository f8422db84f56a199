"""What each invocation adds to which metrics.

From "Types of metrics for Lambda functions" in the AWS Lambda Developer Guide.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from local_aws.lambda_service.deployed_functions import Target
from local_aws.lambda_service.invocation import Ending
from local_aws.monitoring.metrics import Dimensions, Metrics, Sample

NAMESPACE: Final = "AWS/Lambda"
_MILLISECONDS: Final = 1_000
_INVOCATION: Final = Sample("Invocations")
_ERROR: Final = Sample("Errors")
_NO_ERROR: Final = Sample("Errors", 0.0)
_NO_THROTTLE: Final = Sample("Throttles", 0.0)


@dataclass(frozen=True, slots=True)
class FunctionMetrics:
    """Counts invocations, and those that there were too many of, in `metrics`."""

    metrics: Metrics

    def count_ending(self, target: Target, ending: Ending) -> None:
        """Count an invocation that has ended."""
        self._add(target, ending.version, samples_of(ending))

    def count_throttle(self, target: Target) -> None:
        """Count an invocation that was refused as one too many, and so is none."""
        self._add(target, None, iter([Sample("Throttles")]))

    def _add(self, target: Target, version: str | None, samples: Iterator[Sample]) -> None:
        weighted = version if target.weights else None
        dimensions = dimensions_of(target.function_arn, target.invoked_arn, weighted)
        self.metrics.add(target.function_arn.split(":")[3], dimensions, samples)


def samples_of(ending: Ending) -> Iterator[Sample]:
    """Return what an invocation adds to the metrics; one that did not fail adds no error, but a 0.

    By the zeros the share of invocations that fail is the average of Errors.
    """
    yield _INVOCATION
    yield _ERROR if ending.has_failed else _NO_ERROR
    yield _NO_THROTTLE
    if ending.duration_seconds is not None:
        milliseconds = round(ending.duration_seconds * _MILLISECONDS, 2)
        yield Sample("Duration", milliseconds, "Milliseconds")


@lru_cache(maxsize=1_024)
def dimensions_of(
    function_arn: str, invoked_arn: str, weighted_version: str | None
) -> tuple[Dimensions, ...]:
    """Return the dimensions under which an invocation is counted.

    That is for all functions together, for the function, for what the caller named, and for the
    version that ran, if that was chosen by the weights of an alias.
    """
    name = function_arn.rpartition(":")[2]
    resource = invoked_arn.split(":", maxsplit=6)[6]
    function, named = ("FunctionName", name), ("Resource", resource)
    every: tuple[Dimensions, ...] = ((), (function,), (function, named))
    if weighted_version is None:
        return every
    return (*every, (function, named, ("ExecutedVersion", weighted_version)))
