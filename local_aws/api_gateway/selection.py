r"""Selection expressions, which choose routes, models and templates.

Rules from "WebSocket selection expressions" and "Create routes for WebSocket APIs in API Gateway":
a variable is `$request.body.action` or `${request.body.action}`, several of them and literal text
may be combined, `\$` is a dollar sign, and what is missing evaluates to nothing.
"""

import json
import re
from collections.abc import Collection, Container, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, NoReturn, Self

from local_aws.api_gateway.java_text import to_text

DEFAULT_KEY: Final = "$default"
REQUEST_BODY: Final = "request.body"
RESPONSE_BODY: Final = "integration.response.body"
RESPONSE_HEADER: Final = "integration.response.header"
RESPONSE_STATUS_CODE: Final = "integration.response.statuscode"
TEMPLATE_ROOTS: Final = (REQUEST_BODY, RESPONSE_BODY, RESPONSE_HEADER, RESPONSE_STATUS_CODE)
"""What the template selection expression of a response can name."""

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
_CASE_INSENSITIVE: Final = frozenset({RESPONSE_HEADER})
_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


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
    """A place in one of the documents that expressions can name; no steps are all of it."""

    steps: tuple[Step, ...]
    root: str = REQUEST_BODY


@dataclass(frozen=True, slots=True)
class SelectionExpression:
    """A parsed expression: literal texts and variables, in order; `of` makes it of them."""

    parts: tuple[str | Variable, ...]
    reads_body: bool

    @classmethod
    def of(cls, *parts: str | Variable) -> Self:
        """Make an expression of its parts."""
        reads_body = any(isinstance(part, Variable) and part.root == REQUEST_BODY for part in parts)
        return cls(parts, reads_body)

    def evaluate(self, body: str, others: Mapping[str, Any] = _NOTHING) -> str | None:
        """Return the key that a message gives, or None if it has to be JSON and is not.

        Args:
            body: The message's text.
            others: The documents of all other roots, from JSON; header names in lower case.
        """
        message = None
        if self.reads_body:
            try:
                message = _DECODER.decode(body)
            except (ValueError, RecursionError):
                return None
        texts = []
        for part in self.parts:
            if isinstance(part, str):
                texts.append(part)
            else:
                document = message if part.root == REQUEST_BODY else others.get(part.root)
                texts.append(to_text(_find(document, part.steps)))
        return "".join(texts)


def parse_selection_expression(
    text: str, *, roots: Collection[str] = (REQUEST_BODY,)
) -> SelectionExpression:
    r"""Parse a selection expression whose variables are in the documents `roots`.

    A variable without braces ends before white space, another `$`, or a punctuation character that
    is none of `.`, `-`, `_`, `[`, `]` and quotes, so `$request.body.message-type` is one variable.
    A bare `$default` is the key of that name, as its escaped form is.

    Raises:
        SelectionExpressionError: A variable is of another document, or its path is malformed.
    """
    if text == DEFAULT_KEY:
        return SelectionExpression.of(DEFAULT_KEY)
    parts: list[str | Variable] = []
    for token in _TOKEN.finditer(text):
        name = token["delimited"] if token["delimited"] is not None else token["bare"]
        if name is not None:
            parts.append(_parse_variable(name, text, roots))
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
    return SelectionExpression.of(*parts)


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
    return DEFAULT_KEY if DEFAULT_KEY in route_keys else None


def _parse_variable(name: str, text: str, roots: Collection[str]) -> Variable:
    root = next((each for each in roots if name.startswith(each)), None)
    if root is None:
        known = " and ".join(f"${{{each}…}}" for each in roots)
        raise SelectionExpressionError(
            f"The selection expression {text!r} uses ${{{name}}}; it selects by {known} only"
        )
    path = name.removeprefix(root)
    if root in _CASE_INSENSITIVE:
        path = path.lower()
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
    return Variable(tuple(steps), root)


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
