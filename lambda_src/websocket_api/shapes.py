"""Types as messages of JSON know them: what makes a value of each, and what it expects.

Each value is looked at once, so that no message takes longer than its size warrants: that is why
the dataclasses of a union have to be told apart by a member.
"""

from __future__ import annotations

import inspect
import json
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, is_dataclass
from enum import Enum
from typing import Any, Literal, Protocol, Union, get_args, get_origin, get_type_hints

_KINDS: Mapping[type, str] = {
    type(None): "null",
    bool: "a boolean",
    int: "an integer",
    float: "a number",
    str: "a string",
    list: "an array",
    dict: "an object",
}
_CONTAINERS = (list, dict)

Path = tuple[str | int, ...]
Decode = Callable[[object, Path], Any]
"""Turns a value of JSON's, found under a path, into one of the application's."""


class UnsupportedType(TypeError):
    """No message can become a value of this type, or it would not be clear of which."""


class Mismatch(Exception):
    """A value is not of its type."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(problem)
        self.path = path
        self.problem = problem


class _Model(Protocol):
    """A model of pydantic's, which is not imported here."""

    def model_validate_json(self, json_data: str) -> object:
        """Return an instance of the model, or raise pydantic's ValidationError."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A type as messages know it."""

    decode: Decode
    expected: str
    """What a value has to be, in a few words."""
    container: type | None = None
    """``list`` or ``dict`` for a type of arrays or objects."""
    tags: Mapping[str, Sequence[object]] | None = None
    """Of a dataclass: the values of each member that can only have a few."""


def shape_of(annotation: Any, name: str) -> Shape:
    """Return the shape of a type.

    Args:
        annotation: the type, with no names in quotes in it.
        name: what the error calls it.

    Raises:
        UnsupportedType: no message can become one, or it would not be clear of which type.
    """
    return _shape(annotation, name, {})


def _shape(annotation: Any, name: str, known: dict[type, Shape]) -> Shape:
    origin = get_origin(annotation)
    if annotation is Any or annotation is object:
        return Shape(lambda value, _: value, "anything")
    if isinstance(annotation, type) and origin is None:
        return _class(annotation, name, known)
    if origin in {Union, types.UnionType}:
        return _union([_shape(each, name, known) for each in get_args(annotation)], name)
    if origin is Literal:
        return _choice({choice: choice for choice in get_args(annotation)}, name)
    return _container(annotation, name, known)


def _container(annotation: Any, name: str, known: dict[type, Shape]) -> Shape:
    origin = get_origin(annotation)
    arguments = get_args(annotation)
    if origin in {list, Sequence}:
        return _array(list, _shape(arguments[0], f"{name}[]", known).decode)
    if origin is tuple and arguments[1:] == (Ellipsis,):
        return _array(tuple, _shape(arguments[0], f"{name}[]", known).decode)
    if origin in {dict, Mapping} and arguments[0] is str:
        return _mapping(_shape(arguments[1], f"{name}[…]", known).decode)
    raise _unsupported(annotation, name)


def _class(annotation: type, name: str, known: dict[type, Shape]) -> Shape:
    if annotation in _KINDS:
        return _plain(annotation)
    if issubclass(annotation, Enum):
        return _choice({member.value: member for member in annotation}, name)
    if hasattr(annotation, "model_validate_json"):
        return _model(annotation)
    if not is_dataclass(annotation):
        raise _unsupported(annotation, name)
    if annotation not in known:
        hints = _hints(annotation, name)
        members: dict[str, tuple[Decode, bool]] = {}
        # Known before its members are, one of which may be of this very type.
        known[annotation] = Shape(
            _object_decode(annotation, members), "an object", container=dict, tags=_tags(hints)
        )
        for member, parameter in inspect.signature(annotation).parameters.items():
            shape = _shape(hints.get(member), f"{name}.{member}", known)
            members[member] = (shape.decode, parameter.default is parameter.empty)
    return known[annotation]


def _hints(annotation: type, name: str) -> Mapping[str, Any]:
    try:
        return get_type_hints(annotation)
    except NameError as error:
        raise UnsupportedType(
            f"{name} is of type {annotation.__qualname__}, in which {error.name!r} is not known at "
            f"run time. Import it outside of TYPE_CHECKING, and define it at the top of a module."
        ) from error


def _tags(hints: Mapping[str, Any]) -> Mapping[str, Sequence[object]]:
    return {name: get_args(hint) for name, hint in hints.items() if get_origin(hint) is Literal}


def _object_decode(annotation: type, members: Mapping[str, tuple[Decode, bool]]) -> Decode:
    """Return what makes a dataclass of an object.

    Args:
        annotation: the dataclass.
        members: for each parameter, how to decode it, and whether it has to be there.
    """

    def decode(value: object, path: Path) -> object:
        if not isinstance(value, dict):
            raise _wrong_kind(path, "an object", value)
        decoded = {}
        for name, (decode_member, is_required) in members.items():
            if name in value:
                decoded[name] = decode_member(value[name], (*path, name))
            elif is_required:
                raise Mismatch((*path, name), "is missing")
        try:
            return annotation(**decoded)
        except ValueError as error:
            raise _invalid(path, error) from error

    return decode


