"""Parses a mapping template."""

import re
from functools import lru_cache
from typing import Final

from local_aws.api_gateway.mapping_template.expressions import (
    REFERENCE_START,
    ExpressionParser,
)
from local_aws.api_gateway.mapping_template.scanner import Scanner
from local_aws.api_gateway.mapping_template.syntax import (
    Block,
    Break,
    Define,
    Expression,
    ForEach,
    If,
    Literal,
    Node,
    Reference,
    Set,
    Stop,
    TemplateSyntaxError,
    Text,
)

# "Amazon API Gateway quotas": a mapping template has at most 300 KB.
MAXIMUM_TEMPLATE_BYTES: Final = 300 * 1024

_PLAIN: Final = re.compile(r"[^\\$#]+")
_BACKSLASHES: Final = re.compile(r"(\\+)(?=\$!?\{?[A-Za-z_]|#)")
_LINE_COMMENT: Final = re.compile(r"##[^\n]*\n?")
_BLOCK_COMMENT: Final = re.compile(r"#\*.*?\*#", re.DOTALL)
_DIRECTIVE: Final = re.compile(r"#(?:\{(?P<braced>[a-z]+)\}|(?P<bare>[A-Za-z_][A-Za-z0-9_]*))")
_REST_OF_LINE: Final = re.compile(r"[ \t]*\r?\n")
_IN: Final = re.compile(r"\s*in\b")
_BLOCK_ENDS: Final = frozenset({"elseif", "else", "end"})
_OPENING: Final = frozenset({"set", "if", "foreach", "define", "break", "stop"})
_UNAVAILABLE: Final = frozenset({"macro", "parse", "include", "evaluate"})


@lru_cache(maxsize=512)
def parse_template(text: str) -> Block:
    """Parse a template.

    Raises:
        TemplateSyntaxError: It cannot be read, or is larger than API Gateway takes.
    """
    if len(text.encode()) > MAXIMUM_TEMPLATE_BYTES:
        raise TemplateSyntaxError(f"a template may have {MAXIMUM_TEMPLATE_BYTES} bytes")
    try:
        return _parse(text)
    except RecursionError as error:
        raise TemplateSyntaxError("the template is nested too deeply") from error


def _parse(text: str) -> Block:
    parser = _Parser(Scanner(text))
    block = parser.block()
    parser.expect_end()
    return block


class _Parser:
    """Reads text and directives; what is in a directive is the expression parser's."""

    def __init__(self, scanner: Scanner) -> None:
        self._scanner = scanner
        self._expressions = ExpressionParser(scanner, _parse)

    def block(self) -> Block:
        """Read up to a directive that ends a block, or to the end."""
        nodes: list[Node] = []
        scanner = self._scanner
        while not scanner.at_end and self._directive_ahead() not in _BLOCK_ENDS:
            node = self._node()
            if isinstance(node, Text) and nodes and isinstance(nodes[-1], Text):
                nodes[-1] = Text(nodes[-1].text + node.text)
            elif node is not None:
                nodes.append(node)
        return tuple(nodes)

    def expect_end(self) -> None:
        """Check that no directive is left over that would end a block."""
        if not self._scanner.at_end:
            raise self._scanner.error(f"#{self._directive_ahead()} ends nothing")

    def _node(self) -> Node | None:
        scanner = self._scanner
        if (plain := scanner.take(_PLAIN)) is not None:
            return Text(plain.group())
        if (slashes := scanner.take(_BACKSLASHES)) is not None:
            return self._escaped(len(slashes[1]))
        if scanner.take(_LINE_COMMENT) or scanner.take(_BLOCK_COMMENT):
            return None
        if scanner.matches(REFERENCE_START) is not None:
            return self._expressions.reference()
        name = self._directive_ahead()
        if name in _UNAVAILABLE:
            raise scanner.error(f"#{name} is not available in mapping templates of API Gateway")
        if name in _OPENING:
            return self._directive(name)
        text = scanner.peek()
        scanner.position += 1
        return Text(text)

    def _escaped(self, count: int) -> Node:
        """Return what backslashes before a reference or a directive stand for.

        Two are one, and an odd one keeps what follows from being evaluated.
        """
        scanner = self._scanner
        if scanner.peek() == "#" and self._directive_ahead() not in _OPENING | _BLOCK_ENDS:
            return Text("\\" * count)
        kept = "\\" * (count // 2)
        if count % 2 == 0:
            return Text(kept)
        following = scanner.take(REFERENCE_START) or scanner.take(_DIRECTIVE)
        return Text(kept + (following.group() if following else ""))

    def _directive_ahead(self) -> str | None:
        """Return the name of the directive that comes next, if one does."""
        matched = self._scanner.matches(_DIRECTIVE)
        return matched and (matched["braced"] or matched["bare"])

    def _directive(self, name: str) -> Node:
        start = self._scanner.position
        self._scanner.take(_DIRECTIVE)
        match name:
            case "set":
                return self._set()
            case "if":
                return self._if(start)
            case "foreach":
                return self._for_each(start)
            case "define":
                return self._define(start)
            case "break":
                return Break()
            case _:
                return Stop()

    def _set(self) -> Set:
        self._scanner.expect("(")
        target = self._variable()
        self._scanner.expect("=")
        value = self._expressions.expression()
        self._close()
        return Set(target, value)

    def _if(self, start: int) -> If:
        branches = [(self._condition(), self.block())]
        while (name := self._directive_ahead()) in ("elseif", "else"):
            self._scanner.take(_DIRECTIVE)
            if name == "elseif":
                branches.append((self._condition(), self.block()))
            else:
                self._scanner.take(_REST_OF_LINE)
                branches.append((Literal(value=True), self.block()))
                break
        self._end("if", start)
        return If(tuple(branches))

    def _for_each(self, start: int) -> ForEach:
        self._scanner.expect("(")
        variable = self._variable()
        if self._scanner.take(_IN) is None:
            raise self._scanner.error("'in' is missing in #foreach ($item in $items)")
        items = self._expressions.expression()
        self._close()
        block = self.block()
        self._end("foreach", start)
        return ForEach(variable.name, items, block)

    def _define(self, start: int) -> Define:
        self._scanner.expect("(")
        variable = self._variable()
        self._close()
        block = self.block()
        self._end("define", start)
        return Define(variable.name, block)

    def _variable(self) -> Reference:
        self._scanner.skip_space()
        return self._expressions.reference()

    def _condition(self) -> Expression:
        self._scanner.expect("(")
        condition = self._expressions.expression()
        self._close()
        return condition

    def _close(self) -> None:
        """Read the parenthesis that ends a directive, and the line's end if nothing else is there.

        Velocity does so, that a directive on a line of its own leaves no line behind.
        """
        self._scanner.expect(")")
        self._scanner.take(_REST_OF_LINE)

    def _end(self, name: str, start: int) -> None:
        if self._directive_ahead() != "end":
            raise self._scanner.error(f"#{name} has no #end", start)
        self._scanner.take(_DIRECTIVE)
        self._scanner.take(_REST_OF_LINE)
