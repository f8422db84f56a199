from __future__ import annotations

from dataclasses import InitVar, dataclass
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Any, Literal, TypedDict

import pytest

from websocket_api.shapes import UnsupportedType, shape_of

if TYPE_CHECKING:
    from decimal import Decimal


class Words(TypedDict):
    word: str


class Corner(Enum):
    ORIGIN = (0, 0)


@dataclass
class Event:
    at: datetime


@dataclass
class Price:
    amount: Decimal


@dataclass
class Seeded:
    seed: InitVar[int]


@dataclass
class Circle:
    radius: float


@dataclass
class Square:
    side: float
    kind: Literal["square"] = "square"


@dataclass
class Frame:
    side: float
    kind: Literal["frame", "square"] = "frame"


@pytest.mark.parametrize(
    ("annotation", "problem"),
    [
        (datetime, "message is of type <class 'datetime.datetime'>, which no message"),
        (Words, "which no message of JSON can become"),
        (set[str], "which no message of JSON can become"),
        (tuple[int, str], "which no message of JSON can become"),
        (dict[int, str], "which no message of JSON can become"),
        (bytes, "which no message of JSON can become"),
        (list[Event], r"message\[\].at is of type"),
        (dict[str, Event], r"message\[…\].at is of type"),
        (Seeded, "message.seed is of type"),
        (Price, "'Decimal' is not known at run time. Import it outside of TYPE_CHECKING"),
        (Corner, "message can be something that JSON has not"),
        (Literal[b"a"], "message can be something that JSON has not"),
        (Circle | Square, "several types that no message tells apart"),
        (Square | Circle, "several types that no message tells apart"),
        (Square | Frame, "several types that no message tells apart"),
        (Square | dict[str, str], "several types that no message tells apart"),
        (list[int] | tuple[str, ...], "several types that no message tells apart"),
    ],
)
def test_type_that_no_message_can_become_is_named(annotation: Any, problem: str) -> None:
    with pytest.raises(UnsupportedType, match=problem):
        shape_of(annotation, "message")


@pytest.mark.parametrize(
    ("annotation", "value"),
    [
        (list, [1, "a"]),
        (dict, {"a": 1}),
        (object, {"a": [None]}),
        (type(None), None),
        (dict[str, Any], {"a": [1]}),
        (int | str | float, 1.5),
        (int | float, 1),
    ],
)
def test_plain_types_take_what_is_of_them(annotation: Any, value: object) -> None:
    decoded = shape_of(annotation, "message").decode(value, ())
    assert (decoded, type(decoded)) == (value, type(value))
