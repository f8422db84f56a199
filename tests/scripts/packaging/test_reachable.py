import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import websocket_api
from scripts.packaging.python_source import strip
from scripts.packaging.reachable import reachable

OWN_SOURCES = Path(__file__).resolve().parents[3] / "lambda_src"
LAZY = {f"websocket_api.{name}" for name in websocket_api.__all__}


def files(**contents: str) -> dict[str, bytes]:
    """Sources by the names that keyword arguments can have: `a__b` stands for `a/b.py`."""
    return {f"{name.replace('__', '/')}.py": text.encode() for name, text in contents.items()}


def test_root_and_what_it_imports_are_reached_at_whatever_remove() -> None:
    sources = files(
        start="import second, other.module\n",
        second="from third import name\n",
        third="import start\n",
        other__module="",
        never="import start\n",
    )
    assert reachable(sources, ["start.py"]) == {
        "start.py",
        "second.py",
        "third.py",
        "other/module.py",
    }


@pytest.mark.parametrize(
    "statement",
    [
        "import package.module",
        "from package import module",
        "from package import other, module as m",
        "from package import(\nother,\nmodule as m,\n)",
        "from package.module import name",
        "def f():\n if x:\n  from package import module\n",
    ],
)
def test_module_of_a_package_is_reached_with_its_package(statement: str) -> None:
    sources = {
        "start.py": statement.encode(),
        "package/__init__.py": b"",
        "package/module.py": b"",
    }
    assert reachable(sources, ["start.py"]) == sources.keys()


def test_package_alone_does_not_reach_what_it_names() -> None:
    sources = {
        "start.py": b"import package\n",
        "package/__init__.py": b"from package.module import name\n",
        "package/module.py": b"",
    }
    assert reachable(sources, ["start.py"]) == {"start.py", "package/__init__.py"}


def imported(path: Path) -> Iterator[str]:
    """Yield what Python's own parser finds that a module imports when it runs."""
    nodes: list[ast.AST] = [ast.parse(path.read_text())]
    while nodes:
        node = nodes.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        nodes += ast.iter_child_nodes(node)
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_nothing_that_our_modules_import_is_missed() -> None:
    sources = {
        path.relative_to(OWN_SOURCES).as_posix(): strip(path.read_text()).encode()
        for path in OWN_SOURCES.rglob("*.py")
    }
    for name in sources:
        if name.endswith("__init__.py"):
            continue
        reached = reachable(sources, [name])
        for module in imported(OWN_SOURCES / name):
            assert module not in LAZY, f"{name} imports {module}, which is not followed"
            path = module.replace(".", "/")
            expected = {f"{path}.py", f"{path}/__init__.py"} & sources.keys()
            assert expected <= reached, f"{name} imports {module}"
