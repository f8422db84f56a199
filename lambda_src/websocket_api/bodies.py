"""Messages of JSON as values of the application's own types, or what is wrong with them.

A type is looked at once, when its handler is registered; a message of it then becomes a value, or
is refused with the path of the member that is wrong. Nothing is converted: a number in quotes is
none. Members that a dataclass has no field for are ignored, so that clients can be newer than the
application, and the route key stand among them.

A dataclass's ``__post_init__`` may check more: the client is told what ``ValueError`` it raises.
"""

from __future__ import annotations

import inspect
import json
import math
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import is_dataclass
from enum import Enum
from typing import Any, Literal, Protocol, TypeVar, Union, get_args, get_origin, get_type_hints

from websocket_api.refusals import BAD_REQUEST, Refusal

_KINDS: Mapping[type, str] = {
    type(None): "null",
    bool: "a boolean",
    int: "an integer",
    float: "a number",
    str: "a string",
    list: "an array",
    dict: "an object",
}

_Path = tuple[str | int, ...]
_Decode = Callable[[object, _Path], Any]
"""Turns a value of JSON's, found under a path, into one of the application's."""
_Value = TypeVar("_Value")


class UnsupportedType(TypeError):
    """No message can become a value of this type."""


class _Model(Protocol):
    """A model of pydantic's, which is not imported here."""

    def model_validate_json(self, json_data: str) -> object:
        """Return a model's instance, or raise pydantic's ValidationError."""


class _Mismatch(Exception):
    """A value is not of its type."""

    def __init__(
        self, path: _Path, problem: str, *, expected: str = "", is_choice: bool = False
    ) -> None:
        super().__init__(problem)
        self.path = path
        self.problem = problem
        self.expected = expected
        """What would have been right at this place, where that can be said in a few words."""
        self.is_choice = is_choice
        """Whether another value of the same type would do: it may say which object was meant."""


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
        UnsupportedType: no message can become one.
    """
    decode = _decoder(annotation, name, {})

    def decode_message(value: object) -> _Value:
        try:
            decoded: _Value = decode(value, ())
        except _Mismatch as mismatch:
            field = _text(mismatch.path)
            message = f"{field or 'The message'} {mismatch.problem}."
            raise Refusal(BAD_REQUEST, message, field=field) from mismatch
        except RecursionError as error:
            raise Refusal(BAD_REQUEST, "The message is nested too deeply.") from error
        return decoded

    return decode_message


def is_object_type(annotation: Any) -> bool:
    """Return whether a type is a dataclass or a model of pydantic's."""
    return isinstance(annotation, type) and (
        is_dataclass(annotation) or hasattr(annotation, "model_validate_json")
    )


def _decoder(annotation: Any, name: str, known: dict[type, _Decode]) -> _Decode:
    origin = get_origin(annotation)
    arguments = get_args(annotation)
    if annotation is Any or annotation is object:
        return _anything
    if isinstance(annotation, type) and origin is None:
        return _class(annotation, name, known)
    if origin in {Union, types.UnionType}:
        return _union([_decoder(each, name, known) for each in arguments])
    if origin is Literal:
        return _choice({choice: choice for choice in arguments})
    return _container(annotation, name, known)


def _class(annotation: type, name: str, known: dict[type, _Decode]) -> _Decode:
    if annotation in _KINDS:
        return _plain(annotation)
    if issubclass(annotation, Enum):
        return _choice({member.value: member for member in annotation})
    if hasattr(annotation, "model_validate_json"):
        return _model(annotation)
    if not is_dataclass(annotation):
        raise _unsupported(annotation, name)
    if annotation not in known:
        members: dict[str, tuple[_Decode, bool]] = {}
        # Known before its members are, one of which may be of this very type.
        known[annotation] = _dataclass(annotation, members)
        members.update(_members(annotation, name, known))
    return known[annotation]


def _members(
    annotation: type, name: str, known: dict[type, _Decode]
) -> Mapping[str, tuple[_Decode, bool]]:
    """Return how to decode each parameter of a dataclass, and whether it has to be there."""
    try:
        hints = get_type_hints(annotation)
    except NameError as error:
        raise UnsupportedType(
            f"{name} is of type {annotation.__qualname__}, in which {error.name!r} is not known at "
            f"run time. Import it outside of TYPE_CHECKING, and define it at the top of a module."
        ) from error
    return {
        member: (
            _decoder(hints.get(member), f"{name}.{member}", known),
            parameter.default is parameter.empty,
        )
        for member, parameter in inspect.signature(annotation).parameters.items()
    }


