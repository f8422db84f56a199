r"""Selection expressions, which choose a message's route.

Rules from "WebSocket selection expressions" and "Create routes for WebSocket APIs in API Gateway":
a variable is `$request.body.action` or `${request.body.action}`, several of them and literal text
may be combined, `\$` is a dollar sign, and what is missing evaluates to nothing.
"""

import json
import re
from collections.abc import Container
from dataclasses import dataclass
from typing import Any, Final, NoReturn

DEFAULT_ROUTE_KEY: Final = "$default"

_TOKEN = re.compile(
    r"""
      \\ (?P<escaped> .)
    | \$ \{ (?P<delimited> [^}]* ) \}
    | \$ (?P<bare> [A-Za-z_] [^\s${}\\/:;,|+*=&?!@#%~^<>()]* )
    | (?P<dollar> \$)
    | (?P<literal> [^$\\]+ | \\ )
    """,
    re.VERBOSE | re.DOTALL,
)
_STEP = re.compile(
    r"""
      \. (?P<name> [^.\[\]'"]+ )
    | \[ (?P<index> [0-9]{1,9} ) \]
    | \[ (?P<quote> ['"] ) (?P<quoted> .*? ) (?P=quote) \]
    """,
    re.VERBOSE | re.DOTALL,
)
_ROOT: Final = "request.body"


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


# json.loads would make such a decoder for each message.
_DECODER: Final = json.JSONDecoder(parse_constant=_refuse_constant)

Step = str | int
"""A key of an object, or an index of an array."""


class SelectionExpressionError(ValueError):
    """An expression that cannot be evaluated; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Variable:
    """A place in the JSON body of a message; no steps are the whole body."""

    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class SelectionExpression:
    """A parsed expression: literal texts and variables, in order."""

    parts: tuple[str | Variable, ...]

    @property
    def is_static(self) -> bool:
        """Whether every message gives the same key."""
        return all(isinstance(part, str) for part in self.parts)

    def evaluate(self, body: str) -> str | None:
        """Return the key that a message's text gives, or None if it has to be JSON and is not."""
        if self.is_static:
            return "".join(part for part in self.parts if isinstance(part, str))
        try:
            document = _DECODER.decode(body)
        except (ValueError, RecursionError):
            return None
        return "".join(
            part if isinstance(part, str) else _stringify(_find(document, part.steps))
            for part in self.parts
        )


def parse_selection_expression(text: str) -> SelectionExpression:
    r"""Parse a route selection expression.

    A variable without braces ends before white space, another `$`, or a punctuation character that
    is none of `.`, `-`, `_`, `[`, `]` and quotes, so `$request.body.message-type` is one variable.

    Raises:
        SelectionExpressionError: A variable is not of `request.body`, or its path is malformed.
    """
    parts: list[str | Variable] = []
    for token in _TOKEN.finditer(text):
        name = token["delimited"] if token["delimited"] is not None else token["bare"]
        if name is not None:
            parts.append(_parse_variable(name, text))
        elif token["dollar"] is not None:
            raise SelectionExpressionError(
                f"The selection expression {text!r} has a $ at position {token.start()} that begins"
                r" no variable; write \$ for a dollar sign"
            )
        else:
            # Before anything but a dollar sign a backslash is an ordinary character.
            escaped = token["escaped"]
            literal = token["literal"] if escaped is None else token.group()
            parts.append("$" if escaped == "$" else literal)
    return SelectionExpression(tuple(parts))


def select_route(
    expression: SelectionExpression | None, body: str, route_keys: Container[str]
) -> str | None:
    """Return the key of the route for a message, or None if there is not even `$default`.

    Lifecycle routes are never selected, whatever the message says: no key of a custom route begins
    with a dollar sign. Without an expression every message goes to `$default`.
    """
    key = None if expression is None else expression.evaluate(body)
    if key is not None and not key.startswith("$") and key in route_keys:
        return key
    return DEFAULT_ROUTE_KEY if DEFAULT_ROUTE_KEY in route_keys else None


def _parse_variable(name: str, text: str) -> Variable:
    path = name.removeprefix(_ROOT)
    if path == name:
        raise SelectionExpressionError(
            f"The selection expression {text!r} uses ${{{name}}}; a route is selected by"
            f" ${{{_ROOT}…}} only"
        )
    steps: list[Step] = []
    position = 0
    while position < len(path):
        step = _STEP.match(path, position)
        if step is None:
            raise SelectionExpressionError(
                f"The selection expression {text!r} has a path that cannot be read from"
                f" {path[position:]!r} on; use .name, ['name'] and [0]"
            )
        steps.append(int(step["index"]) if step["index"] else step["name"] or step["quoted"])
        position = step.end()
    return Variable(tuple(steps))


def _find(document: Any, steps: tuple[Step, ...]) -> Any:
    """Return the value at a path; a missing one is None, as JSON's null is."""
    for step in steps:
        if isinstance(step, str) and isinstance(document, dict):
            document = document.get(step)
        elif isinstance(step, int) and isinstance(document, list) and step < len(document):
            document = document[step]
        else:
            return None
    return document


def _stringify(value: Any) -> str:
    """Write a value as Java does, in which API Gateway's documented results are."""
    match value:
        case None:
            return ""
        case str():
            return value
        case list():
            return f"[{', '.join(map(_stringify_nested, value))}]"
        case dict():
            pairs = (f"{key}={_stringify_nested(nested)}" for key, nested in value.items())
            return f"{{{', '.join(pairs)}}}"
        case bool():
            return "true" if value else "false"
        case _:
            return str(value)


def _stringify_nested(value: Any) -> str:
    return "null" if value is None else _stringify(value)
