"""What a Python source does, whatever its readers are told beside."""

import ast
from typing import Final

_BLOCKS: Final = ("body", "orelse", "finalbody")
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
        for name in _BLOCKS:
            if isinstance(block := getattr(node, name, None), list):
                setattr(node, name, [each for each in block if not _is_for_readers(each)])
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                node.returns = None
            case ast.arg():
                node.annotation = None
            case ast.AnnAssign():
                node.annotation = ast.Constant(None)
    return ast.dump(tree)


def _is_for_readers(statement: ast.AST) -> bool:
    match statement:
        case ast.Pass() | ast.Expr(value=ast.Constant()):  # a docstring, or what takes its place
            return True
        case ast.If(test=ast.Name(id="TYPE_CHECKING"), orelse=[]):
            return True
        case ast.ImportFrom(module=module):
            return module in _FOR_READERS
    return False
