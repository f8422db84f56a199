from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import Enum
from typing import Annotated, Any, Literal

import pydantic
import pydantic.dataclasses
import pytest
from hypothesis import given
from hypothesis import strategies as st

from websocket_api.bodies import decoder, parse_json
from websocket_api.refusals import BAD_REQUEST, Refusal


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True, slots=True)
class Place:
    x: float
    y: float = 0.0


@dataclass(frozen=True, slots=True)
class Say:
    room: str
    text: str
    urgent: bool = False
    answers: int | None = None
    mood: Literal["glad", "sad"] = "glad"
    colour: Colour = Colour.RED
    tags: list[str] = field(default_factory=list)
    places: tuple[Place, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)
    note: Annotated[str | None, "shown to moderators"] = None
    anything: Any = None


@dataclass(frozen=True, slots=True)
class Join:
    kind: Literal["join"]
    room: str


@dataclass(frozen=True, slots=True)
class Leave:
    kind: Literal["leave", "flee"]
    room: str
    reason: int


@dataclass(frozen=True, slots=True)
class Script:
    steps: list[Join | Leave]


@dataclass(frozen=True, slots=True)
class Tree:
    name: str
    children: list[Tree] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Span:
    first: int
    last: int

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError("last must not be less than first.")


@dataclass(frozen=True, slots=True)
class Drawing:
    spans: list[Span]


class Order(pydantic.BaseModel):
    article: str
    pieces: int = pydantic.Field(gt=0)


class Delivery(pydantic.BaseModel):
    orders: list[Order]


@dataclass(frozen=True, slots=True)
class Basket:
    orders: list[Order]


@pydantic.dataclasses.dataclass
class Ticket:
    pieces: Annotated[int, pydantic.Field(gt=0)]


def decode(annotation: Any, text: str) -> Any:
    return decoder(annotation, "message")(parse_json(text))


def refusal(annotation: Any, text: str) -> Refusal:
    with pytest.raises(Refusal) as caught:
        decode(annotation, text)
    assert caught.value.code == BAD_REQUEST
    return caught.value


def test_message_becomes_a_dataclass() -> None:
    text = """{
        "action": "say", "room": "blue", "text": "hi", "urgent": true, "answers": 3, "mood": "sad",
        "colour": "blue", "tags": ["a"], "places": [{"x": 1, "y": 2.5}, {"x": 3.5}],
        "counts": {"a": 1}, "note": null, "anything": [{"b": null}]
    }"""
    assert decode(Say, text) == Say(
        room="blue",
        text="hi",
        urgent=True,
        answers=3,
        mood="sad",
        colour=Colour.BLUE,
        tags=["a"],
        places=(Place(1.0, 2.5), Place(3.5)),
        counts={"a": 1},
        note=None,
        anything=[{"b": None}],
    )


def test_members_that_have_a_default_may_be_missing_and_others_are_ignored() -> None:
    assert decode(Say, '{"room": "r", "text": "t", "unknown": 1}') == Say("r", "t")


@pytest.mark.parametrize(
    ("members", "field_path", "problem"),
    [
        ('"text": "t"', "room", "room is missing."),
        ('"room": 1, "text": "t"', "room", "room must be a string, not an integer."),
        ('"room": null, "text": "t"', "room", "room must be a string, not null."),
        ('"urgent": 1', "urgent", "urgent must be a boolean, not an integer."),
        ('"answers": "3"', "answers", "answers must be an integer or null, not a string."),
        ('"answers": true', "answers", "answers must be an integer or null, not a boolean."),
        ('"answers": 3.0', "answers", "answers must be an integer or null, not a number."),
        ('"answers": []', "answers", "answers must be an integer or null, not an array."),
        ('"mood": "angry"', "mood", 'mood must be "glad" or "sad".'),
        ('"mood": true', "mood", 'mood must be "glad" or "sad".'),
        ('"colour": "RED"', "colour", 'colour must be "red" or "blue".'),
        ('"tags": "a"', "tags", "tags must be an array, not a string."),
        ('"tags": ["a", {}]', "tags[1]", "tags[1] must be a string, not an object."),
        ('"places": [{"x": 1}, {"y": 1}]', "places[1].x", "places[1].x is missing."),
        ('"places": [[]]', "places[0]", "places[0] must be an object, not an array."),
        ('"counts": {"a": {}}', "counts.a", "counts.a must be an integer, not an object."),
        ('"counts": [1]', "counts", "counts must be an object, not an array."),
    ],
)
def test_error_names_the_member_and_what_it_must_be(
    members: str, field_path: str, problem: str
) -> None:
    required = "" if "text" in members or "room" in members else '"room": "r", "text": "t", '
    error = refusal(Say, f"{{{required}{members}}}")
    assert (error.message, error.field) == (problem, field_path)


