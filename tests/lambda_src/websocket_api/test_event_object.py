from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from websocket_api.event_object import EventObject, InvalidEvent

if TYPE_CHECKING:
    from collections.abc import Callable

READERS: list[tuple[Callable[[EventObject, str], object], object]] = [
    (EventObject.text, ""),
    (EventObject.optional_text, None),
    (EventObject.optional_integer, None),
    (EventObject.boolean, False),
    (EventObject.texts, {}),
    (EventObject.text_lists, {}),
    (EventObject.text_list, ()),
]


@pytest.mark.parametrize("value", [{}, {"key": None}])
@pytest.mark.parametrize(("read", "nothing"), READERS)
def test_absent_and_null_members_are_nothing(
    read: Callable[[EventObject, str], object], nothing: object, value: dict[str, Any]
) -> None:
    assert read(EventObject(value), "key") == nothing


def test_members_are_read() -> None:
    source = EventObject(
        {
            "text": "a",
            "integer": 1,
            "boolean": True,
            "texts": {"x": "a", "y": None},
            "lists": {"x": ["a", "b"], "y": []},
        }
    )
    assert source.text("text") == source.optional_text("text") == "a"
    assert source.optional_integer("integer") == 1
    assert source.boolean("boolean") is True
    assert source.texts("texts") == {"x": "a"}
    assert source.text_lists("lists") == {"x": ("a", "b"), "y": ()}


@pytest.mark.parametrize(
    ("read", "value", "expected"),
    [
        (EventObject.text, 1, "int, not a string"),
        (EventObject.optional_integer, "1", "str, not an integer"),
        (EventObject.optional_integer, True, "bool, not an integer"),
        (EventObject.boolean, "false", "str, not a boolean"),
        (EventObject.child, [], "list, not an object"),
        (EventObject.text_list, "a", "str, not an array of strings"),
        (EventObject.text_list, ["a", None], "list, not an array of strings"),
    ],
)
def test_wrong_type_is_named_with_its_path(
    read: Callable[[EventObject, str], object], value: object, expected: str
) -> None:
    source = EventObject({"outer": {"key": value}})
    with pytest.raises(InvalidEvent, match=f"^outer.key is a Python {expected}. "):
        read(source.child("outer"), "key")


def test_event_that_is_no_object_is_refused() -> None:
    with pytest.raises(InvalidEvent, match=r"^The event is a Python str, not an object\. "):
        EventObject("event")


def test_what_was_read_cannot_be_changed() -> None:
    source = EventObject({"texts": {"x": "a"}})
    with pytest.raises(TypeError):
        source.texts("texts")["x"] = "b"  # type: ignore[index] # what the test is about
