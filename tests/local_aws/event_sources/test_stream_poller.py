import asyncio
import json
from dataclasses import replace
from typing import Any

from local_aws.lambda_service.errors import LambdaServiceError
from local_aws.publication import Function
from tests.local_aws.control_plane.conftest import ControlPlane
from tests.local_aws.event_sources.conftest import (
    FUNCTION_ARN,
    FunctionError,
    Queue,
    Table,
    Worker,
    create_role,
    flattened,
    mapping_of,
    polling,
    until,
)


def fail_with(*keys: str) -> Any:
    """Return an answer that fails each event in which one of the keys is."""

    def answer(records: list[dict[str, Any]]) -> None:
        if any(each["dynamodb"]["Keys"]["pk"]["S"] in keys for each in records):
            raise FunctionError

    return answer


async def test_records_come_in_order_and_in_batches(
    sources: ControlPlane, worker: Worker, function: Function
) -> None:
    table = Table.create(sources)
    table.put(*"abcde")
    async with polling(sources, worker, function, mapping_of(table.stream_arn, batch_size=2)):
        await until(lambda: len(worker.events) == 3)
        table.put("f")
        await until(lambda: len(worker.events) == 4)
    assert worker.keys == [["a", "b"], ["c", "d"], ["e"], ["f"]]


async def test_record_says_all_of_a_change(
    sources: ControlPlane, worker: Worker, function: Function
) -> None:
    table = Table.create(sources)
    table.put("a")
    async with polling(sources, worker, function, mapping_of(table.stream_arn)):
        await until(lambda: bool(worker.events))
    ((record,),) = worker.events
    change = record.pop("dynamodb")
    assert isinstance(change.pop("ApproximateCreationDateTime"), int)
    assert change.pop("SizeBytes") > 0
    assert change == {
        "Keys": {"pk": {"S": "a"}},
        "NewImage": {"pk": {"S": "a"}},
        "SequenceNumber": "1100000000017454423009",
        "StreamViewType": "NEW_AND_OLD_IMAGES",
    }
    assert record.pop("eventID")
    assert record == {
        "eventName": "INSERT",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "us-east-1",
        "eventSourceARN": table.stream_arn,
    }


async def test_iterator_that_broke_is_begun_anew_after_what_was_read(
    sources: ControlPlane, worker: Worker, function: Function
) -> None:
    table = Table.create(sources)
    table.put("a")
    mapping = mapping_of(table.stream_arn)
    async with polling(sources, worker, function, mapping) as running:
        await until(lambda: len(worker.events) == 1)
        running.update([replace(function, role_arn=None)], [mapping])
        await until(lambda: bool(worker.lines))
        table.put("b")
        running.update([function], [mapping])
        await until(lambda: len(worker.events) == 2)
    assert worker.keys == [["a"], ["b"]]


async def test_mapping_begins_where_it_says(
    sources: ControlPlane, worker: Worker, function: Function
) -> None:
    table = Table.create(sources)
    table.put(*"abc")
    mapping = mapping_of(table.stream_arn, starting_sequence_number="1100000000017454423011")
    async with polling(sources, worker, function, mapping):
        await until(lambda: bool(worker.events))
    assert worker.keys == [["c"]]


async def test_window_gathers_records_to_one_event(
    sources: ControlPlane, worker: Worker, function: Function
) -> None:
    table = Table.create(sources)
    mapping = mapping_of(table.stream_arn, batch_size=2, batching_window_seconds=20)
    async with polling(sources, worker, function, mapping):
        table.put("a")
        await asyncio.sleep(0.1)
        assert worker.events == []
        table.put("b")
        await until(lambda: bool(worker.events))
    assert worker.keys == [["a", "b"]]


async def test_failed_records_are_tried_until_they_succeed_and_hold_up_the_others(
    sources: ControlPlane, worker: Worker, function: Function
) -> None:
    table = Table.create(sources)
    table.put("a", "b")

    def fail_twice(_records: list[dict[str, Any]]) -> None:
        if len(worker.events) < 3:
            raise FunctionError

    worker.answer = fail_twice
    async with polling(sources, worker, function, mapping_of(table.stream_arn, batch_size=1)):
        await until(lambda: len(worker.events) == 4)
    assert worker.keys == [["a"], ["a"], ["a"], ["b"]]


async def test_records_are_given_up_after_the_last_retry_and_their_destination_is_told(
    sources: ControlPlane, worker: Worker, function: Function
) -> None:
    table, failed = Table.create(sources), Queue.create(sources)
    table.put("bad", "good")
    worker.answer = fail_with("bad")
    mapping = mapping_of(
        table.stream_arn, batch_size=1, maximum_retry_attempts=1, on_failure_arn=failed.arn
    )
    async with polling(sources, worker, function, mapping):
        await until(lambda: len(worker.events) == 3)
    assert worker.keys == [["bad"], ["bad"], ["good"]]
    (body,) = failed.receive()
    record = json.loads(body)
    assert record.pop("timestamp").endswith("Z")
    batch = record["DDBStreamBatchInfo"]
    assert batch.pop("approximateArrivalOfFirstRecord") == batch.pop(
        "approximateArrivalOfLastRecord"
    )
    assert record == {
        "requestContext": {
            "requestId": "failed",
            "functionArn": FUNCTION_ARN,
            "condition": "RetryAttemptsExhausted",
            "approximateInvokeCount": 2,
        },
        "responseContext": {
            "statusCode": 200,
            "executedVersion": "$LATEST",
            "functionError": "Unhandled",
        },
        "version": "1.0",
        "DDBStreamBatchInfo": {
            "shardId": "shardId-00000001541626099285-f35f62ef",
            "startSequenceNumber": "1100000000017454423009",
            "endSequenceNumber": "1100000000017454423009",
            "batchSize": 1,
            "streamArn": table.stream_arn,
        },
    }


