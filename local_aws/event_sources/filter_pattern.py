"""Which records reach a function: the patterns of an event source mapping's FilterCriteria.

See "Filter rule syntax" in "Control which events Lambda sends to your function" of the AWS Lambda
Developer Guide.
"""

import json
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

_OR: Final = "$or"
_COMPARISONS: Final[Mapping[str, Callable[[float, float], bool]]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_MISSING: Final = object()


class InvalidFilterPatternError(ValueError):
    """A text is no filter pattern; the message says why."""


@dataclass(frozen=True, slots=True)
class FilterPattern:
    """One pattern, whose every rule has to match."""

    rules: Mapping[str, Any]

    @classmethod
    def parse(cls, text: str) -> "FilterPattern":
        """Read a pattern.

        Raises:
            InvalidFilterPatternError: It is none.
        """
        try:
            rules = json.loads(text)
        except ValueError as error:
            raise InvalidFilterPatternError(f"the pattern is not JSON: {error}") from error
        _check(rules, "the pattern")
        return cls(rules)

    def matches(self, record: Mapping[str, Any]) -> bool:
        """Tell whether a record matches."""
        return _matches(self.rules, record)


def _check(rules: Any, where: str) -> None:
    if not isinstance(rules, Mapping):
        raise InvalidFilterPatternError(f"{where} has to be an object")
    for name, rule in rules.items():
        place = f"{where}.{name}"
        if name == _OR:
            if not isinstance(rule, list) or len(rule) < 2:  # noqa: PLR2004 - of one, $or is no choice
                raise InvalidFilterPatternError(f"{place} has to list two patterns at least")
            for each in rule:
                _check(each, place)
        elif isinstance(rule, list):
            if not rule:
                raise InvalidFilterPatternError(f"{place} has to list a value at least")
            for each in rule:
                _check_condition(each, place)
        else:
            _check(rule, place)


def _check_condition(condition: Any, place: str) -> None:
    if isinstance(condition, list):
        raise InvalidFilterPatternError(f"{place} may not hold a list in a list")
    if not isinstance(condition, Mapping):
        return
    match list(condition.items()):
        case [("prefix" | "suffix" | "equals-ignore-case", str())]:
            return
        case [("exists", bool())]:
            return
        case [("anything-but", dict(excluded))] if set(excluded) <= {"prefix", "suffix"}:
            _check_condition(excluded, place)
        case [("anything-but", str() | int() | float() | list())]:
            return
        case [("numeric", list(comparisons))] if _are_comparisons(comparisons):
            return
        case _:
            raise InvalidFilterPatternError(
                f"{place} has the rule {json.dumps(condition):.80}, which is none that a filter has"
            )


def _are_comparisons(comparisons: list[Any]) -> bool:
    operators, numbers = comparisons[::2], comparisons[1::2]
    return (
        len(operators) == len(numbers) > 0
        and all(each in _COMPARISONS for each in operators)
        and all(_is_number(each) for each in numbers)
    )


def _matches(rules: Mapping[str, Any], record: Any) -> bool:
    for name, rule in rules.items():
        if name == _OR:
            if not any(_matches(each, record) for each in rule):
                return False
            continue
        value = record.get(name, _MISSING) if isinstance(record, Mapping) else _MISSING
        matches = (
            any(_holds(condition, value) for condition in rule)
            if isinstance(rule, list)
            else _matches(rule, value)
        )
        if not matches:
            return False
    return True


def _holds(condition: Any, value: Any) -> bool:
    """Tell whether a condition holds, for a list if it does for one of its values."""
    if isinstance(condition, Mapping):
        name, argument = next(iter(condition.items()))
        if name == "exists":
            # Only a leaf exists: an object is none.
            exists = value is not _MISSING and not isinstance(value, Mapping)
            return exists is bool(argument)
    if value is _MISSING:
        return False
    values = value if isinstance(value, list) else [value]
    return any(_holds_for(condition, each) for each in values)


def _holds_for(condition: Any, value: Any) -> bool:
    if not isinstance(condition, Mapping):
        return _is_equal(condition, value)
    name, argument = next(iter(condition.items()))
    match name:
        case "prefix":
            return isinstance(value, str) and value.startswith(str(argument))
        case "suffix":
            return isinstance(value, str) and value.endswith(str(argument))
        case "equals-ignore-case":
            return isinstance(value, str) and value.lower() == str(argument).lower()
        case "numeric":
            pairs = zip(argument[::2], argument[1::2], strict=True)
            return _is_number(value) and all(_COMPARISONS[sign](value, at) for sign, at in pairs)
        case _:
            return not _is_excluded(argument, value)


def _is_excluded(excluded: Any, value: Any) -> bool:
    alternatives = excluded if isinstance(excluded, list) else [excluded]
    return any(_holds_for(each, value) for each in alternatives)


def _is_equal(condition: Any, value: Any) -> bool:
    """Compare two values: JSON has one kind of numbers, and a boolean is none."""
    if _is_number(condition) != _is_number(value) or isinstance(condition, bool) != isinstance(
        value, bool
    ):
        return False
    return bool(condition == value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
