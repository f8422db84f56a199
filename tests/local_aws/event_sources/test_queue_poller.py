import asyncio
from dataclasses import replace
from typing import Any

from local_aws.lambda_service.errors import ThrottleReason, TooManyRequestsError
from local_aws.publication import Function
from tests.local_aws.control_plane.conftest import ControlPlane
from tests.local_aws.event_sources.conftest import (
    FunctionError,
    Queue,
    Worker,
    create_role,
    flattened,
    mapping_of,
    polling,
    until,
)


def fail(_records: list[dict[str, Any]]) -> None:
    raise FunctionError


async def test_messages_of_a_successful_event_are_deleted(
    sources: ControlPlane, worker: Worker, function: Function
) -> None:
    queue = Queue.create(sources)
    queue.send("a", "b", "c")
    async with polling(sources, worker, function, mapping_of(queue.arn, batch_size=2)):
        await until(lambda: queue.count() == 0)
    assert worker.bodies == [["a", "b"], ["c"]]
    assert worker.lines == []


async def test_record_says_all_of_its_message(
    sources: ControlPlane, worker: Worker, function: Function
) -> None:
    queue = Queue.create(sources)
    queue.send(
        "hello",
        MessageAttributes={
            "kind": {"DataType": "String", "StringValue": "order"},
            "raw": {"DataType": "Binary", "BinaryValue": b"\x00\x01"},
        },
    )
    async with polling(sources, worker, function, mapping_of(queue.arn)):
        await until(lambda: bool(worker.events))
    ((record,),) = worker.events
    assert record["body"] == "hello"
    assert record["md5OfBody"] == "5d41402abc4b2a76b9719d911017c592"
    assert (record["eventSource"], record["eventSourceARN"]) == ("aws:sqs", queue.arn)
    assert record["awsRegion"] == "us-east-1"
    assert record["messageAttributes"] == {
        "kind": {
            "stringValue": "order",
            "stringListValues": [],
            "binaryListValues": [],
            "dataType": "String",
        },
        "raw": {
            "binaryValue": "AAE=",
            "stringListValues": [],
            "binaryListValues": [],
            "dataType": "Binary",
        },
    }
    assert record["attributes"]["ApproximateReceiveCount"] == "1"
    assert {"SentTimestamp", "SenderId", "ApproximateFirstReceiveTimestamp"} <= set(
        record["attributes"]
    )
    assert {"messageId", "receiptHandle", "md5OfMessageAttributes"} <= set(record)


async def test_failed_messages_come_back_after_the_visibility_timeout(
    sources: ControlPlane, worker: Worker, function: Function
) -> None:
    queue = Queue.create(sources, VisibilityTimeout="1")
    queue.send("a", "b")

    def fail_once(records: list[dict[str, Any]]) -> None:
        if records[0]["attributes"]["ApproximateReceiveCount"] == "1":
            raise FunctionError

    worker.answer = fail_once
    async with polling(sources, worker, function, mapping_of(queue.arn)):
        await until(lambda: queue.count() == 0)
    assert worker.bodies == [["a", "b"], ["a", "b"]]


async def test_only_reported_messages_come_back(
    sources: ControlPlane, worker: Worker, function: Function
) -> None:
    queue = Queue.create(sources, VisibilityTimeout="1")
    queue.send("a", "bad", "c")

    def report(records: list[dict[str, Any]]) -> dict[str, Any]:
        bad = [each for each in records if each["body"] == "bad" and len(records) > 1]
        return {"batchItemFailures": [{"itemIdentifier": each["messageId"]} for each in bad]}

    worker.answer = report
    mapping = mapping_of(queue.arn, reports_batch_item_failures=True)
    async with polling(sources, worker, function, mapping):
        await until(lambda: queue.count() == 0)
    assert worker.bodies == [["a", "bad", "c"], ["bad"]]


async def test_message_that_fails_too_often_goes_to_the_dead_letter_queue(
    sources: ControlPlane, worker: Worker, function: Function
) -> None:
    dead_letters = Queue.create(sources)
    policy = f'{{"deadLetterTargetArn": "{dead_letters.arn}", "maxReceiveCount": 1}}'
    queue = Queue.create(sources, VisibilityTimeout="1", RedrivePolicy=policy)
    queue.send("poison")
    worker.answer = fail
    async with polling(sources, worker, function, mapping_of(queue.arn)):
        await until(lambda: dead_letters.count() == 1)
    assert worker.bodies == [["poison"]]
    assert dead_letters.receive() == ["poison"]


