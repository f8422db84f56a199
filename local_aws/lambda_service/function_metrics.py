"""What each invocation adds to which metrics.

From "Types of metrics for Lambda functions" in the AWS Lambda Developer Guide.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from local_aws.lambda_service.deployed_functions import Target
from local_aws.lambda_service.invocation import Ending
from local_aws.monitoring.metrics import Dimensions, Metrics, Sample

NAMESPACE: Final = "AWS/Lambda"
_HUNDREDTHS_OF_MILLISECONDS: Final = 100_000  # in a second
_INVOCATION: Final = Sample("Invocations")
_ERROR: Final = Sample("Errors")
_NO_ERROR: Final = Sample("Errors", 0.0)
_THROTTLE: Final = Sample("Throttles")
_NO_THROTTLE: Final = Sample("Throttles", 0.0)


class InvocationMeasurement(NamedTuple):
    """An invocation that has ended.

    Attributes:
        function_arn: The function's ARN.
        invoked_arn: The same with the qualifier that the caller gave, if any.
        weighted_version: The version that ran, if the weights of an alias chose it, else None.
        has_failed: Whether the function failed.
        duration: How long it was busy, in hundredths of milliseconds; None if it could not begin.
    """

    function_arn: str
    invoked_arn: str
    weighted_version: str | None
    has_failed: bool
    duration: int | None

    @property
    def region(self) -> str:
        """The Region of the function."""
        return _region_of(self.function_arn)

    @property
    def dimensions(self) -> tuple[Dimensions, ...]:
        """The dimensions of the function, and of the version if weights chose it."""
        every = _dimensions_of(self.function_arn, self.invoked_arn)
        if self.weighted_version is None:
            return every
        return (*every, (*every[-1], ("ExecutedVersion", self.weighted_version)))

    @property
    def samples(self) -> Iterator[Sample]:
        """What it adds to the metrics; if it did not fail that is no error, but a 0.

        By the zeros the share of invocations that fail is the average of Errors.
        """
        yield _INVOCATION
        yield _ERROR if self.has_failed else _NO_ERROR
        yield _NO_THROTTLE
        if self.duration is not None:
            yield Sample("Duration", self.duration / 100, "Milliseconds")


class ThrottleMeasurement(NamedTuple):
    """An invocation that was refused as one too many, and so is none."""

    function_arn: str
    invoked_arn: str

    @property
    def region(self) -> str:
        """The Region of the function."""
        return _region_of(self.function_arn)

    @property
    def dimensions(self) -> tuple[Dimensions, ...]:
        """The dimensions of the function; no version was chosen."""
        return _dimensions_of(self.function_arn, self.invoked_arn)

    @property
    def samples(self) -> tuple[Sample]:
        """What it adds to the metrics."""
        return (_THROTTLE,)


@dataclass(frozen=True, slots=True)
class FunctionMetrics:
    """Counts invocations, and those that there were too many of, in `metrics`."""

    metrics: Metrics

    def count_ending(self, target: Target, ending: Ending) -> None:
        """Count an invocation that has ended."""
        seconds = ending.duration_seconds
        self.metrics.add(
            InvocationMeasurement(
                target.function_arn,
                target.invoked_arn,
                ending.version if target.weights else None,
                ending.has_failed,
                None if seconds is None else round(seconds * _HUNDREDTHS_OF_MILLISECONDS),
            )
        )

    def count_throttle(self, target: Target) -> None:
        """Count an invocation that was refused as one too many."""
        self.metrics.add(ThrottleMeasurement(target.function_arn, target.invoked_arn))


def _dimensions_of(function_arn: str, invoked_arn: str) -> tuple[Dimensions, ...]:
    """Return the dimensions under which an invocation is counted.

    That is for all functions together, for the function, and for what the caller named.
    """
    function = "FunctionName", function_arn.rpartition(":")[2]
    resource = "Resource", invoked_arn.split(":", maxsplit=6)[6]
    return (), (function,), (function, resource)


def _region_of(function_arn: str) -> str:
    return function_arn.split(":")[3]
