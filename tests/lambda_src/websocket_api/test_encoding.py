from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import pydantic
import pytest

from websocket_api.encoding import to_json


@dataclass(frozen=True, slots=True)
class Point:
    x: int
    y: int | None = None


@dataclass
class Shape:
    name: str
    points: list[Point] = field(default_factory=list)


class Model(pydantic.BaseModel):
    size: int
    point: Point


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "null"),
        ("grüß dich 👋", '"grüß dich 👋"'),
        ({"a": [1, 2.5, True, None]}, '{"a":[1,2.5,true,null]}'),
        ("half \ud83d of 👋", '"half \\ud83d of \\ud83d\\udc4b"'),
        (Point(1), '{"x":1,"y":null}'),
        (Shape("a", [Point(1, 2)]), '{"name":"a","points":[{"x":1,"y":2}]}'),
        ([{"shape": Shape("b")}], '[{"shape":{"name":"b","points":[]}}]'),
        (Model(size=1, point=Point(3)), '{"size":1,"point":{"x":3,"y":null}}'),
    ],
)
def test_value_becomes_compact_json(value: object, expected: str) -> None:
    assert to_json(value) == expected
    json.loads(expected)


@pytest.mark.parametrize("value", [{1, 2}, b"x", Point, object(), {"a": [b""]}])
def test_what_json_does_not_have_is_named(value: object) -> None:
    with pytest.raises(TypeError, match="cannot be sent as JSON"):
        to_json(value)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_number_that_json_does_not_have_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        to_json(value)


def test_value_that_holds_itself_is_refused() -> None:
    value: list[Any] = []
    value.append(value)
    with pytest.raises(ValueError, match="Circular"):
        to_json(value)
