"""Event source mappings: what a function is to be invoked with, read from where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from local_aws.publication.fields import Fields


@dataclass(frozen=True, slots=True, kw_only=True)
class EventSourceMapping:
    """A mapping, as "GetEventSourceMapping" in the AWS Lambda API Reference has it.

    Attributes:
        uuid: Its identifier.
        function_arn: What is invoked; it carries a version or an alias where one was named.
        event_source_arn: The queue or stream that is read.
        is_enabled: Whether it is read at the moment.
        batch_size: How many records an event has at most.
        batching_window_seconds: How long records are gathered for an event.
        reports_batch_item_failures: Whether the function says which records of an event failed.
        filter_patterns: JSON patterns of which a record has to match one, if there are any.
        maximum_concurrency: How many events of a queue there may be at once, None for AWS's limit.
        starting_sequence_number: The first record of a stream, None for the oldest.
        maximum_retry_attempts: How often an event of a stream is tried again, None for always.
        maximum_record_age_seconds: The oldest record of a stream that is tried, None for any.
        bisects_batch: Whether an event of a stream that failed is tried again in halves.
        on_failure_arn: Where the failed events of a stream are reported.
    """

    uuid: str
    function_arn: str
    event_source_arn: str
    is_enabled: bool
    batch_size: int
    batching_window_seconds: int = 0
    reports_batch_item_failures: bool = False
    filter_patterns: tuple[str, ...] = ()
    maximum_concurrency: int | None = None
    starting_sequence_number: str | None = None
    maximum_retry_attempts: int | None = None
    maximum_record_age_seconds: int | None = None
    bisects_batch: bool = False
    on_failure_arn: str | None = None


def parse_event_source_mapping(fields: Fields) -> EventSourceMapping:
    """Read GetEventSourceMapping's answer, beside where its stream was when it was made."""
    configuration = fields.object("configuration")
    criteria = configuration.optional_object("FilterCriteria")
    scaling = configuration.optional_object("ScalingConfig")
    destinations = configuration.optional_object("DestinationConfig")
    on_failure = None if destinations is None else destinations.optional_object("OnFailure")
    filters = [] if criteria is None else criteria.items("Filters")
    return EventSourceMapping(
        uuid=configuration.text("UUID"),
        function_arn=configuration.text("FunctionArn"),
        event_source_arn=configuration.text("EventSourceArn"),
        is_enabled=configuration.text("State") == "Enabled",
        batch_size=configuration.integer("BatchSize"),
        batching_window_seconds=configuration.optional_integer("MaximumBatchingWindowInSeconds")
        or 0,
        reports_batch_item_failures="ReportBatchItemFailures"
        in configuration.texts("FunctionResponseTypes"),
        filter_patterns=tuple(each.optional_text("Pattern") or "{}" for each in filters),
        maximum_concurrency=None
        if scaling is None
        else scaling.optional_integer("MaximumConcurrency"),
        starting_sequence_number=fields.optional_text("starting_sequence_number"),
        maximum_retry_attempts=_unless_forever(configuration, "MaximumRetryAttempts"),
        maximum_record_age_seconds=_unless_forever(configuration, "MaximumRecordAgeInSeconds"),
        bisects_batch=configuration.boolean("BisectBatchOnFunctionError"),
        on_failure_arn=None if on_failure is None else on_failure.optional_text("Destination"),
    )


def _unless_forever(configuration: Fields, name: str) -> int | None:
    number = configuration.optional_integer(name)
    return None if number == -1 else number
