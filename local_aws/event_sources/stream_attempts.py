"""How often the records of a stream are tried, and in which parts.

See "Configuring the event source mapping" and "Error handling" for DynamoDB streams in the AWS
Lambda Developer Guide.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace

from local_aws.event_sources.batches import Record
from local_aws.event_sources.stream_records import created_at, sequence_number_of
from local_aws.publication import EventSourceMapping


@dataclass(frozen=True, slots=True)
class Attempt:
    """Records that are to be tried together; `failures` counts how often that did not work."""

    records: tuple[Record, ...]
    failures: int = 0


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is to be done after a failure.

    Attributes:
        attempts: What is to be tried next, in this order.
        given_up: What is not tried any more; nothing, or the whole attempt.
    """

    attempts: tuple[Attempt, ...] = ()
    given_up: Attempt | None = None


def without_expired(
    attempt: Attempt, mapping: EventSourceMapping, now: float
) -> tuple[Attempt, Attempt]:
    """Divide an attempt into what can still be tried and the records that are too old for it."""
    age = mapping.maximum_record_age_seconds
    if age is None:
        return attempt, replace(attempt, records=())
    fresh = tuple(each for each in attempt.records if now - created_at(each) <= age)
    expired = tuple(each for each in attempt.records if now - created_at(each) > age)
    return replace(attempt, records=fresh), replace(attempt, records=expired)


def after_failure(
    attempt: Attempt, failed: Collection[str], mapping: EventSourceMapping
) -> Outlook:
    """Tell how to go on after some records failed, by their sequence numbers.

    All is done that comes before the first of them. What is left is divided if the mapping wants
    that, which does not count as a try.
    """
    numbers = [sequence_number_of(record) for record in attempt.records]
    first = next(index for index, number in enumerate(numbers) if number in failed)
    left = attempt.records[first:]
    if mapping.bisects_batch and len(left) > 1:
        if first:
            return Outlook((replace(attempt, records=left),))
        middle = len(left) // 2
        halves = (left[:middle], left[middle:])
        return Outlook(tuple(replace(attempt, records=half) for half in halves))
    limit = mapping.maximum_retry_attempts
    again = Attempt(left, attempt.failures + 1)
    if limit is not None and again.failures > limit:
        return Outlook(given_up=again)
    return Outlook((again,))
