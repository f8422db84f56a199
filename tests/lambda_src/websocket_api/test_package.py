from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

import websocket_api
from websocket_api.app import App

PACKAGE = Path(websocket_api.__file__).parent
PROJECT = PACKAGE.parent.parent
SDK = {"boto3", "botocore"}


def imported_packages(module: Path) -> set[str]:
    """Return the packages that a module imports anywhere in it when it runs."""
    packages = set()
    nodes: list[ast.AST] = [ast.parse(module.read_text(encoding="utf-8"))]
    while nodes:
        node = nodes.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        nodes.extend(ast.iter_child_nodes(node))
        if isinstance(node, ast.Import):
            packages |= {alias.name.partition(".")[0] for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            assert node.module is not None, f"a relative import in {module}"
            packages.add(node.module.partition(".")[0])
    return packages


def test_names_of_the_package_are_those_of_its_modules() -> None:
    assert websocket_api.App is App
    for name in websocket_api.__all__:
        assert getattr(websocket_api, name).__name__ == name


def test_unknown_name_is_no_attribute() -> None:
    with pytest.raises(AttributeError, match="'websocket_api' has no attribute 'Server'"):
        _ = websocket_api.Server  # type: ignore[attr-defined] # the case


def test_only_one_module_imports_the_sdk_and_none_imports_anything_else() -> None:
    imports = {path: imported_packages(path) for path in PACKAGE.rglob("*.py")}
    foreign = {
        path.name: packages - sys.stdlib_module_names - {"websocket_api"}
        for path, packages in imports.items()
    }
    assert {name: packages for name, packages in foreign.items() if packages} == {"sdk.py": SDK}


def test_distribution_is_the_typed_package_and_needs_the_sdk_alone() -> None:
    assert files(websocket_api).joinpath("py.typed").is_file()
    metadata = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    (requirement,) = metadata["project"]["dependencies"]
    assert requirement.startswith("boto3>=")
    packages = metadata["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert PACKAGE in {PROJECT / package for package in packages}


def test_distribution_offers_what_the_local_aws_needs() -> None:
    metadata = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    extra = metadata["project"]["optional-dependencies"]["local"]
    pinned = (PROJECT / "requirements.in").read_text(encoding="utf-8")
    names = {re.split(r"[=<>~]", line)[0] for line in extra}
    needed = set(re.findall(r"^([\w\[\]-]+)==", pinned, re.MULTILINE))
    assert names == needed - {"boto3"} | {"pytest"}