async def test_window_gathers_messages_to_one_event(
    sources: ControlPlane, worker: Worker, function: Function
) -> None:
    queue = Queue.create(sources)
    queue.send(*map(str, range(12)))
    mapping = mapping_of(queue.arn, batch_size=12, batching_window_seconds=20)
    async with polling(sources, worker, function, mapping):
        await until(lambda: queue.count() == 0)
    assert worker.bodies == [[str(number) for number in range(12)]]


async def test_window_ends_without_a_full_event(
    sources: ControlPlane, worker: Worker, function: Function
) -> None:
    queue = Queue.create(sources)
    queue.send("a")
    mapping = mapping_of(queue.arn, batch_size=12, batching_window_seconds=1)
    async with polling(sources, worker, function, mapping):
        await until(lambda: queue.count() == 0)
    assert worker.bodies == [["a"]]


async def test_window_that_cannot_be_filled_loses_nothing(
    sources: ControlPlane, worker: Worker, function: Function
) -> None:
    queue = Queue.create(sources)
    queue.send("a")
    mapping = mapping_of(queue.arn, batch_size=12, batching_window_seconds=20)
    async with polling(sources, worker, function, mapping) as running:
        await until(lambda: queue.invisible() == 1)  # the window has begun
        running.update([replace(function, role_arn=None)], [mapping])
        await until(lambda: bool(worker.events))
    assert worker.bodies == [["a"]]


async def test_no_more_events_run_at_once_than_the_mapping_allows(
    sources: ControlPlane, worker: Worker, function: Function
) -> None:
    queue = Queue.create(sources)
    queue.send(*"abcdef")
    worker.pause_seconds = 0.1
    mapping = mapping_of(queue.arn, batch_size=1, maximum_concurrency=2)
    async with polling(sources, worker, function, mapping):
        await until(lambda: queue.count() == 0)
    assert worker.most_running == 2
    assert sorted(flattened(worker.bodies)) == list("abcdef")


async def test_mapping_that_is_disabled_while_it_is_busy_asks_for_nothing_more(
    sources: ControlPlane, worker: Worker, function: Function
) -> None:
    queue = Queue.create(sources)
    queue.send("a", "b")
    worker.pause_seconds = 0.3
    mapping = mapping_of(queue.arn, batch_size=1, maximum_concurrency=1)
    async with polling(sources, worker, function, mapping) as running:
        await until(lambda: worker.running == 1)
        running.update([function], [replace(mapping, is_enabled=False)])
        await until(lambda: worker.running == 0)
        await until(lambda: queue.count() == 1)
    assert len(worker.events) == 1


async def test_groups_of_a_fifo_queue_keep_their_order(
    sources: ControlPlane, worker: Worker, function: Function
) -> None:
    queue = Queue.create(sources, ".fifo", FifoQueue="true", VisibilityTimeout="1")
    for number, body in enumerate(["a1", "b1", "a2", "b2", "a3"]):
        queue.send(body, MessageGroupId=body[0], MessageDeduplicationId=str(number))

    def fail_first_a(records: list[dict[str, Any]]) -> None:
        (record,) = records
        if record["body"] == "a1" and record["attributes"]["ApproximateReceiveCount"] == "1":
            raise FunctionError

    worker.answer = fail_first_a
    async with polling(sources, worker, function, mapping_of(queue.arn, batch_size=1)):
        await until(lambda: queue.count() == 0)
    seen = flattened(worker.bodies)
    assert [each for each in seen if each[0] == "a"] == ["a1", "a1", "a2", "a3"]
    assert [each for each in seen if each[0] == "b"] == ["b1", "b2"]
    ((first,), *_) = worker.events
    assert first["attributes"]["MessageGroupId"] == "a"
    assert {"SequenceNumber", "MessageDeduplicationId"} <= set(first["attributes"])


async def test_messages_that_no_filter_lets_through_are_deleted(
    sources: ControlPlane, worker: Worker, function: Function
) -> None:
    queue = Queue.create(sources)
    queue.send('{"kind": "order"}', '{"kind": "other"}', "text")
    mapping = mapping_of(queue.arn, filter_patterns=('{"body": {"kind": ["order"]}}',))
    async with polling(sources, worker, function, mapping):
        await until(lambda: queue.count() == 0)
    assert worker.bodies == [['{"kind": "order"}']]


