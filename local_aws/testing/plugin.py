"""The pytest plugin: a fixture ``websocket_api``, an API that is deployed once and clean each time.

Where it comes from is said once, in ``pyproject.toml`` or ``pytest.ini``:

.. code-block:: toml

    [tool.pytest.ini_options]
    websocket_root = "terraform"   # a Terraform root with a WebSocket API in it

or, for a folder of handlers without a root, ``websocket_source``.
"""

# Only pytest itself is imported here: a program that has this installed and never asks for the
# fixture does not pay for it.
from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from local_aws.command_line import StackSettings
    from local_aws.testing.served_stack import ServedStack
    from local_aws.testing.websocket_api import WebSocketApi

_SETTINGS = {
    "websocket_root": "folder of the Terraform root that the fixture websocket_api serves",
    "websocket_source": "folder of handlers that it serves, in place of websocket_root",
    "websocket_handler": "function in websocket_source that answers all routes, as app.handler",
    "websocket_module": "Terraform's address of the module that deploys websocket_source",
}
_LISTS = {
    "websocket_routes": "route keys of websocket_handler beside $connect, $disconnect, $default",
    "websocket_variables": "values of the root's input variables, each as NAME=VALUE",
}


class WrongSetting(Exception):
    """A setting of the fixture cannot be used; the message says which, and what to do."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the settings."""
    for name, meaning in _SETTINGS.items():
        parser.addini(name, meaning, default="")
    for name, meaning in _LISTS.items():
        parser.addini(name, meaning, type="linelist", default=[])


@pytest.fixture(scope="session")
def _served_stack(
    pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServedStack]:
    from local_aws.__main__ import FAILURES  # noqa: PLC0415 - see above
    from local_aws.terminal import Terminal  # noqa: PLC0415 - see above
    from local_aws.testing.served_stack import serving  # noqa: PLC0415 - see above

    with contextlib.ExitStack() as parts:
        try:
            settings = _stack_settings(pytestconfig, tmp_path_factory)
            served = parts.enter_context(serving(settings, Terminal()))
        except (WrongSetting, *FAILURES) as error:
            raise pytest.fail.Exception(str(error), pytrace=False) from None
        yield served


@pytest.fixture
def websocket_api(_served_stack: ServedStack) -> Iterator[WebSocketApi]:
    """The API, deployed once a session; no connection and no row is left of the test before.

    What it prints is the test's output, which pytest shows of a test that fails.
    """
    from local_aws.testing.websocket_api import WebSocketApi  # noqa: PLC0415 - see above

    api = WebSocketApi(_served_stack)
    try:
        yield api
    finally:
        api.end_test()


def _stack_settings(
    config: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> StackSettings:
    from local_aws.command_line import StackSettings  # noqa: PLC0415 - see above

    variables = {}
    for line in config.getini("websocket_variables"):
        name, separator, value = line.partition("=")
        if not (separator and name.strip()):
            raise WrongSetting(f"websocket_variables: {line!r} is not NAME=VALUE.")
        variables[name.strip()] = value.strip()
    root, source = config.getini("websocket_root"), config.getini("websocket_source")
    if bool(root) == bool(source):
        raise WrongSetting(
            "The fixture websocket_api serves a Terraform root or a folder of handlers: set "
            "either websocket_root or websocket_source in your pytest settings."
        )
    folder = _folder(config, "websocket_root" if root else "websocket_source", root or source)
    if source:
        folder = _written_root(config, folder, tmp_path_factory.mktemp("websocket_root"))
    return StackSettings(root=folder, port=0, aws_port=0, terraform_variables=variables)


def _written_root(config: pytest.Config, source: Path, directory: Path) -> Path:
    from local_aws.places import PLACES  # noqa: PLC0415 - see above
    from local_aws.testing.source_root import SourceFolder  # noqa: PLC0415 - see above

    module = config.getini("websocket_module") or PLACES.module
    if module is None:
        raise WrongSetting(
            "websocket_source needs the Terraform module, which is not beside this plugin: set "
            "websocket_module to its address, as a source in Terraform."
        )
    if isinstance(module, str) and module.startswith((".", "/")):
        module = _folder(config, "websocket_module", module)
    return SourceFolder(
        path=source,
        module=module,
        handler=config.getini("websocket_handler") or None,
        routes=config.getini("websocket_routes"),
    ).write_root(directory)


def _folder(config: pytest.Config, setting: str, value: str) -> Path:
    """Return the folder that a setting names, from where the settings are."""
    start = config.inipath.parent if config.inipath is not None else config.rootpath
    folder = (start / value).resolve()
    if not folder.is_dir():
        raise WrongSetting(f"{setting}: there is no folder {folder}.")
    return folder
