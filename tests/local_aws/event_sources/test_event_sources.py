from dataclasses import replace

from local_aws.event_sources.settings import EventSourceSettings
from local_aws.publication import Function
from tests.local_aws.control_plane.conftest import ControlPlane
from tests.local_aws.event_sources.conftest import (
    FUNCTION_ARN,
    Queue,
    Table,
    Worker,
    event_sources,
    mapping_of,
    polling,
    until,
)


async def test_each_mapping_is_polled(
    sources: ControlPlane, worker: Worker, function: Function
) -> None:
    queue, table = Queue.create(sources), Table.create(sources)
    queue.send("message")
    table.put("item")
    mappings = (mapping_of(queue.arn), mapping_of(table.stream_arn))
    async with polling(sources, worker, function, *mappings):
        await until(lambda: len(worker.events) == 2)
    assert {records[0]["eventSource"] for records in worker.events} == {"aws:sqs", "aws:dynamodb"}


async def test_mapping_of_a_version_has_the_role_of_the_function(
    sources: ControlPlane, worker: Worker, function: Function
) -> None:
    queue = Queue.create(sources)
    queue.send("message")
    worker.function_arn = f"{FUNCTION_ARN}:live"
    mapping = mapping_of(queue.arn, function_arn=worker.function_arn)
    versions = [replace(function, version="1", role_arn=None), function]
    async with event_sources(sources, worker) as running:
        running.update(versions, [mapping])
        await until(lambda: queue.count() == 0)
    assert worker.bodies == [["message"]]


async def test_function_without_a_role_is_told_so(
    sources: ControlPlane, worker: Worker, function: Function
) -> None:
    queue = Queue.create(sources)
    stranger = replace(function, role_arn=None)
    async with polling(sources, worker, stranger, mapping_of(queue.arn)):
        await until(lambda: bool(worker.lines))
    assert worker.lines[0].endswith("is stuck: its function is gone or has no role")


async def test_role_that_cannot_be_assumed_is_told(
    sources: ControlPlane, worker: Worker, function: Function
) -> None:
    queue = Queue.create(sources)
    stranger = replace(function, role_arn="arn:aws:iam::123456789012:role/missing")
    async with polling(sources, worker, stranger, mapping_of(queue.arn)):
        await until(lambda: bool(worker.lines))
    assert "the role arn:aws:iam::123456789012:role/missing cannot be assumed" in worker.lines[0]


async def test_poller_that_fails_is_told(
    sources: ControlPlane, worker: Worker, function: Function
) -> None:
    queue = Queue.create(sources)
    queue.send("message")
    broken = mapping_of(queue.arn, batch_size="ten")
    async with polling(sources, worker, function, broken):
        await until(lambda: bool(worker.lines))
    assert "its poller ended: TypeError" in worker.lines[0]


async def test_after_the_close_nothing_is_polled(
    sources: ControlPlane, worker: Worker, function: Function
) -> None:
    queue = Queue.create(sources)
    queue.send("message")
    async with event_sources(sources, worker) as running:
        pass
    running.update([function], [mapping_of(queue.arn)])
    assert queue.receive() == ["message"]
    assert worker.events == []


async def test_close_does_not_wait_for_events(
    sources: ControlPlane, worker: Worker, function: Function
) -> None:
    queue, other = Queue.create(sources), Queue.create(sources)
    worker.pause_seconds = 1_000
    for each in (queue, other):
        each.send("message")
    mappings = (mapping_of(queue.arn), mapping_of(other.arn))
    async with polling(sources, worker, function, *mappings) as running:
        await until(lambda: worker.running == 2)
        running.update([function], mappings[:1])
    assert worker.running == 0


def test_retries_are_put_off_for_longer_and_longer() -> None:
    settings = EventSourceSettings(first_retry_seconds=1, longest_retry_seconds=5)
    assert [settings.retry_seconds(failures) for failures in (1, 2, 3, 4, 1_000)] == [1, 2, 4, 5, 5]
