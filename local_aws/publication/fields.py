"""Typed access to the JSON objects of a publication."""

from __future__ import annotations

from typing import Any, TypeVar

_Value = TypeVar("_Value")


class MalformedPublicationError(ValueError):
    """A line that is no publication: the message names the field and what was expected."""


class Fields:
    """One JSON object; AWS leaves absent values out or sends null, so both are None.

    `where` is the object's place in the publication, for the message of the
    MalformedPublicationError that each method raises for a value of another type.
    """

    def __init__(self, document: object, where: str) -> None:
        if not isinstance(document, dict):
            raise MalformedPublicationError(
                f"{where} is {type(document).__name__}; it must be an object."
            )
        self.document: dict[str, Any] = document
        self._where = where

    def text(self, name: str) -> str:
        """Return a string that must be there."""
        return self._required(name, str, "a string")

    def optional_text(self, name: str) -> str | None:
        """Return a string, or None where there is none."""
        return self._optional(name, str, "a string")

    def integer(self, name: str) -> int:
        """Return an integer that must be there."""
        return self._required(name, int, "an integer")

    def optional_integer(self, name: str) -> int | None:
        """Return an integer, or None where there is none."""
        return self._optional(name, int, "an integer")

    def number(self, name: str) -> float:
        """Return an integer or a fraction, of which one must be there, as a float."""
        number = self.optional_number(name)
        return self._required(name, float, "a number") if number is None else number

    def optional_number(self, name: str) -> float | None:
        """Return an integer or a fraction as a float, or None where there is neither."""
        if isinstance(self.document.get(name), float):
            return self._optional(name, float, "a number")
        integer = self._optional(name, int, "a number")
        return None if integer is None else float(integer)

    def boolean(self, name: str) -> bool:
        """Return a boolean; an absent one is false."""
        return self._optional(name, bool, "a boolean") or False

    def mapping(self, name: str) -> dict[str, Any]:
        """Return an object as it is; an absent one is empty."""
        return self._optional(name, dict, "an object") or {}

    def object(self, name: str) -> Fields:
        """Return an object that must be there."""
        return Fields(self._required(name, dict, "an object"), f"{self._where}.{name}")

    def optional_object(self, name: str) -> Fields | None:
        """Return an object, or None where there is none."""
        return None if self.document.get(name) is None else self.object(name)

    def items(self, name: str) -> list[Fields]:
        """Return the objects of a list; an absent list has none."""
        found: list[object] = self._optional(name, list, "a list") or []
        return [Fields(item, f"{self._where}.{name}[{index}]") for index, item in enumerate(found)]

    def texts(self, name: str) -> tuple[str, ...]:
        """Return the strings of a list; an absent list has none."""
        found: list[object] = self._optional(name, list, "a list") or []
        texts = tuple(item for item in found if isinstance(item, str))
        if len(texts) != len(found):
            raise MalformedPublicationError(f"{self._where}.{name} may hold strings only.")
        return texts

    def _required(self, name: str, kind: type[_Value], expected: str) -> _Value:
        value = self._optional(name, kind, expected)
        if value is None:
            raise MalformedPublicationError(
                f"{self._where}.{name} is missing; expected {expected}."
            )
        return value

    def _optional(self, name: str, kind: type[_Value], expected: str) -> _Value | None:
        value = self.document.get(name)
        # bool is a kind of int, which no field of AWS's means.
        if value is None or (isinstance(value, kind) and type(value) is kind):
            return value
        raise MalformedPublicationError(
            f"{self._where}.{name} is {type(value).__name__}; expected {expected}."
        )