async def test_disabled_mapping_reads_nothing_until_it_is_enabled(
    sources: ControlPlane, worker: Worker, function: Function
) -> None:
    queue = Queue.create(sources)
    queue.send("a")
    mapping = mapping_of(queue.arn, is_enabled=False)
    async with polling(sources, worker, function, mapping) as running:
        await asyncio.sleep(0.1)
        assert (worker.events, queue.count()) == ([], 1)
        running.update([function], [replace(mapping, is_enabled=True)])
        await until(lambda: queue.count() == 0)
    assert worker.bodies == [["a"]]


async def test_changed_batch_size_holds_for_the_next_event(
    sources: ControlPlane, worker: Worker, function: Function
) -> None:
    queue = Queue.create(sources)
    mapping = mapping_of(queue.arn, batch_size=1, is_enabled=False)
    async with polling(sources, worker, function, mapping) as running:
        queue.send("a", "b", "c")
        running.update([function], [replace(mapping, batch_size=3, is_enabled=True)])
        await until(lambda: queue.count() == 0)
    assert worker.bodies == [["a", "b", "c"]]


async def test_message_that_comes_once_a_mapping_is_disabled_goes_back(
    sources: ControlPlane, worker: Worker, function: Function
) -> None:
    queue = Queue.create(sources)
    mapping = mapping_of(queue.arn)
    actions = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
    function = replace(function, role_arn=create_role(sources, "reader", *actions))
    async with polling(sources, worker, function, mapping) as running:
        await asyncio.sleep(0.1)  # the queue is being asked by now
        running.update([function], [replace(mapping, is_enabled=False)])
        queue.send("a")
        await until(lambda: queue.receive() == ["a"])
    assert worker.events == []


async def test_deleted_mapping_reads_nothing_more(
    sources: ControlPlane, worker: Worker, function: Function
) -> None:
    queue = Queue.create(sources)
    async with polling(sources, worker, function, mapping_of(queue.arn)) as running:
        await asyncio.sleep(0.1)
        running.update([function], [])
        queue.send("a")
        await until(lambda: queue.receive() == ["a"])
    assert worker.events == []


async def test_role_that_may_not_receive_is_named_once(
    sources: ControlPlane, worker: Worker, function: Function
) -> None:
    queue = Queue.create(sources)
    queue.send("a")
    role_arn = create_role(sources, "stranger", "sqs:DeleteMessage")
    stranger = replace(function, role_arn=role_arn)
    mapping = mapping_of(queue.arn)
    async with polling(sources, worker, stranger, mapping) as running:
        await until(lambda: bool(worker.lines))
        await asyncio.sleep(0.2)
        running.update([function], [mapping])
        await until(lambda: queue.count() == 0)
    (line,) = worker.lines
    assert line.startswith(f"[worker] The event source {queue.arn} is stuck: sqs:ReceiveMessage")
    assert "assumed-role/stranger/worker is not authorized to perform: sqs:receivemessage" in line


async def test_messages_of_an_event_that_is_throttled_come_back(
    sources: ControlPlane, worker: Worker, function: Function
) -> None:
    queue = Queue.create(sources, VisibilityTimeout="1")
    queue.send("a")
    worker.refusals.append(
        TooManyRequestsError("Rate Exceeded.", reason=ThrottleReason.CONCURRENCY)
    )
    async with polling(sources, worker, function, mapping_of(queue.arn)):
        await until(lambda: queue.count() == 0)
    assert worker.bodies == [["a"]]
    assert worker.lines == [f"[worker] The event source {queue.arn} is stuck: Rate Exceeded."]


async def test_queue_of_a_function_that_is_gone_keeps_its_messages(
    sources: ControlPlane, worker: Worker, function: Function
) -> None:
    queue = Queue.create(sources)
    mapping = mapping_of(queue.arn)
    async with polling(sources, worker, function, mapping) as running:
        running.update([], [mapping])
        queue.send("a")
        await until(lambda: queue.receive() == ["a"])
    assert worker.events == []


async def test_event_in_progress_ends_when_its_mapping_is_deleted(
    sources: ControlPlane, worker: Worker, function: Function
) -> None:
    queue = Queue.create(sources)
    worker.pause_seconds = 0.2
    queue.send("a")
    async with polling(sources, worker, function, mapping_of(queue.arn)) as running:
        await until(lambda: worker.running == 1)
        running.update([function], [])
        await until(lambda: queue.count() == 0)