def _dataclass(annotation: type, members: Mapping[str, tuple[_Decode, bool]]) -> _Decode:
    def decode(value: object, path: _Path) -> object:
        if not isinstance(value, dict):
            raise _wrong_kind(path, "an object", value)
        decoded = {}
        for name, (decode_member, is_required) in members.items():
            if name in value:
                decoded[name] = decode_member(value[name], (*path, name))
            elif is_required:
                raise _Mismatch((*path, name), "is missing")
        try:
            return annotation(**decoded)
        except ValueError as error:
            raise _Mismatch(path, f"is not valid: {error}") from error

    return decode


def _model(model: _Model) -> _Decode:
    def decode(value: object, path: _Path) -> object:
        try:
            # From JSON, because pydantic's strict types take more from there than from Python.
            return model.model_validate_json(json.dumps(value))
        except ValueError as error:
            raise _model_mismatch(error, path) from error

    return decode


def _model_mismatch(error: Any, path: _Path) -> _Mismatch:
    first = error.errors()[0]
    return _Mismatch((*path, *first["loc"]), f"is not valid: {first['msg']}")


def _anything(value: object, _: _Path) -> object:
    return value


def _plain(kind: type) -> _Decode:
    def decode(value: object, path: _Path) -> object:
        if type(value) is kind:
            return value
        if kind is float and type(value) is int:
            return _to_float(value, path)
        raise _wrong_kind(path, _KINDS[kind], value)

    return decode


def _to_float(value: int, path: _Path) -> float:
    try:
        return float(value)
    except OverflowError as error:
        raise _Mismatch(path, "is beyond the range of numbers") from error


def _choice(members: Mapping[Any, Any]) -> _Decode:
    expected = " or ".join(json.dumps(choice, ensure_ascii=False) for choice in members)

    def decode(value: object, path: _Path) -> object:
        for choice, member in members.items():
            # True is 1 to Python, but not in JSON.
            if type(choice) is type(value) and choice == value:
                return member
        raise _Mismatch(path, f"must be {expected}", expected=expected, is_choice=True)

    return decode


def _container(annotation: Any, name: str, known: dict[type, _Decode]) -> _Decode:
    origin = get_origin(annotation)
    arguments = get_args(annotation)
    if origin in {list, Sequence}:
        return _array(list, _decoder(arguments[0], f"{name}[]", known))
    if origin is tuple and arguments[1:] == (Ellipsis,):
        return _array(tuple, _decoder(arguments[0], f"{name}[]", known))
    if origin in {dict, Mapping} and arguments[0] is str:
        return _mapping(_decoder(arguments[1], f"{name}[…]", known))
    raise _unsupported(annotation, name)


def _array(kind: type, decode_item: _Decode) -> _Decode:
    def decode(value: object, path: _Path) -> object:
        if not isinstance(value, list):
            raise _wrong_kind(path, "an array", value)
        return kind(decode_item(item, (*path, index)) for index, item in enumerate(value))

    return decode


def _mapping(decode_member: _Decode) -> _Decode:
    def decode(value: object, path: _Path) -> object:
        if not isinstance(value, dict):
            raise _wrong_kind(path, "an object", value)
        return {name: decode_member(member, (*path, name)) for name, member in value.items()}

    return decode


def _union(decoders: Sequence[_Decode]) -> _Decode:
    def decode(value: object, path: _Path) -> object:
        mismatches = []
        for decode_one in decoders:
            try:
                return decode_one(value, path)
            except _Mismatch as mismatch:
                mismatches.append(mismatch)
        raise _closest(mismatches)

    return decode


def _closest(mismatches: Sequence[_Mismatch]) -> _Mismatch:
    """Return the mismatch that got furthest: of the type that the client most likely meant."""
    furthest = max(mismatches, key=lambda mismatch: (len(mismatch.path), not mismatch.is_choice))
    alike = [mismatch for mismatch in mismatches if mismatch.path == furthest.path]
    if len(alike) == 1 or not all(mismatch.expected for mismatch in alike):
        return furthest
    expected = " or ".join(dict.fromkeys(mismatch.expected for mismatch in alike))
    return _Mismatch(furthest.path, f"must be {expected}", expected=expected)


def _wrong_kind(path: _Path, expected: str, value: object) -> _Mismatch:
    found = _KINDS[type(value)]
    return _Mismatch(path, f"must be {expected}, not {found}", expected=expected)


def _unsupported(annotation: Any, name: str) -> UnsupportedType:
    return UnsupportedType(
        f"{name} is of type {annotation!r}, which no message of JSON can become. Use dataclasses, "
        f"str, int, float, bool, None, Literal, enums, list[…], tuple[…, ...], dict[str, …], "
        f"unions of these, or Any."
    )


def _text(path: _Path) -> str | None:
    """Return a path as JavaScript writes it, such as ``rooms[2].name``."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return "".join(steps).removeprefix(".") or None


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number
