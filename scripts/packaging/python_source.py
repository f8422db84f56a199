"""Python sources without what only their readers need.

There are no .pyc files on Lambda: a function starts sooner if there is less to read and to compile.
Lines keep their numbers, so that a traceback leads to the line of the source.

This is for our own sources, in which nothing asks for docstrings, or for annotations other than
those of classes, and which the formatter of this project has written. The modules ast and tokenize
are of no use here: they know the Python that runs them, which may be older than what they would
read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_TOKEN = re.compile(
    r"""
    (?P<comment> \#[^\n]*)
    | (?P<string> [bfru]{0,2} (?:
        \"{3} (?:\\.|[^\\])*? \"{3}
        | '{3} (?:\\.|[^\\])*? '{3}
        | " (?:\\.|[^\\"\n])* "
        | ' (?:\\.|[^\\'\n])* '
    ))
    | (?P<end> \n)
    | (?P<blank> [ ]+)
    | (?P<word> \w+)
    | (?P<opening> [(\[{])
    | (?P<closing> [)\]}])
    | (?P<other> .)
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)

_SEPARATE = {"word", "string"}

# Modules whose names are mostly for annotations, and do nothing else when they are imported.
_TYPES = re.compile(r"from (?:typing|collections\.abc) import\b")
_ANNOTATED = re.compile(r"(?!else\b|try\b|finally\b)[\w.]+:(?!=|0=)")

Token = tuple[str, str]
"""What kind of token it is, and the token."""


@dataclass(frozen=True)  # no slots: they came with Python 3.10
class _Line:
    """A logical line: a statement, the head of one, or nothing but a comment."""

    indentation: int
    code: str
    breaks: int
    """How many line breaks it has in the file."""
    is_string: bool


def strip(source: str) -> str:
    """Return the source of a module that does the same, without comments and docstrings.

    It also goes without annotations of functions, without imports for these or for type checkers
    alone, with other annotations outside of classes cut short, and with no more blanks than it
    needs. A data class keeps a docstring of one character: without any, `dataclass` makes one of
    the signature each time that the class is imported.
    """
    lines = _without_docstrings(_without_type_checking(list(_lines(source))))
    lines = _without_unused_types(_without_annotations_of_variables(lines))
    result = []
    indentations = [0]
    for line in lines:
        indent = ""
        if line.code:
            while line.indentation < indentations[-1]:
                indentations.pop()
            if line.indentation > indentations[-1]:
                indentations.append(line.indentation)
            indent = " " * (len(indentations) - 1)
        result.append(indent + line.code + "\n" * (line.breaks - line.code.count("\n")))
    return "".join(result).rstrip("\n") + "\n"


def _without_type_checking(lines: list[_Line]) -> list[_Line]:
    """Empty the blocks that no program runs; one that has an `else` stays."""
    result = list(lines)
    for start, head in enumerate(lines):
        if head.code != "if TYPE_CHECKING:":
            continue
        end = next(
            (
                number
                for number, line in enumerate(lines[start + 1 :], start + 1)
                if line.code and line.indentation <= head.indentation
            ),
            len(lines),
        )
        if end == len(lines) or lines[end].code != "else:":
            result[start:end] = [
                replace(line, code="", is_string=False) for line in lines[start:end]
            ]
    return result


def _without_docstrings(lines: list[_Line]) -> list[_Line]:
    result = []
    decorator = before = _Line(0, "", 0, is_string=False)
    for number, line in enumerate(lines, 1):
        code = line.code
        if line.is_string:
            code = _in_place_of_string(line, before, following=lines[number:])
            if before.code.startswith("class ") and decorator.code.startswith("@dataclass"):
                code = "'.'"
        result.append(replace(line, code=code))
        if line.code:
            decorator, before = before, line
    return result


