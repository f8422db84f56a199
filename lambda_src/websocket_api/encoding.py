"""Values of an application as the JSON that its clients get."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from typing import Any


def to_json(value: object) -> str:
    """Return a value as JSON that has UTF-8.

    Dataclasses become objects of their fields, and so do pydantic's models, by their own rules.
    Members that are None are kept, as null.

    Raises:
        TypeError: something in the value is of a type that JSON does not have.
        ValueError: a number in it is infinite or no number, or it holds itself.
    """
    text = _dumps(value, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        # A client can send half of a surrogate pair, which only an escape can hold.
        return _dumps(value, ensure_ascii=True)
    return text


def _dumps(value: object, *, ensure_ascii: bool) -> str:
    return json.dumps(
        value, default=_plain, ensure_ascii=ensure_ascii, allow_nan=False, separators=(",", ":")
    )


def _plain(value: Any) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    raise TypeError(
        f"A {type(value).__name__} cannot be sent as JSON; send a dataclass, a dict, a list, a "
        f"text, a number, a boolean or None."
    )
