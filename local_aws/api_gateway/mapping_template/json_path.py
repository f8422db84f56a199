"""JSONPath as mapping templates and parameter mappings use it."""

from functools import lru_cache
from typing import Any, Final

from jsonpath_ng import Child, Fields, Index, JSONPath, Root
from jsonpath_ng.exceptions import JSONPathError
from jsonpath_ng.ext.parser import parse

_ROOT: Final = "$"


class JsonPathError(ValueError):
    """A path cannot be read; the message names it."""


def find(document: Any, path: str) -> Any:
    """Return the value at a path, or None if there is none.

    A path that may name several values, with `*`, `..`, a slice or a filter, gives the list of
    those that there are. The `$.` at the beginning may be left out.

    Raises:
        JsonPathError: The path is none.
    """
    expression, is_definite = _compile(path)
    values = [found.value for found in expression.find(document)]
    if not is_definite:
        return values
    return values[0] if values else None


@lru_cache(maxsize=512)
def _compile(path: str) -> tuple[JSONPath, bool]:
    try:
        expression = parse(path if path.startswith(_ROOT) else f"{_ROOT}.{path}")
    except (JSONPathError, RecursionError) as error:
        raise JsonPathError(f"{path!r} is no JSONPath") from error
    return expression, _is_definite(expression)


def _is_definite(expression: JSONPath) -> bool:
    match expression:
        case Child(left=left, right=right):
            return _is_definite(left) and _is_definite(right)
        case Fields(fields=(name,)):
            return bool(name != "*")
        case Index(indices=(_,)):
            return True
        case _:
            return isinstance(expression, Root)
