"""Event source mappings, and what Lambda refuses in one.

See "CreateEventSourceMapping" in the AWS Lambda API Reference.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from moto.awslambda import models
from moto.awslambda.exceptions import InvalidParameterValueException
from moto.dynamodb.models import dynamodb_backends
from moto.sqs.models import sqs_backends

from local_aws.event_sources.filter_pattern import FilterPattern, InvalidFilterPatternError

_FOREVER: Final = -1
_STREAM_DEFAULTS: Final[Mapping[str, Any]] = {
    "BisectBatchOnFunctionError": False,
    "DestinationConfig": {"OnFailure": {}},
    "MaximumRecordAgeInSeconds": _FOREVER,
    "MaximumRetryAttempts": _FOREVER,
    "ParallelizationFactor": 1,
    "TumblingWindowInSeconds": 0,
}
_DEFAULTS: Final[Mapping[str, Any]] = {
    "FunctionResponseTypes": [],
    "MaximumBatchingWindowInSeconds": 0,
}
_OF_STREAMS: Final = (*_STREAM_DEFAULTS, "StartingPosition", "StartingPositionTimestamp")
_UNWINDOWED_BATCH: Final = 10


@dataclass(frozen=True, slots=True)
class EventSource:
    """What a mapping reads.

    Attributes:
        arn: The queue's or the stream's.
        is_queue: Whether it is a queue.
        visibility_timeout_seconds: The queue's.
        next_sequence_number: That of the next record of the stream.
    """

    arn: str
    is_queue: bool
    visibility_timeout_seconds: int = 0
    next_sequence_number: int = 0

    @property
    def is_fifo(self) -> bool:
        """Whether it is a FIFO queue."""
        return self.is_queue and self.arn.endswith(".fifo")


class EventSourceMapping(models.EventSourceMapping):
    """moto's mapping with AWS's defaults.

    `starting_sequence_number` is where in its stream it begins, None for the oldest record.
    """

    def __init__(self, spec: dict[str, Any], source: EventSource) -> None:
        super().__init__(spec)
        self.source = source
        self.starting_sequence_number: str | None = None
        if spec.get("StartingPosition") == "LATEST":
            self.starting_sequence_number = str(source.next_sequence_number)

    def settings(self) -> dict[str, Any]:
        """Return what was set, without AWS's defaults."""
        configuration = super().get_configuration()
        if self.source.is_queue:
            configuration.pop("StartingPosition", None)
        return configuration

    def get_configuration(self) -> dict[str, Any]:
        """Return GetEventSourceMapping's answer."""
        configuration = self.settings()
        if self.source.is_queue:
            return {**_DEFAULTS, **configuration, "StateTransitionReason": "USER_INITIATED"}
        return {
            **_DEFAULTS,
            **_STREAM_DEFAULTS,
            "LastProcessingResult": "No records processed",
            **configuration,
            "StateTransitionReason": "User action",
        }


def find_source(arn: str, account_id: str, region: str) -> EventSource:
    """Return the queue or stream with an ARN.

    Raises:
        InvalidParameterValueException: There is none, or it is of a kind that is not polled here.
    """
    service = (arn.split(":") + [""] * 3)[2]
    if service == "sqs":
        for queue in list(sqs_backends[account_id][region].queues.values()):
            if queue.queue_arn == arn:
                seconds = int(queue.visibility_timeout)  # type: ignore[attr-defined]  # moto sets it by name
                return EventSource(arn, is_queue=True, visibility_timeout_seconds=seconds)
        raise InvalidParameterValueException(
            "Error occurred while ReceiveMessage. SQS Error Code: "
            "AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: "
            f"The queue {arn} does not exist."
        )
    if service == "dynamodb":
        for table in list(dynamodb_backends[account_id][region].tables.values()):
            shard, stream = table.stream_shard, f"stream/{table.latest_stream_label}"
            if shard is not None and f"{table.table_arn}/{stream}" == arn:
                following = shard.starting_sequence_number + len(shard.items)
                return EventSource(arn, is_queue=False, next_sequence_number=following)
        raise InvalidParameterValueException(f"Stream not found: {arn}")
    raise InvalidParameterValueException(
        f"The local AWS polls SQS queues and DynamoDB streams; {arn or 'nothing'} is neither."
    )


def check(
    configuration: Mapping[str, Any], source: EventSource, function: models.LambdaFunction
) -> None:
    """Check a mapping as it is to be.

    Raises:
        InvalidParameterValueException: AWS has no such mapping.
    """
    for criterion in (configuration.get("FilterCriteria") or {}).get("Filters") or []:
        try:
            FilterPattern.parse(criterion.get("Pattern") or "{}")
        except InvalidFilterPatternError as error:
            raise InvalidParameterValueException(
                f"Invalid filter pattern definition. ({error})"
            ) from error
    if source.is_queue:
        _check_queue(configuration, source, function)
    else:
        _check_stream(configuration)


def _check_queue(
    configuration: Mapping[str, Any], source: EventSource, function: models.LambdaFunction
) -> None:
    for name in _OF_STREAMS:
        if configuration.get(name) is not None:
            raise InvalidParameterValueException(
                f"Unsupported function parameter for event source mapping of a queue: {name}"
            )
    window = configuration.get("MaximumBatchingWindowInSeconds") or 0
    batch_size = configuration.get("BatchSize") or _UNWINDOWED_BATCH
    if source.is_fifo and window:
        raise InvalidParameterValueException(
            "Batching window is not supported for FIFO queues. Leave out "
            "MaximumBatchingWindowInSeconds."
        )
    if batch_size > _UNWINDOWED_BATCH and not window and not source.is_fifo:
        raise InvalidParameterValueException(
            "Maximum batch window in seconds must be greater than 0 if maximum batch size is "
            "greater than 10"
        )
    if source.visibility_timeout_seconds < function.timeout:
        raise InvalidParameterValueException(
            f"Queue visibility timeout: {source.visibility_timeout_seconds} seconds is less than "
            f"Function timeout: {function.timeout} seconds"
        )
    concurrency = (configuration.get("ScalingConfig") or {}).get("MaximumConcurrency")
    if concurrency is not None and not 2 <= concurrency <= 1_000:  # noqa: PLR2004 - AWS's limits
        raise InvalidParameterValueException(
            f"MaximumConcurrency is {concurrency}; it has to be from 2 to 1000."
        )


def _check_stream(configuration: Mapping[str, Any]) -> None:
    if configuration.get("StartingPosition") not in {"LATEST", "TRIM_HORIZON"}:
        raise InvalidParameterValueException(
            "StartingPosition has to be LATEST or TRIM_HORIZON for a DynamoDB stream."
        )
    if configuration.get("ScalingConfig"):
        raise InvalidParameterValueException("ScalingConfig is for queues; this is a stream.")
    if configuration.get("TumblingWindowInSeconds"):
        raise InvalidParameterValueException(
            "The local AWS has no tumbling windows; leave out TumblingWindowInSeconds."
        )
