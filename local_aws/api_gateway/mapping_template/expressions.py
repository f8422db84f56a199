"""Parses what stands between the parentheses of a directive, and references."""

import re
from collections.abc import Callable
from typing import Final

from local_aws.api_gateway.mapping_template.scanner import Scanner
from local_aws.api_gateway.mapping_template.syntax import (
    Binary,
    Block,
    Call,
    Expression,
    Index,
    Interpolation,
    ListOf,
    Literal,
    MapOf,
    Not,
    Property,
    RangeOf,
    Reference,
    Step,
)

IDENTIFIER: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
REFERENCE_START: Final = re.compile(r"\$!?\{?(?=[A-Za-z_])")

_NUMBER: Final = re.compile(
    r"-?(?: [0-9]+\.[0-9]+ | \.[0-9]+ | [0-9]+ ) (?: [eE][-+]?[0-9]+ )?", re.VERBOSE
)
_PROPERTY: Final = re.compile(r"\.(?=[A-Za-z_])")
_SINGLE_QUOTED: Final = re.compile(r"'((?:[^']|'')*)'")
_DOUBLE_QUOTED: Final = re.compile(r'"((?:[^"]|"")*)"')
_WORDS: Final = {"true": True, "false": False, "null": None}
_WORD: Final = re.compile(r"(?:true|false|null)(?![A-Za-z0-9_-])")
_NOT: Final = re.compile(r"\s*(?:!(?!=)|not\b)")
# From the one that binds least to the one that binds most, each with its words.
_OPERATORS: Final = tuple(
    (re.compile(rf"\s*(?:{pattern})"), symbols)
    for pattern, symbols in (
        (r"\|\||or\b", {"or": "||"}),
        (r"&&|and\b", {"and": "&&"}),
        (r"==|!=|eq\b|ne\b", {"eq": "==", "ne": "!="}),
        (r"<=|>=|<|>|lt\b|gt\b|le\b|ge\b", {"lt": "<", "gt": ">", "le": "<=", "ge": ">="}),
        (r"[+-]", {}),
        (r"[*/%]", {}),
    )
)

ParseText = Callable[[str], Block]
"""Parses a text as a template."""


class ExpressionParser:
    """Reads expressions off a scanner; `parse_text` reads what is in double quotes."""

    def __init__(self, scanner: Scanner, parse_text: ParseText) -> None:
        self._scanner = scanner
        self._parse_text = parse_text

    def expression(self) -> Expression:
        """Read one expression.

        Raises:
            TemplateSyntaxError: There is none.
        """
        return self._binary(0)

    def reference(self) -> Reference:
        """Read a reference, which has to be there."""
        scanner = self._scanner
        start = scanner.take(REFERENCE_START)
        if start is None:
            raise scanner.error("a variable such as $name is missing")
        name = scanner.take(IDENTIFIER)
        if name is None:  # pragma: no cover - the start is followed by an identifier
            raise AssertionError
        steps: list[Step] = []
        while (step := self._step()) is not None:
            steps.append(step)
        if "{" in start.group() and not scanner.accept("}"):
            raise scanner.error(f"the '}}' of ${{{name.group()}…}} is missing")
        return Reference(name.group(), tuple(steps))

    def _step(self) -> Step | None:
        scanner = self._scanner
        if scanner.accept("["):
            key = self.expression()
            scanner.expect("]")
            return Index(key)
        if scanner.take(_PROPERTY) is None:
            return None
        name = scanner.take(IDENTIFIER)
        if name is None:  # pragma: no cover - the dot is followed by an identifier
            raise AssertionError
        if scanner.accept("("):
            return Call(name.group(), self._items(")"))
        return Property(name.group())

    def _items(self, end: str) -> tuple[Expression, ...]:
        """Read expressions between commas, up to the end that has to follow them."""
        scanner = self._scanner
        scanner.skip_space()
        if scanner.accept(end):
            return ()
        items = [self.expression()]
        scanner.skip_space()
        while scanner.accept(","):
            items.append(self.expression())
            scanner.skip_space()
        scanner.expect(end)
        return tuple(items)

    def _binary(self, level: int) -> Expression:
        if level == len(_OPERATORS):
            return self._unary()
        pattern, symbols = _OPERATORS[level]
        left = self._binary(level + 1)
        while (operator := self._scanner.take(pattern)) is not None:
            symbol = operator.group().strip()
            left = Binary(symbols.get(symbol, symbol), left, self._binary(level + 1))
        return left

    def _unary(self) -> Expression:
        if self._scanner.take(_NOT) is not None:
            return Not(self._unary())
        return self._operand()

    def _operand(self) -> Expression:
        scanner = self._scanner
        scanner.skip_space()
        if scanner.matches(REFERENCE_START) is not None:
            return self.reference()
        literal = self._literal()
        if literal is not None:
            return literal
        if scanner.accept("("):
            inner = self.expression()
            scanner.expect(")")
            return inner
        if scanner.accept("["):
            return self._list_or_range()
        if scanner.accept("{"):
            return self._map()
        raise scanner.error(f"a value is missing before {scanner.peek(20)!r}")

    def _literal(self) -> Literal | Interpolation | None:
        scanner = self._scanner
        if (number := scanner.take(_NUMBER)) is not None:
            text = number.group()
            return Literal(int(text) if text.lstrip("-").isdigit() else float(text))
        if (quoted := scanner.take(_SINGLE_QUOTED)) is not None:
            return Literal(quoted[1].replace("''", "'"))
        if (quoted := scanner.take(_DOUBLE_QUOTED)) is not None:
            return Interpolation(self._parse_text(quoted[1].replace('""', '"')))
        if (word := scanner.take(_WORD)) is not None:
            return Literal(_WORDS[word.group()])
        return None

    def _list_or_range(self) -> Expression:
        scanner = self._scanner
        before = scanner.position
        scanner.skip_space()
        if not scanner.accept("]"):
            first = self.expression()
            scanner.skip_space()
            if scanner.accept(".."):
                last = self.expression()
                scanner.expect("]")
                return RangeOf(first, last)
        scanner.position = before
        return ListOf(self._items("]"))

    def _map(self) -> MapOf:
        scanner = self._scanner
        entries: list[tuple[Expression, Expression]] = []
        scanner.skip_space()
        while not scanner.accept("}"):
            if entries:
                scanner.expect(",")
            key = self.expression()
            scanner.expect(":")
            entries.append((key, self.expression()))
            scanner.skip_space()
        return MapOf(tuple(entries))