def _model(model: _Model) -> Shape:
    def decode(value: object, path: Path) -> object:
        try:
            # From JSON, because pydantic's strict types take more from there than from Python.
            return model.model_validate_json(json.dumps(value))
        except ValueError as error:
            raise _invalid(path, error) from error

    return Shape(decode, "an object", container=dict)


def _plain(kind: type) -> Shape:
    expected = _KINDS[kind]

    def decode(value: object, path: Path) -> object:
        if type(value) is kind:
            return value
        if kind is float and type(value) is int:
            return _to_float(value, path)
        raise _wrong_kind(path, expected, value)

    return Shape(decode, expected, container=kind if kind in _CONTAINERS else None)


def _to_float(value: int, path: Path) -> float:
    try:
        return float(value)
    except OverflowError as error:
        raise Mismatch(path, "is beyond the range of numbers") from error


def _choice(members: Mapping[Any, Any], name: str) -> Shape:
    if not all(type(choice) in _KINDS for choice in members):
        raise UnsupportedType(f"{name} can be something that JSON has not, in {tuple(members)!r}.")
    expected = " or ".join(json.dumps(choice, ensure_ascii=False) for choice in members)

    def decode(value: object, path: Path) -> object:
        for choice, member in members.items():
            # True is 1 to Python, but not in JSON.
            if type(choice) is type(value) and choice == value:
                return member
        raise Mismatch(path, f"must be {expected}")

    return Shape(decode, expected)


def _array(kind: type, decode_item: Decode) -> Shape:
    def decode(value: object, path: Path) -> object:
        if not isinstance(value, list):
            raise _wrong_kind(path, "an array", value)
        return kind(decode_item(item, (*path, index)) for index, item in enumerate(value))

    return Shape(decode, "an array", container=list)


def _mapping(decode_member: Decode) -> Shape:
    def decode(value: object, path: Path) -> object:
        if not isinstance(value, dict):
            raise _wrong_kind(path, "an object", value)
        return {name: decode_member(member, (*path, name)) for name, member in value.items()}

    return Shape(decode, "an object", container=dict)


def _union(shapes: Sequence[Shape], name: str) -> Shape:
    """Return the shape of what may be of several types, of which a value never fits two."""
    scalars = [shape.decode for shape in shapes if shape.container is None]
    containers: dict[type, Decode] = {}
    for container in _CONTAINERS:
        alike = [shape for shape in shapes if shape.container is container]
        if alike:
            containers[container] = alike[0].decode if len(alike) == 1 else _tagged(alike, name)
    expected = " or ".join(dict.fromkeys(shape.expected for shape in shapes))

    def decode(value: object, path: Path) -> object:
        if type(value) in containers:
            return containers[type(value)](value, path)
        for decode_scalar in scalars:
            try:
                return decode_scalar(value, path)
            except Mismatch:
                continue
        raise _wrong_kind(path, expected, value)

    return Shape(decode, expected)


def _tagged(shapes: Sequence[Shape], name: str) -> Decode:
    """Return what tells several dataclasses apart by a member that says which is meant."""
    for tag in shapes[0].tags or {}:
        choices = [shape.tags.get(tag, ()) if shape.tags else () for shape in shapes]
        by_choice = {
            choice: shape.decode
            for shape, of_shape in zip(shapes, choices, strict=True)
            for choice in of_shape
        }
        if all(choices) and len(by_choice) == sum(map(len, choices)):
            return _by_tag(tag, by_choice)
    raise UnsupportedType(
        f"{name} can be of several types that no message tells apart. Give each a member of one "
        f'name that says which it is, such as kind: Literal["join"].'
    )


def _by_tag(tag: str, decodes: Mapping[Any, Decode]) -> Decode:
    choose = _choice(decodes, tag).decode

    def decode(value: object, path: Path) -> object:
        members: Any = value
        if tag not in members:
            raise Mismatch((*path, tag), "is missing")
        return choose(members[tag], (*path, tag))(value, path)

    return decode


def _wrong_kind(path: Path, expected: str, value: object) -> Mismatch:
    return Mismatch(path, f"must be {expected}, not {_KINDS[type(value)]}")


def _invalid(path: Path, error: Any) -> Mismatch:
    """Return what a type itself says against a value."""
    problem = str(error)
    if hasattr(error, "errors"):
        # Pydantic's text has several lines, and the value in it.
        first = error.errors()[0]
        path = (*path, *first["loc"])
        problem = first["msg"]
    return Mismatch(path, f"is not valid: {problem.rstrip('.')}")


def _unsupported(annotation: Any, name: str) -> UnsupportedType:
    return UnsupportedType(
        f"{name} is of type {annotation!r}, which no message of JSON can become. Use dataclasses, "
        f"str, int, float, bool, None, Literal, enums, list[…], tuple[…, ...], dict[str, …], "
        f"unions of these, or Any."
    )
