"""What a Python source does, whatever its readers are told beside."""

import ast
from collections.abc import Iterable
from typing import Final

_FOR_READERS: Final = frozenset({"__future__", "typing"})


def program_of(source: bytes) -> str | None:
    """Return the same text for all sources that differ in what they tell their readers at most.

    A packager may strip off comments, docstrings, annotations and what is imported for them, since
    a function pays for its zip at each cold start. None stands for what this Python cannot parse.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):  # a NUL is a ValueError
        return None
    for node in ast.walk(tree):
        match node:
            case ast.Module() | ast.ClassDef():
                node.body = _working(node.body)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                node.body, node.returns = _working(node.body), None
            case ast.arg():
                node.annotation = None
            case ast.AnnAssign():
                node.annotation = ast.Constant(None)
    return ast.dump(tree)


def _working(body: Iterable[ast.stmt]) -> list[ast.stmt]:
    return [each for each in body if not _is_for_readers(each)]


def _is_for_readers(statement: ast.stmt) -> bool:
    match statement:
        case ast.Pass() | ast.Expr(value=ast.Constant()):  # a docstring, or what takes its place
            return True
        case ast.If(test=ast.Name(id="TYPE_CHECKING"), orelse=[]):
            return True
        case ast.ImportFrom(module=module):
            return module in _FOR_READERS
    return False
