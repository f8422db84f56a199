import json

import pytest

from local_aws.api_gateway.monitoring.event_record import EventRecord
from local_aws.console.events import MAXIMUM_CHARACTERS, MAXIMUM_LINES, event_of
from tests.local_aws.console.given import ARN, ended


def test_request_has_all_that_is_to_be_seen_of_it() -> None:
    record = EventRecord(received='{"a": 1}', sent=b"gr\xc3\xbc\xc3\x9fe")
    run = record.begin_run(ARN)
    record.take_line(run, "one")
    run.initialization_seconds = 0.0426
    record.begin_run(ARN)
    event = event_of(ended(record, detail="late"))
    assert json.loads(json.dumps(event)) == {
        "id": "JKJaXmPLvHcESHA=",
        "time": 1_000.5,
        "event": "MESSAGE",
        "stage": "prod",
        "connection": "L0SM9cOFvHcCIhw=",
        "route": "say",
        "status": 200,
        "latency": 1.24,
        "detail": "late",
        "received": '{"a": 1}',
        "sent": "grüße",
        "runs": [
            {"function": "shop", "initialization": 43, "lines": ["one"]},
            {"function": "shop", "initialization": None, "lines": []},
        ],
    }


def test_body_of_a_call_is_text_whatever_it_is() -> None:
    assert event_of(ended(EventRecord(received=b"a\xffb")))["received"] == "a\ufffdb"


@pytest.mark.parametrize("payload", ["ä" * 50_000, ("ä" * 50_000).encode()])
def test_long_text_is_cut(payload: str | bytes) -> None:
    received = event_of(ended(EventRecord(received=payload)))["received"]
    assert received == "ä" * MAXIMUM_CHARACTERS + "…"


def test_of_a_log_with_long_lines_the_end_is_shown() -> None:
    record = EventRecord()
    run = record.begin_run(ARN)
    for number in range(10):
        record.take_line(run, f"{number}".ljust(MAXIMUM_CHARACTERS // 2, "-"))
    (shown,) = event_of(ended(record))["runs"]
    assert [line[0] for line in shown["lines"]] == ["8", "9"]


def test_last_line_of_a_log_is_shown_however_long() -> None:
    record = EventRecord()
    record.take_line(record.begin_run(ARN), "a" * 2 * MAXIMUM_CHARACTERS)
    (shown,) = event_of(ended(record))["runs"]
    assert shown["lines"] == ["a" * MAXIMUM_CHARACTERS + "…"]


def test_of_a_long_log_the_end_is_shown() -> None:
    record = EventRecord()
    run = record.begin_run(ARN)
    for number in range(MAXIMUM_LINES + 5):
        record.take_line(run, str(number))
    (shown,) = event_of(ended(record))["runs"]
    assert (shown["lines"][0], len(shown["lines"])) == ("5", MAXIMUM_LINES)