async def test_too_old_records_are_given_up_untried(
    sources: ControlPlane, worker: Worker, function: Function
) -> None:
    table, failed = Table.create(sources), Queue.create(sources)
    table.put("old")
    mapping = mapping_of(table.stream_arn, maximum_record_age_seconds=-1, on_failure_arn=failed.arn)
    async with polling(sources, worker, function, mapping) as running:
        await until(lambda: failed.count() == 1)
        running.update([function], [replace(mapping, maximum_record_age_seconds=None)])
        table.put("new")
        await until(lambda: bool(worker.events))
    assert worker.keys == [["new"]]
    (body,) = failed.receive()
    record = json.loads(body)
    assert record["requestContext"]["condition"] == "RecordAgeExceeded"
    assert record["responseContext"] == {}


async def test_bisecting_isolates_the_record_that_fails(
    sources: ControlPlane, worker: Worker, function: Function
) -> None:
    table = Table.create(sources)
    table.put(*"abcd")
    worker.answer = fail_with("c")
    mapping = mapping_of(table.stream_arn, bisects_batch=True, maximum_retry_attempts=0)
    async with polling(sources, worker, function, mapping):
        await until(lambda: ["d"] in worker.keys)
    assert worker.keys == [list("abcd"), ["a", "b"], ["c", "d"], ["c"], ["d"]]


async def test_reported_record_is_the_first_that_is_tried_again(
    sources: ControlPlane, worker: Worker, function: Function
) -> None:
    table = Table.create(sources)
    table.put(*"abc")

    def report_b_once(records: list[dict[str, Any]]) -> dict[str, Any]:
        if len(records) < 3:
            return {"batchItemFailures": []}
        number = records[1]["dynamodb"]["SequenceNumber"]
        return {"batchItemFailures": [{"itemIdentifier": number}]}

    worker.answer = report_b_once
    mapping = mapping_of(table.stream_arn, reports_batch_item_failures=True)
    async with polling(sources, worker, function, mapping):
        await until(lambda: len(worker.events) == 2)
    assert worker.keys == [["a", "b", "c"], ["b", "c"]]


async def test_event_that_does_not_reach_the_function_is_no_try(
    sources: ControlPlane, worker: Worker, function: Function
) -> None:
    table = Table.create(sources)
    table.put("a")
    worker.refusals += [LambdaServiceError("The function is being replaced.")] * 3
    mapping = mapping_of(table.stream_arn, maximum_retry_attempts=0)
    async with polling(sources, worker, function, mapping):
        await until(lambda: bool(worker.events))
    assert worker.keys == [["a"]]
    (line,) = worker.lines
    assert line.endswith("is stuck: The function is being replaced.")


async def test_records_that_no_filter_lets_through_are_passed_over(
    sources: ControlPlane, worker: Worker, function: Function
) -> None:
    table = Table.create(sources)
    table.put("a1", "b1", "b2", "a2")
    pattern = '{"dynamodb": {"Keys": {"pk": {"S": [{"prefix": "a"}]}}}}'
    mapping = mapping_of(table.stream_arn, filter_patterns=(pattern,))
    async with polling(sources, worker, function, mapping):
        await until(lambda: len(flattened(worker.keys)) == 2)
    assert worker.keys == [["a1", "a2"]]


async def test_disabled_mapping_goes_on_where_it_was(
    sources: ControlPlane, worker: Worker, function: Function
) -> None:
    table = Table.create(sources)
    mapping = mapping_of(table.stream_arn)
    async with polling(sources, worker, function, mapping) as running:
        table.put("a")
        await until(lambda: len(worker.events) == 1)
        running.update([function], [replace(mapping, is_enabled=False)])
        await asyncio.sleep(0.1)
        table.put("b")
        await asyncio.sleep(0.1)
        assert worker.keys == [["a"]]
        running.update([function], [replace(mapping, is_enabled=True)])
        await until(lambda: len(worker.events) == 2)
    assert worker.keys == [["a"], ["b"]]


async def test_role_that_may_not_read_is_named_and_reading_goes_on_once_it_may(
    sources: ControlPlane, worker: Worker, function: Function
) -> None:
    table = Table.create(sources)
    table.put("a")
    stranger = replace(function, role_arn=create_role(sources, "blind", "sqs:ReceiveMessage"))
    mapping = mapping_of(table.stream_arn)
    async with polling(sources, worker, stranger, mapping) as running:
        await until(lambda: bool(worker.lines))
        running.update([function], [mapping])
        await until(lambda: bool(worker.events))
    (line,) = worker.lines
    assert "dynamodb:DescribeStream was refused" in line


async def test_destination_that_cannot_be_told_is_put_out(
    sources: ControlPlane, worker: Worker, function: Function
) -> None:
    table = Table.create(sources)
    table.put("bad")
    worker.answer = fail_with("bad")
    mapping = mapping_of(
        table.stream_arn, maximum_retry_attempts=0, on_failure_arn="arn:aws:s3:::bucket"
    )
    async with polling(sources, worker, function, mapping):
        await until(lambda: bool(worker.lines))
    (line,) = worker.lines
    assert "arn:aws:s3:::bucket was not told of a failure" in line


async def test_deleted_mapping_reads_nothing_more(
    sources: ControlPlane, worker: Worker, function: Function
) -> None:
    table = Table.create(sources)
    async with polling(sources, worker, function, mapping_of(table.stream_arn)) as running:
        running.update([function], [])
        await asyncio.sleep(0.05)
        table.put("a")
        await asyncio.sleep(0.1)
    assert worker.events == []