def _without_annotations_of_variables(lines: list[_Line]) -> list[_Line]:
    """Shorten to 0 the annotations that are no class's own; nothing asks for those."""
    result = []
    blocks: list[_Line] = []
    for line in lines:
        code = line.code
        if code:
            while blocks and blocks[-1].indentation >= line.indentation:
                blocks.pop()
            annotated = _ANNOTATED.match(code)
            if annotated and not (blocks and blocks[-1].code.startswith("class ")):
                code = annotated[0] + _with_short_annotation(code[annotated.end() :])
            if code.startswith(("def ", "async def ", "class ")):
                blocks.append(line)
        result.append(replace(line, code=code))
    return result


def _with_short_annotation(rest: str) -> str:
    depth = 0
    for place, character in enumerate(rest):
        depth += (character in "([{") - (character in ")]}")
        if character == "=" and depth == 0:
            return "0" + rest[place:]
    return rest


def _without_unused_types(lines: list[_Line]) -> list[_Line]:
    """Leave out the names of types that nothing uses, as when they stood in annotations alone."""
    imports = {number for number, line in enumerate(lines) if _TYPES.match(line.code)}
    others = [line.code for number, line in enumerate(lines) if number not in imports]
    used = set(re.findall(r"\w+", "\n".join(others)))
    result = list(lines)
    for number in imports:
        start, _, names = lines[number].code.partition("import")
        kept = [name for name in re.findall(r"\w+", names) if name in used]
        code = f"{start}import {','.join(kept)}" if kept else ""
        result[number] = replace(lines[number], code=code)
    if not any(_ANNOTATED.match(line.code) for line in lines):
        result = [
            replace(line, code="") if line.code.startswith("from __future__") else line
            for line in result
        ]
    return result


def _in_place_of_string(line: _Line, before: _Line, *, following: list[_Line]) -> str:
    if before.indentation >= line.indentation:
        return ""
    statements = (other for other in following if other.code and not other.is_string)
    after = next((statement.indentation for statement in statements), 0)
    return "0" if after < line.indentation else ""


def _lines(source: str) -> Iterator[_Line]:
    tokens: list[Token] = []
    depth = 0
    for match in _TOKEN.finditer(source):
        kind = str(match.lastgroup)
        depth += {"opening": 1, "closing": -1}.get(kind, 0)
        tokens.append((kind, match[0]))
        if kind == "end" and depth == 0:
            yield _line(tokens)
            tokens = []


def _line(tokens: list[Token]) -> _Line:
    code = ""
    apart = False
    kinds = []
    for kind, text in _without_annotations(tokens):
        if kind in {"comment", "blank"}:
            continue
        # Only words and strings have to be held apart.
        if apart and kind in _SEPARATE:
            code += " "
        code += text
        apart = kind in _SEPARATE
        kinds.append(kind)
    return _Line(
        indentation=len(tokens[0][1]) if tokens[0][0] == "blank" else 0,
        code=code.rstrip("\n"),
        breaks=sum(text.count("\n") for _, text in tokens),
        is_string=kinds == ["string", "end"],
    )


def _without_annotations(tokens: list[Token]) -> list[Token]:
    """Return the head of a function without annotations, and other lines as they are."""
    words = [text for kind, text in tokens if kind == "word"]
    if words[:1] != ["def"] and words[:2] != ["async", "def"]:
        return tokens
    kept: list[Token] = []
    depth = 0
    place = "name"
    for kind, text in tokens:
        depth -= kind == "closing"
        place = _next_place(place, depth, text)
        if place not in {"annotation", "returned"}:
            kept.append((kind, text))
        depth += kind == "opening"
    return kept


def _next_place(place: str, depth: int, text: str) -> str:
    """Return in which part of a function's head a token is, given that of the one before."""
    if place == "body":
        return place
    if depth == 0:
        return {"-": "returned", ":": "body", ")": "name"}.get(text, place)
    if depth > 1 or place == "returned":
        return place
    if text == ":" and place == "name":
        return "annotation"
    return {",": "name", "=": "default"}.get(text, place)