def test_message_that_is_no_object_at_all_names_no_member() -> None:
    error = refusal(Say, "[]")
    assert (error.message, error.field) == ("The message must be an object, not an array.", None)


def test_one_of_several_dataclasses_is_told_by_its_tag() -> None:
    text = '{"steps": [{"kind": "join", "room": "r"}, {"kind": "flee", "room": "s", "reason": 2}]}'
    assert decode(Script, text) == Script([Join("join", "r"), Leave("flee", "s", 2)])


@pytest.mark.parametrize(
    ("step", "problem"),
    [
        ('{"kind": "leave", "room": "r"}', "steps[0].reason is missing."),
        ('{"kind": "stay"}', 'steps[0].kind must be "join" or "leave" or "flee".'),
        ('{"room": "r"}', "steps[0].kind is missing."),
        ("7", "steps[0] must be an object, not an integer."),
    ],
)
def test_error_in_one_of_several_dataclasses_is_that_of_the_one_meant(
    step: str, problem: str
) -> None:
    assert refusal(Script, f'{{"steps": [{step}]}}').message == problem


def test_union_of_containers_is_told_by_what_the_value_is() -> None:
    annotation = list[int] | Place | str | None
    assert decode(annotation, "[1]") == [1]
    assert decode(annotation, '{"x": 1}') == Place(1.0)
    assert decode(annotation, '"a"') == "a"
    assert decode(annotation, "null") is None
    assert refusal(annotation, "[null]").message == "[0] must be an integer, not null."
    expected = "The message must be an array or an object or a string or null, not a boolean."
    assert refusal(annotation, "true").message == expected


def test_type_may_hold_itself() -> None:
    text = '{"name": "a", "children": [{"name": "b", "children": []}, {"name": "c"}]}'
    assert decode(Tree, text) == Tree("a", [Tree("b"), Tree("c")])
    wrong = '{"name": "a", "children": [{"name": "b", "children": [{}]}]}'
    assert refusal(Tree, wrong).field == "children[0].children[0].name"


def test_message_that_is_nested_too_deeply_is_refused() -> None:
    depth = 900
    text = '{"name": "a", "children": [' * depth + "]}" * depth
    assert refusal(Tree, text).message == "The message is nested too deeply."
    assert refusal(Tree, "[" * 100_000).message == "The message is not JSON."


def test_objection_of_the_dataclass_itself_reaches_the_client() -> None:
    error = refusal(Drawing, '{"spans": [{"first": 1, "last": 2}, {"first": 2, "last": 1}]}')
    assert error.message == "spans[1] is not valid: last must not be less than first."
    assert error.field == "spans[1]"


def test_message_becomes_a_model_of_pydantics() -> None:
    text = '{"orders": [{"article": "tea", "pieces": "2"}]}'
    order = Order(article="tea", pieces=2)
    assert decode(Delivery, text) == Delivery(orders=[order])
    assert decode(Basket, text) == Basket([order])


@pytest.mark.parametrize("annotation", [Delivery, Basket])
def test_error_of_a_model_names_the_member(annotation: type) -> None:
    error = refusal(annotation, '{"orders": [{"article": "tea", "pieces": 0}]}')
    assert error.field == "orders[0].pieces"
    assert error.message == "orders[0].pieces is not valid: Input should be greater than 0."


def test_dataclass_of_pydantics_is_held_to_its_own_rules() -> None:
    assert decode(Ticket, '{"pieces": 2}') == Ticket(pieces=2)
    error = refusal(Ticket, '{"pieces": 0}')
    assert error.field == "pieces"
    assert error.message == "pieces is not valid: Input should be greater than 0."


def test_integer_is_a_number_unless_it_is_too_large_for_one() -> None:
    assert decode(float, "7") == 7.0
    assert refusal(float, "1" + "0" * 400).message == "The message is beyond the range of numbers."


@pytest.mark.parametrize(
    "text",
    ["", "{", "{'a': 1}", "NaN", "[Infinity]", "1e999", "9" * 5000, '"\\ud800"', '{"\\uDC00": 1}'],
)
def test_what_is_no_json_is_refused(text: str) -> None:
    assert refusal(Any, text).message == "The message is not JSON."


def test_whole_surrogate_pair_is_a_character() -> None:
    assert parse_json('"\\ud83d\\udc4b"') == "👋"


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_every_json_becomes_a_value_or_a_refusal_that_names_its_place(value: Any) -> None:
    text = json.dumps({"room": "r", "text": "t", "tags": value, "anything": value})
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        assert decode(Say, text).anything == value
    else:
        assert (refusal(Say, text).field or "").startswith("tags")
