from typing import Any

from local_aws.event_sources.stream_attempts import Attempt, after_failure, without_expired
from tests.local_aws.event_sources.conftest import mapping_of

ARN = "arn:aws:dynamodb:us-east-1:123456789012:table/t/stream/1"


def record(number: int, created: int = 0) -> dict[str, Any]:
    return {
        "dynamodb": {"SequenceNumber": str(number), "ApproximateCreationDateTime": created},
    }


ONE, TWO, THREE = record(1), record(2), record(3)
EVERYTHING = ("1", "2", "3")


def test_without_a_limit_all_is_tried_again() -> None:
    outlook = after_failure(Attempt((ONE, TWO), 7), EVERYTHING, mapping_of(ARN))
    assert outlook.attempts == (Attempt((ONE, TWO), 8),)
    assert outlook.given_up is None


def test_after_the_last_retry_all_is_given_up() -> None:
    mapping = mapping_of(ARN, maximum_retry_attempts=2)
    outlook = after_failure(Attempt((ONE,), 2), EVERYTHING, mapping)
    assert (outlook.attempts, outlook.given_up) == ((), Attempt((ONE,), 3))


def test_halves_are_no_retries() -> None:
    mapping = mapping_of(ARN, bisects_batch=True, maximum_retry_attempts=1)
    outlook = after_failure(Attempt((ONE, TWO, THREE), 1), EVERYTHING, mapping)
    assert outlook.attempts == (Attempt((ONE,), 1), Attempt((TWO, THREE), 1))


def test_single_record_that_cannot_be_halved_is_a_retry() -> None:
    mapping = mapping_of(ARN, bisects_batch=True, maximum_retry_attempts=1)
    assert after_failure(Attempt((ONE,)), EVERYTHING, mapping).attempts == (Attempt((ONE,), 1),)
    assert after_failure(Attempt((ONE,), 1), EVERYTHING, mapping).given_up is not None


def test_what_comes_before_the_first_reported_record_is_done() -> None:
    outlook = after_failure(Attempt((ONE, TWO, THREE)), {"3", "2"}, mapping_of(ARN))
    assert outlook.attempts == (Attempt((TWO, THREE), 1),)


def test_bisecting_divides_at_the_reported_record() -> None:
    mapping = mapping_of(ARN, bisects_batch=True)
    outlook = after_failure(Attempt((ONE, TWO, THREE)), {"2"}, mapping)
    assert outlook.attempts == (Attempt((TWO, THREE)),)


def test_records_that_are_too_old_are_set_apart() -> None:
    old, young = record(1, created=100), record(2, created=200)
    mapping = mapping_of(ARN, maximum_record_age_seconds=60)
    fresh, expired = without_expired(Attempt((old, young), 1), mapping, now=220)
    assert (fresh, expired) == (Attempt((young,), 1), Attempt((old,), 1))


def test_without_an_age_no_record_is_too_old() -> None:
    fresh, expired = without_expired(Attempt((ONE,)), mapping_of(ARN), now=1e9)
    assert (fresh, expired.records) == (Attempt((ONE,)), ())
