"""What a Python source does, whatever its readers are told beside."""

import ast
from collections.abc import Iterable


def program_of(source: bytes) -> str | None:
    """Return the same text for all sources between which no function can tell.

    A packager may strip off comments, docstrings, the annotations of functions and what type
    checkers alone import, since a function pays for its zip at each cold start. None stands for
    what this Python cannot parse.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):  # a NUL is a ValueError
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            node.returns = None
        if isinstance(node, ast.arg):
            node.annotation = None
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            node.body = _working(node.body)
    return ast.dump(tree)


def _working(body: Iterable[ast.stmt]) -> list[ast.stmt]:
    """Leave out docstrings, what stands in their place, and what is for type checkers alone."""
    return [
        each
        for each in body
        if not isinstance(each, ast.Pass)
        and not (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))
        and not (isinstance(each, ast.If) and not each.orelse and _is_type_checking(each.test))
    ]


def _is_type_checking(test: ast.expr) -> bool:
    return isinstance(test, ast.Name) and test.id == "TYPE_CHECKING"
