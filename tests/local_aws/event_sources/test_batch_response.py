import json
from typing import Any

import pytest

from local_aws.event_sources.batch_response import failed_identifiers

ALL = ["1", "2"]


@pytest.mark.parametrize(
    "answer",
    [None, {}, {"batchItemFailures": None}, {"batchItemFailures": []}],
)
def test_answer_that_names_nothing_is_a_success(answer: Any) -> None:
    assert failed_identifiers(json.dumps(answer).encode(), ALL) == set()


def test_empty_payload_is_a_success() -> None:
    assert failed_identifiers(b"", ALL) == set()


def test_records_that_are_named_failed() -> None:
    answer = {"batchItemFailures": [{"itemIdentifier": "2"}]}
    assert failed_identifiers(json.dumps(answer).encode(), ALL) == {"2"}


@pytest.mark.parametrize(
    "payload",
    [
        b"{",
        b'"text"',
        b"[]",
        b'{"statusCode": 200}',
        b'{"batchItemFailures": "1"}',
        b'{"batchItemFailures": ["1"]}',
        b'{"batchItemFailures": [{"itemIdentifier": ""}]}',
        b'{"batchItemFailures": [{"itemIdentifier": null}]}',
        b'{"batchItemFailures": [{"identifier": "1"}]}',
        b'{"batchItemFailures": [{"itemIdentifier": "3"}]}',
    ],
)
def test_answer_of_another_shape_is_a_failure_of_all(payload: bytes) -> None:
    assert failed_identifiers(payload, ALL) == set(ALL)
