"""The methods of Java's strings, numbers, lists and maps that templates call.

Each takes its arguments as Java's does. What Java does not have, or would throw at, is null here,
as API Gateway goes on with the template then.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from local_aws.api_gateway.java_text import to_text

_BACKREFERENCE: Final = re.compile(r"\\(.)|\$([0-9])", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Entry:
    """A key of a map with its value."""

    key: Any
    value: Any

    def __str__(self) -> str:
        return f"{to_text(self.key)}={to_text(self.value)}"


def call(target: Any, name: str, arguments: tuple[Any, ...]) -> Any:
    """Call a method; one that there is not, or that fails, gives None."""
    method = _methods(target).get(name)
    if method is None:
        return None
    try:
        return method(target, *arguments)
    except (TypeError, ValueError, LookupError, AttributeError, re.error):
        return None


def get(target: Any, name: str) -> Any:
    """Return a property: a map's value, or what a method such as `isEmpty` says."""
    if isinstance(target, dict):
        return target.get(name)
    for method in (name, f"get{name[:1].upper()}{name[1:]}", f"is{name[:1].upper()}{name[1:]}"):
        if method in _PROPERTIES and method in _methods(target):
            return call(target, method, ())
    return None


def item(target: Any, key: Any) -> Any:
    """Return what `[key]` names in a map or a list; a list is also counted from its end."""
    try:
        return target[key] if isinstance(target, dict | list) else None
    except (TypeError, LookupError):
        return None


def _methods(target: Any) -> Mapping[str, Callable[..., Any]]:
    return _METHODS.get(type(target), {})


# What a property may call: methods without arguments that tell and change nothing.
_PROPERTIES: Final = frozenset({"isEmpty", "getKey", "getValue"})

_ANY: Final[dict[str, Callable[..., Any]]] = {
    "toString": to_text,
    "equals": lambda target, other: type(target) is type(other) and target == other,
}


def _java_replacement(text: str) -> str:
    r"""Turn Java's `$1` and `\$` in a replacement into what Python has for them."""
    return _BACKREFERENCE.sub(
        lambda found: rf"\g<{found[2]}>" if found[2] else found[1].replace("\\", r"\\"), text
    )


def _replace(text: str, pattern: str, replacement: str, *, count: int) -> str:
    return re.sub(pattern, _java_replacement(replacement), text, count=count)


def _split(text: str, pattern: str) -> list[str]:
    """Split as Java does, which drops the empty texts at the end."""
    parts = re.split(pattern, text)
    while len(parts) > 1 and not parts[-1]:
        parts.pop()
    return parts


def _substring(text: str, start: int, end: int | None = None) -> str:
    last = len(text) if end is None else end
    if not 0 <= start <= last <= len(text):
        raise IndexError(start)
    return text[start:last]


def _char_at(text: str, index: int) -> str:
    if not 0 <= index < len(text):
        raise IndexError(index)
    return text[index]


_STRING: Final[dict[str, Callable[..., Any]]] = _ANY | {
    "length": len,
    "isEmpty": lambda text: not text,
    "charAt": _char_at,
    "concat": lambda text, other: text + other,
    "contains": lambda text, other: other in text,
    "endsWith": lambda text, other: text.endswith(other),
    "equalsIgnoreCase": lambda text, other: text.lower() == other.lower(),
    "indexOf": lambda text, other, start=0: text.find(other, start),
    "lastIndexOf": lambda text, other: text.rfind(other),
    "matches": lambda text, pattern: re.fullmatch(pattern, text) is not None,
    "replace": lambda text, old, new: text.replace(old, new),
    "replaceAll": lambda text, pattern, new: _replace(text, pattern, new, count=0),
    "replaceFirst": lambda text, pattern, new: _replace(text, pattern, new, count=1),
    "split": _split,
    "startsWith": lambda text, other: text.startswith(other),
    "substring": _substring,
    "toLowerCase": lambda text: text.lower(),
    "toUpperCase": lambda text: text.upper(),
    "trim": lambda text: text.strip(),
}

_BOOLEAN: Final[dict[str, Callable[..., Any]]] = _ANY | {"booleanValue": lambda value: value}

_NUMBER: Final[dict[str, Callable[..., Any]]] = _ANY | {
    "doubleValue": float,
    "intValue": int,
    "longValue": int,
}

# A template parses a number by way of another: #set($zero = 0) $zero.parseInt("17").
_INTEGER: Final[dict[str, Callable[..., Any]]] = _NUMBER | {
    "parseInt": lambda _, text: int(text),
    "parseLong": lambda _, text: int(text),
    "valueOf": lambda _, text: int(text),
}

_FLOAT: Final[dict[str, Callable[..., Any]]] = _NUMBER | {
    "parseDouble": lambda _, text: float(text),
    "valueOf": lambda _, text: float(text),
}


def _add(items: list[Any], *arguments: Any) -> bool | None:
    if len(arguments) == 1:
        items.append(arguments[0])
        return True
    index, value = arguments
    items.insert(index, value)
    return None


def _set(items: list[Any], index: int, value: Any) -> Any:
    before = items[index]
    items[index] = value
    return before


def _remove(items: list[Any], what: Any) -> Any:
    """Remove by index if it is an integer, as Java does, and otherwise the first equal value."""
    if isinstance(what, int) and not isinstance(what, bool):
        return items.pop(what)
    present = what in items
    if present:
        items.remove(what)
    return present


_LIST: Final[dict[str, Callable[..., Any]]] = _ANY | {
    "add": _add,
    "addAll": lambda items, others: bool(others) and items.extend(others) is None,
    "clear": lambda items: items.clear(),
    "contains": lambda items, value: value in items,
    "get": lambda items, index: items[index],
    "indexOf": lambda items, value: items.index(value) if value in items else -1,
    "isEmpty": lambda items: not items,
    "remove": _remove,
    "set": _set,
    "size": len,
}


def _put(mapping: dict[Any, Any], key: Any, value: Any) -> Any:
    before = mapping.get(key)
    mapping[key] = value
    return before


_MAP: Final[dict[str, Callable[..., Any]]] = _ANY | {
    "clear": lambda mapping: mapping.clear(),
    "containsKey": lambda mapping, key: key in mapping,
    "containsValue": lambda mapping, value: value in mapping.values(),
    "entrySet": lambda mapping: [Entry(*pair) for pair in mapping.items()],
    "get": lambda mapping, key: mapping.get(key),
    "getOrDefault": lambda mapping, key, default: mapping.get(key, default),
    "isEmpty": lambda mapping: not mapping,
    "keySet": list,
    "put": _put,
    "putAll": lambda mapping, other: mapping.update(other),
    "remove": lambda mapping, key: mapping.pop(key, None),
    "size": len,
    "values": lambda mapping: list(mapping.values()),
}

_ENTRY: Final[dict[str, Callable[..., Any]]] = _ANY | {
    "getKey": lambda entry: entry.key,
    "getValue": lambda entry: entry.value,
}

_METHODS: Final[dict[type, Mapping[str, Callable[..., Any]]]] = {
    str: _STRING,
    bool: _BOOLEAN,
    int: _INTEGER,
    float: _FLOAT,
    list: _LIST,
    dict: _MAP,
    Entry: _ENTRY,
}
