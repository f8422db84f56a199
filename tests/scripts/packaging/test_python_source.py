import ast
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from scripts.packaging.python_source import strip

PROJECT_DIRECTORY = Path(__file__).resolve().parents[3]
OWN_FILES = [
    path
    for path in sorted((PROJECT_DIRECTORY / "lambda_src").rglob("*.py"))
    if "testing" not in path.parts
]

TYPES = {"__future__", "collections.abc", "typing"}


class Essence(ast.NodeTransformer):
    """Takes out of a module what `strip` may take out, and nothing else."""

    def visit(self, node: ast.AST) -> Any:
        self.generic_visit(node)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            node.body = [
                statement for statement in node.body if not self._is_for_readers(statement)
            ]
        if isinstance(node, ast.If):
            node.orelse = [statement for statement in node.orelse if not self._is_string(statement)]
        if isinstance(node, (ast.Module, ast.FunctionDef, ast.AsyncFunctionDef)):
            self._shorten_annotations(node)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            node.returns = None
            arguments = node.args
            every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
            for argument in (*every, arguments.vararg, arguments.kwarg):
                if argument is not None:
                    argument.annotation = None
        return node

    def _shorten_annotations(self, node: ast.AST) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.ClassDef):
                continue
            if isinstance(child, ast.AnnAssign) and child.value is not None:
                child.annotation = ast.Constant(0)
            self._shorten_annotations(child)

    @classmethod
    def _is_for_readers(cls, statement: ast.stmt) -> bool:
        if isinstance(statement, ast.ImportFrom):
            return statement.module in TYPES
        if isinstance(statement, ast.If):
            return ast.unparse(statement.test) == "TYPE_CHECKING" and not statement.orelse
        return cls._is_string(statement)

    @staticmethod
    def _is_string(statement: ast.stmt) -> bool:
        return (
            isinstance(statement, ast.Expr)
            and isinstance(statement.value, ast.Constant)
            and statement.value.value is not ...
        )


def essence(source: str) -> tuple[str, list[int], set[str]]:
    """What a module does, on which lines, and what it needs of the modules of types for it."""
    tree = ast.parse(source)
    imported = {
        "__future__" if node.module == "__future__" else alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.module in TYPES
        for alias in node.names
    }
    tree = Essence().visit(tree)
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    annotations = [node.annotation for node in ast.walk(tree) if isinstance(node, ast.AnnAssign)]
    if any(not isinstance(annotation, ast.Constant) for annotation in annotations):
        used.add("__future__")
    lines = [node.lineno for node in ast.walk(tree) if isinstance(node, ast.stmt)]
    return ast.dump(tree), lines, imported & used


def stripped(source: str) -> str:
    return strip(dedent(source).lstrip("\n"))


@pytest.mark.parametrize("path", OWN_FILES, ids=lambda path: path.name)
def test_each_of_our_modules_does_the_same_on_the_same_lines(path: Path) -> None:
    source = path.read_text()

    assert essence(strip(source)) == essence(source)


@pytest.mark.parametrize("path", OWN_FILES, ids=lambda path: path.name)
def test_none_of_our_modules_asks_for_what_is_taken_out(path: Path) -> None:
    words = path.read_text()

    assert "__doc__" not in words
    assert "getdoc" not in words


def test_comments_and_docstrings_go_and_lines_keep_their_numbers() -> None:
    assert stripped(
        '''
        """A module."""

        # Why.
        NAME = "# no comment"  # but this


        def greet(name):
            """Greet.

            Politely.
            """
            return f"{name} # {1 + 1}"  # a greeting
        '''
    ) == ('\n\n\nNAME="# no comment"\n\n\ndef greet(name):\n\n\n\n\n return f"{name} # {1 + 1}"\n')


def test_class_or_function_of_nothing_but_a_docstring_stays_one() -> None:
    source = stripped(
        '''
        class Post:
            """What posts."""

            def post(self):
                """Post it."""

            def is_open(self):
                """Tell."""

        class Gone(Exception):
            """It is gone."""
        LAST = 1
        '''
    )
    assert source == (
        "class Post:\n\n\n def post(self):\n  0\n\n def is_open(self):\n  0\n\n"
        "class Gone(Exception):\n 0\nLAST=1\n"
    )
    compile(source, "post.py", "exec")


def test_blanks_stay_only_where_words_would_run_together() -> None:
    source = stripped(
        """
        from a import (
            b as c,
            d,
        )
        e = -1 if not (c) and "f" in d else lambda *g, **h: [i for i in g if i is not None]
        """
    )
    assert source == (
        "from a import(\nb as c,\nd,\n)\n"
        'e=-1 if not(c)and "f" in d else lambda*g,**h:[i for i in g if i is not None]\n'
    )
    compile(source, "blanks.py", "exec")


