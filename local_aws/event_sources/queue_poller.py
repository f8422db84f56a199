"""Reads an SQS queue and invokes a function with its messages.

See "Using Lambda with Amazon SQS" in the AWS Lambda Developer Guide. A message is deleted when its
event succeeded; one that failed comes back when the queue's visibility timeout is over.
"""

import asyncio
import json
from collections.abc import Iterator, Sequence
from typing import Final

from local_aws.aws_client import AwsCall, json_call
from local_aws.event_sources.batch_response import failed_identifiers
from local_aws.event_sources.batches import Record, batches, event_of
from local_aws.event_sources.queue_records import QueueArn, filtered_part, record_of
from local_aws.event_sources.reader import EventSourceError, Reader
from local_aws.event_sources.settings import EventSourceSettings
from local_aws.lambda_service.errors import LambdaServiceError

_MOST_AT_ONCE: Final = 10
"""How many messages SQS gives out, or takes back, in one call."""


class QueuePoller:
    """The poller of one mapping; it begins when it is made, within an event loop."""

    def __init__(self, reader: Reader, settings: EventSourceSettings) -> None:
        self.reader = reader
        self._settings = settings
        self._queue = QueueArn(reader.mapping.event_source_arn)
        self._events: set[asyncio.Task[None]] = set()
        self.task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Read no more, and end when the events that have begun have ended."""
        # A read that is broken off could take messages that nobody gets, so it runs to its end.
        self.reader.end()
        await asyncio.gather(self.task, return_exceptions=True)
        await asyncio.gather(*self._events, return_exceptions=True)

    async def abandon(self) -> None:
        """Stop at once, as the queue ends too."""
        tasks = (self.task, *self._events)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self) -> None:
        while await self.reader.wait_until_active():
            if not await self._has_capacity():
                continue
            try:
                records = await self._gather()
                if not self.reader.is_active:
                    await self._give_back(records)
                    continue
                selected = await self._selected(records)
            except EventSourceError as error:
                self.reader.complain(error)
                await asyncio.sleep(self._settings.error_seconds)
                continue
            for batch in batches(selected):
                event = asyncio.create_task(self._handle(batch))
                self._events.add(event)
                event.add_done_callback(self._events.discard)

    async def _has_capacity(self) -> bool:
        """Wait until one more event may begin; return False if none is wanted any more by then."""
        limit = self.reader.mapping.maximum_concurrency or self._settings.queue_concurrency
        while len(self._events) >= limit:
            await asyncio.wait(self._events, return_when=asyncio.FIRST_COMPLETED)
        return self.reader.is_active

    async def _gather(self) -> list[Record]:
        """Return the records of one event: what there is, or what comes within the window."""
        records = await self._receive(self.reader.mapping.batch_size)
        if not records and self._queue.is_fifo:
            await asyncio.sleep(self._settings.poll_seconds)
        window = self.reader.mapping.batching_window_seconds
        end = asyncio.get_running_loop().time() + window
        while records and self.reader.is_active:
            missing = self.reader.mapping.batch_size - len(records)
            if missing <= 0 or asyncio.get_running_loop().time() >= end:
                break
            try:
                records += await self._receive(missing)
            except EventSourceError as error:
                self.reader.complain(error)
                break
        return records

    async def _receive(self, count: int) -> list[Record]:
        # A FIFO queue of moto's does not wait while messages are held back for their order.
        wait_seconds = 0 if self._queue.is_fifo else self._settings.long_poll_seconds
        call = self._call(
            "ReceiveMessage",
            MaxNumberOfMessages=min(count, _MOST_AT_ONCE),
            WaitTimeSeconds=wait_seconds,
            AttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        answer = json.loads(await self.reader.send(call))
        return [record_of(message, self._queue) for message in answer.get("Messages") or []]

    async def _selected(self, records: list[Record]) -> list[Record]:
        """Return the records that filters let through; the others are deleted."""
        selected: list[Record] = []
        others: list[Record] = []
        for record in records:
            (selected if self.reader.selects(filtered_part(record)) else others).append(record)
        await self._delete(others)
        return selected

    async def _handle(self, records: list[Record]) -> None:
        try:
            result = await self.reader.invoke(event_of(records))
            if result.function_error is not None:
                return
            failed: frozenset[str] = frozenset()
            if self.reader.mapping.reports_batch_item_failures:
                identifiers = [str(each["messageId"]) for each in records]
                failed = failed_identifiers(result.payload, identifiers)
            await self._delete([each for each in records if each["messageId"] not in failed])
            self.reader.relent()
        except (LambdaServiceError, EventSourceError) as error:
            self.reader.complain(error)

    async def _delete(self, records: Sequence[Record]) -> None:
        for entries in _entries(records):
            await self.reader.send(self._call("DeleteMessageBatch", Entries=entries))

    async def _give_back(self, records: Sequence[Record]) -> None:
        """Let others have messages at once, for which AWS asks no permission of the role."""
        for entries in _entries(records, VisibilityTimeout=0):
            call = self._call("ChangeMessageVisibilityBatch", Entries=entries)
            await self.reader.send_as_service(call)

    def _call(self, action: str, **document: object) -> AwsCall:
        return json_call(
            "sqs",
            region=self._queue.region,
            target=f"AmazonSQS.{action}",
            version="1.0",
            document={"QueueUrl": self._queue.url, **document},
        )


def _entries(records: Sequence[Record], **settings: object) -> Iterator[list[dict[str, object]]]:
    """Yield the entries of as many calls as the messages of some records need."""
    for start in range(0, len(records), _MOST_AT_ONCE):
        yield [
            {"Id": str(number), "ReceiptHandle": record["receiptHandle"], **settings}
            for number, record in enumerate(records[start : start + _MOST_AT_ONCE])
        ]
