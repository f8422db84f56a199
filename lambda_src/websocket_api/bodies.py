"""Messages of JSON as values of the application's own types, or what is wrong with them.

A type is looked at once, when its handler is registered; a message of it then becomes a value, or
is refused with the path of the member that is wrong. Nothing is converted: a number in quotes is
none. Members that a dataclass has no field for are ignored, so that clients can be newer than the
application, and the route key stand among them.

A dataclass's ``__post_init__`` may check more: the client is told what ``ValueError`` it raises, or
gets the ``Refusal``.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any, TypeVar

from websocket_api.refusals import BAD_REQUEST, Refusal
from websocket_api.shapes import Mismatch, Path, shape_of

if TYPE_CHECKING:
    from collections.abc import Callable

_Value = TypeVar("_Value")


def parse_json(text: str) -> object:
    """Return what a text of JSON says.

    Raises:
        Refusal: it is no JSON, or has what UTF-8 or JSON's other readers cannot hold: half a
            surrogate pair, a number beyond a double's range.
    """
    try:
        value: object = json.loads(text, parse_constant=_finite, parse_float=_finite)
        if "\\ud" in text.lower():
            json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise Refusal(BAD_REQUEST, "The message is not JSON.") from error
    return value


def decoder(annotation: type[_Value] | Any, name: str) -> Callable[[object], _Value]:
    """Return what turns a value that ``parse_json`` gave into one of a type, or raises ``Refusal``.

    Args:
        annotation: the type, with no names in quotes in it.
        name: what the error calls it.

    Raises:
        UnsupportedType: no message can become one, or it would not be clear of which type.
    """
    decode = shape_of(annotation, name).decode

    def decode_message(value: object) -> _Value:
        try:
            decoded: _Value = decode(value, ())
        except Mismatch as mismatch:
            field = _text(mismatch.path)
            message = f"{field or 'The message'} {mismatch.problem}."
            raise Refusal(BAD_REQUEST, message, field=field) from mismatch
        except RecursionError as error:
            raise Refusal(BAD_REQUEST, "The message is nested too deeply.") from error
        return decoded

    return decode_message


def _text(path: Path) -> str | None:
    """Return a path as JavaScript writes it, such as ``rooms[2].name``."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return "".join(steps).removeprefix(".") or None


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number