def test_data_class_keeps_a_docstring_so_that_dataclass_need_not_make_one() -> None:
    namespace: dict[str, Any] = {}
    source = stripped(
        '''
        from dataclasses import dataclass

        @dataclass(
            frozen=True,
        )
        class Point:
            """A place."""

            x: int
            """How far right."""
            y: int = 0
        '''
    )
    exec(source, namespace)  # noqa: S102 - the very source above
    assert namespace["Point"].__doc__ == "."
    assert namespace["Point"](1).y == 0


def test_strings_that_are_values_stay_as_they_are() -> None:
    source = stripped(
        """
        TEXT = '''
            # not a comment
                indented
        '''
        RAW = rb"\\d#"
        QUOTES = "it's" 'a "quote"' "\\"#"
        EMPTY = ""
        """
    )
    values: dict[str, Any] = {}
    exec(source, values)  # noqa: S102 - the very source above
    assert values["TEXT"] == "\n    # not a comment\n        indented\n"
    assert values["RAW"] == rb"\d#"
    assert values["QUOTES"] == 'it\'sa "quote""#'
    assert values["EMPTY"] == ""


def test_annotations_of_functions_go_and_those_of_attributes_stay() -> None:
    assert stripped(
        """
        class Row:
            limit: int = 3

        async def send(
            self, first: dict[str, int], /, *rest: str, last: A | None = None, **more: Any
        ) -> tuple[
            str, int
        ]:
            return first[1:2]

        def pick(key: Callable[[int], str] = lambda item: item[0], other="a" or "b") -> X: ...
        """
    ) == (
        "class Row:\n limit:int=3\n\nasync def send(\nself,first,/,*rest,last=None,**more):\n\n\n\n"
        ' return first[1:2]\n\ndef pick(key=lambda item:item[0],other="a" or "b"):...\n'
    )


def test_annotations_of_variables_outside_of_classes_are_shortened() -> None:
    assert stripped(
        """
        from typing import Any

        ROWS: dict[str, Any] = {}

        class Row:
            name: Any = 1

            def read(self):
                self.rows: dict[str, Any] = {}
                if self:
                    last: Callable[
                        [int], str
                    ] | None = lambda: {"a": 1}
                later: Any
                return last
        """
    ) == (
        "from typing import Any\n\nROWS:0={}\n\nclass Row:\n name:Any=1\n\n def read(self):\n"
        '  self.rows:0={}\n  if self:\n   last:0=lambda:{"a":1}\n\n\n  later:Any\n  return last\n'
    )


def test_types_that_nothing_but_annotations_of_functions_used_are_not_imported() -> None:
    assert stripped(
        """
        from __future__ import annotations

        from collections.abc import Mapping
        from typing import (
            Any,
            ClassVar,
            cast,
        )

        class Row:
            names: ClassVar[int] = 1

            def get(self, key: str) -> Any:
                return cast("Mapping[str, int]", self)[key]

        try:
            pass
        finally:
            pass
        """
    ) == (
        "from __future__ import annotations\n\nfrom collections.abc import Mapping\n"
        "from typing import ClassVar,cast\n\n\n\n\n\nclass Row:\n names:ClassVar[int]=1\n\n"
        ' def get(self,key):\n  return cast("Mapping[str, int]",self)[key]\n\n'
        "try:\n pass\nfinally:\n pass\n"
    )
    assert (
        stripped(
            """
        from __future__ import annotations

        from typing import Any

        def get(key: str) -> Any:
            if (n := 1) and key:
                return {1: n}
            else:
                return None
        """
        )
        == "\n\n\n\ndef get(key):\n if(n:=1)and key:\n  return{1:n}\n else:\n  return None\n"
    )


def test_what_type_checkers_alone_import_goes_unless_others_import_something_else() -> None:
    assert (
        stripped(
            """
        if TYPE_CHECKING:
            from a import (
                B,
            )

            X = B
        if TYPE_CHECKING:
            import c
        else:
            c = None
        if TYPE_CHECKING:
            import d
        """
        )
        == "\n\n\n\n\n\nif TYPE_CHECKING:\n import c\nelse:\n c=None\n"
    )


def test_docstring_of_what_goes_goes_with_it() -> None:
    assert (
        stripped(
            '''
        if TYPE_CHECKING:
            class Result(TypedDict):
                """What is returned."""

        def reply(): ...
        '''
        )
        == "\n\n\n\ndef reply():...\n"
    )


def test_indentation_becomes_single_spaces_whatever_it_was() -> None:
    assert (
        stripped(
            """
        if a:
              if b:
                  c(
                      1,
                  )
              d()
        e()
        """
        )
        == "if a:\n if b:\n  c(\n1,\n)\n d()\ne()\n"
    )


def test_file_without_any_code_is_one_empty_line() -> None:
    assert strip('"""Nothing else."""\n') == "\n"
    assert strip("") == "\n"
