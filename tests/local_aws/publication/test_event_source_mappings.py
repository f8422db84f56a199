from typing import Any

import pytest

from local_aws.publication.event_source_mappings import (
    EventSourceMapping,
    parse_event_source_mapping,
)
from local_aws.publication.fields import Fields, MalformedPublicationError

LEAST: dict[str, Any] = {
    "UUID": "1",
    "FunctionArn": "arn:function",
    "EventSourceArn": "arn:source",
    "State": "Enabled",
    "BatchSize": 10,
}


def parse(configuration: dict[str, Any], **beside: Any) -> EventSourceMapping:
    return parse_event_source_mapping(Fields({"configuration": configuration, **beside}, "mapping"))


def test_what_is_left_out_has_awss_default() -> None:
    assert parse(LEAST) == EventSourceMapping(
        uuid="1",
        function_arn="arn:function",
        event_source_arn="arn:source",
        is_enabled=True,
        batch_size=10,
    )


def test_every_setting_is_read() -> None:
    settings = {
        "State": "Disabled",
        "MaximumBatchingWindowInSeconds": 5,
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "FilterCriteria": {"Filters": [{"Pattern": '{"a": [1]}'}, {}]},
        "ScalingConfig": {"MaximumConcurrency": 2},
        "MaximumRetryAttempts": 0,
        "MaximumRecordAgeInSeconds": 60,
        "BisectBatchOnFunctionError": True,
        "DestinationConfig": {"OnFailure": {"Destination": "arn:queue"}},
    }
    assert parse(LEAST | settings, starting_sequence_number="7") == EventSourceMapping(
        uuid="1",
        function_arn="arn:function",
        event_source_arn="arn:source",
        is_enabled=False,
        batch_size=10,
        batching_window_seconds=5,
        reports_batch_item_failures=True,
        filter_patterns=('{"a": [1]}', "{}"),
        maximum_concurrency=2,
        starting_sequence_number="7",
        maximum_retry_attempts=0,
        maximum_record_age_seconds=60,
        bisects_batch=True,
        on_failure_arn="arn:queue",
    )


def test_minus_one_is_no_limit() -> None:
    mapping = parse(LEAST | {"MaximumRetryAttempts": -1, "MaximumRecordAgeInSeconds": -1})
    assert mapping.maximum_retry_attempts is None
    assert mapping.maximum_record_age_seconds is None


def test_mapping_without_a_source_is_malformed() -> None:
    without = {name: value for name, value in LEAST.items() if name != "EventSourceArn"}
    with pytest.raises(MalformedPublicationError, match="EventSourceArn is missing"):
        parse(without)
