"""Reads a DynamoDB stream and invokes a function with its records, in their order.

See "Using AWS Lambda with Amazon DynamoDB" in the AWS Lambda Developer Guide. DynamoDB has one
shard a stream here, so that there is one event at a time whatever the ParallelizationFactor.
"""

import asyncio
import json
import time
from datetime import UTC, datetime
from typing import Any, Final

from local_aws.aws_client import json_call
from local_aws.event_sources.batch_response import failed_identifiers
from local_aws.event_sources.batches import Record, batches, event_of
from local_aws.event_sources.failure_record import Condition, GivenUp, failure_record
from local_aws.event_sources.reader import EventSourceError, Reader
from local_aws.event_sources.settings import EventSourceSettings
from local_aws.event_sources.stream_attempts import Attempt, after_failure, without_expired
from local_aws.event_sources.stream_records import record_of, sequence_number_of
from local_aws.lambda_service.destinations import destination_call
from local_aws.lambda_service.errors import LambdaServiceError
from local_aws.lambda_service.invocation import InvocationResult

_MOST_AT_ONCE: Final = 1_000
"""How many records GetRecords returns."""


class StreamPoller:
    """The poller of one mapping; it begins when it is made, within an event loop."""

    def __init__(self, reader: Reader, settings: EventSourceSettings) -> None:
        self.reader = reader
        self._settings = settings
        self._stream_arn = reader.mapping.event_source_arn
        self._shard_id = ""
        self._last_read: str | None = None
        self._iterator: str | None = None
        self.task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Read no more; an event that has begun ends by itself."""
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)

    async def abandon(self) -> None:
        """Stop at once."""
        await self.stop()

    async def _run(self) -> None:
        while await self.reader.wait_until_active():
            try:
                records, last_read = await self._gather()
            except EventSourceError as error:
                self.reader.complain(error)
                self._iterator = None
                await asyncio.sleep(self._settings.error_seconds)
                continue
            for batch in batches(records):
                await self._work_off(tuple(batch))
            self._last_read = last_read or self._last_read

    async def _gather(self) -> tuple[list[Record], str | None]:
        """Return the records of one event, and the last record that was read for it."""
        mapping = self.reader.mapping
        selected: list[Record] = []
        last_read: str | None = None
        end: float | None = None
        while len(selected) < mapping.batch_size:
            records = await self._read(mapping.batch_size - len(selected))
            if records:
                last_read = sequence_number_of(records[-1])
                selected += [each for each in records if self.reader.selects(each)]
            now = asyncio.get_running_loop().time()
            if selected and end is None:
                end = now + mapping.batching_window_seconds
            if end is not None and now >= end:
                break
            if not records:
                await asyncio.sleep(self._settings.poll_seconds)
                if end is None:
                    break
        return selected, last_read

    async def _read(self, count: int) -> list[Record]:
        if self._iterator is None:
            self._iterator = await self._begin()
        answer = await self._call(
            "GetRecords", ShardIterator=self._iterator, Limit=min(count, _MOST_AT_ONCE)
        )
        self._iterator = answer.get("NextShardIterator")
        return [record_of(record, self._stream_arn) for record in answer["Records"]]

    async def _begin(self) -> str:
        """Return an iterator that begins after what was worked off."""
        stream = await self._call("DescribeStream", StreamArn=self._stream_arn)
        self._shard_id = stream["StreamDescription"]["Shards"][-1]["ShardId"]
        first = self.reader.mapping.starting_sequence_number
        if self._last_read is not None:
            place = {
                "ShardIteratorType": "AFTER_SEQUENCE_NUMBER",
                "SequenceNumber": self._last_read,
            }
        elif first is not None:
            place = {"ShardIteratorType": "AT_SEQUENCE_NUMBER", "SequenceNumber": first}
        else:
            place = {"ShardIteratorType": "TRIM_HORIZON"}
        answer = await self._call(
            "GetShardIterator", StreamArn=self._stream_arn, ShardId=self._shard_id, **place
        )
        return str(answer["ShardIterator"])

    async def _work_off(self, records: tuple[Record, ...]) -> None:
        """Try records until each succeeded or is given up; nothing overtakes them."""
        waiting = [Attempt(records)]
        result: InvocationResult | None = None
        while waiting:
            await self.reader.wait_until_active()
            attempt, expired = without_expired(waiting.pop(0), self.reader.mapping, time.time())
            if expired.records:
                await self._report(GivenUp(expired, Condition.AGE, result))
            if not attempt.records:
                continue
            try:
                result = await self.reader.invoke(event_of(attempt.records))
            except LambdaServiceError as error:
                # The event did not reach the function, which does not count.
                self.reader.complain(error)
                waiting.insert(0, attempt)
                await asyncio.sleep(self._settings.error_seconds)
                continue
            self.reader.relent()
            failed = self._failed(attempt, result)
            if not failed:
                continue
            outlook = after_failure(attempt, failed, self.reader.mapping)
            if outlook.given_up is not None:
                await self._report(GivenUp(outlook.given_up, Condition.ATTEMPTS, result))
            waiting[:0] = outlook.attempts
            if outlook.attempts and outlook.attempts[0].failures > attempt.failures:
                await asyncio.sleep(self._settings.retry_seconds(outlook.attempts[0].failures))

    def _failed(self, attempt: Attempt, result: InvocationResult) -> frozenset[str]:
        numbers = frozenset(map(sequence_number_of, attempt.records))
        if result.function_error is not None:
            return numbers
        if not self.reader.mapping.reports_batch_item_failures:
            return frozenset()
        return failed_identifiers(result.payload, numbers)

    async def _report(self, given_up: GivenUp) -> None:
        mapping = self.reader.mapping
        if mapping.on_failure_arn is None:
            return
        record = failure_record(given_up, mapping, shard_id=self._shard_id, now=datetime.now(UTC))
        try:
            call = destination_call(
                mapping.on_failure_arn, json.dumps(record), (), function_arn=mapping.function_arn
            )
            await self.reader.send(call)
        except (ValueError, EventSourceError) as error:
            self.reader.complain(f"{mapping.on_failure_arn} was not told of a failure: {error}")

    async def _call(self, action: str, **document: object) -> Any:
        call = json_call(
            "dynamodb",
            region=self._stream_arn.split(":")[3],
            target=f"DynamoDBStreams_20120810.{action}",
            version="1.0",
            document=document,
        )
        return json.loads(await self.reader.send(call))
