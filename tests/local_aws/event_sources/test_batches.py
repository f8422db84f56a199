import json

from local_aws.event_sources.batches import batches, event_of

RECORDS = [{"body": character * 100} for character in "abcde"]


def test_records_that_fit_are_one_event() -> None:
    assert list(batches(RECORDS)) == [RECORDS]


def test_no_event_is_larger_than_the_limit() -> None:
    limit = len(event_of(RECORDS[:2]))
    divided = list(batches(RECORDS, maximum_bytes=limit))
    assert divided == [RECORDS[:2], RECORDS[2:4], RECORDS[4:]]
    assert max(len(event_of(batch)) for batch in divided) <= limit


def test_record_that_is_too_large_is_an_event_of_its_own() -> None:
    assert list(batches(RECORDS[:2], maximum_bytes=10)) == [RECORDS[:1], RECORDS[1:2]]


def test_without_records_there_is_no_event() -> None:
    assert list(batches([])) == []


def test_event_holds_its_records() -> None:
    assert json.loads(event_of(RECORDS)) == {"Records": RECORDS}
