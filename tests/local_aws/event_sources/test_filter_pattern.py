import json
from typing import Any

import pytest

from local_aws.event_sources.filter_pattern import FilterPattern, InvalidFilterPatternError

RECORD = {
    "body": {"kind": "order", "price": 12.5, "tags": ["new", "big"], "paid": True, "note": None},
    "messageId": "1",
    "empty": "",
}


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [
        ({}, True),
        ({"messageId": ["1", "2"]}, True),
        ({"messageId": ["2"]}, False),
        ({"messageId": [1]}, False),
        ({"empty": [""]}, True),
        ({"body": {"kind": ["order"], "price": [12.5]}}, True),
        ({"body": {"kind": ["order"], "price": [12]}}, False),
        ({"body": ["order"]}, False),
        ({"body": {"tags": ["big"]}}, True),
        ({"body": {"tags": ["small"]}}, False),
        ({"body": {"paid": [True]}}, True),
        ({"body": {"paid": [1]}}, False),
        ({"body": {"note": [None]}}, True),
        ({"body": {"missing": [None]}}, False),
        ({"body": {"missing": {"deeper": ["x"]}}}, False),
        ({"messageId": {"deeper": ["x"]}}, False),
        ({"body": {"kind": [{"prefix": "or"}]}}, True),
        ({"body": {"kind": [{"suffix": "or"}]}}, False),
        ({"body": {"kind": [{"equals-ignore-case": "ORDER"}]}}, True),
        ({"body": {"price": [{"prefix": "12"}]}}, False),
        ({"body": {"kind": [{"anything-but": ["order", "offer"]}]}}, False),
        ({"body": {"kind": [{"anything-but": "offer"}]}}, True),
        ({"body": {"kind": [{"anything-but": {"prefix": "or"}}]}}, False),
        ({"body": {"missing": [{"anything-but": "offer"}]}}, False),
        ({"body": {"price": [{"numeric": [">", 10, "<=", 12.5]}]}}, True),
        ({"body": {"price": [{"numeric": ["=", 12]}]}}, False),
        ({"body": {"kind": [{"numeric": [">", 0]}]}}, False),
        ({"body": {"kind": [{"exists": True}]}}, True),
        ({"body": {"missing": [{"exists": False}]}}, True),
        ({"body": [{"exists": True}]}, False),
        ({"$or": [{"messageId": ["9"]}, {"body": {"kind": ["order"]}}]}, True),
        ({"$or": [{"messageId": ["9"]}, {"messageId": ["8"]}]}, False),
    ],
)
def test_every_rule_has_to_match(pattern: Any, *, matches: bool) -> None:
    assert FilterPattern.parse(json.dumps(pattern)).matches(RECORD) is matches


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("{", "not JSON"),
        ("[]", "the pattern has to be an object"),
        ('{"a": 1}', r"the pattern\.a has to be an object"),
        ('{"a": []}', "at least"),
        ('{"a": [[1]]}', "list in a list"),
        ('{"a": [{"wildcard": "*"}]}', "none that a filter has"),
        ('{"a": [{"prefix": "x", "suffix": "y"}]}', "none that a filter has"),
        ('{"a": [{"numeric": [">"]}]}', "none that a filter has"),
        ('{"a": [{"numeric": ["~", 1]}]}', "none that a filter has"),
        ('{"a": [{"numeric": [">", "1"]}]}', "none that a filter has"),
        ('{"a": [{"anything-but": {"prefix": 1}}]}', "none that a filter has"),
        ('{"$or": [{"a": [1]}]}', "two patterns"),
        ('{"$or": [1, 2]}', "has to be an object"),
    ],
)
def test_what_is_no_pattern_is_refused_with_its_place(pattern: str, message: str) -> None:
    with pytest.raises(InvalidFilterPatternError, match=message):
        FilterPattern.parse(pattern)
