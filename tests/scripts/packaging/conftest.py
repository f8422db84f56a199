"""What tests of packages share: small sources, and the packages that pip may find."""

from collections.abc import Callable
from pathlib import Path

import pytest

from scripts.packaging import command_line, sources
from scripts.packaging.command_line import main
from tests.scripts.packaging.given import write_files, write_wheel


@pytest.fixture(autouse=True)
def own_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A library of ours so small that it is packaged at once."""
    files: dict[str, str | bytes] = {
        "handlers/connect.py": '"""Ours."""\n\nfrom websocket_api import events\n',
        "jwt_authorizer/handler.py": "# ours\nTOKENS = ()\n",
        "websocket_api/__init__.py": "",
        "websocket_api/events.py": '"""Events."""\n\nNAMES = ()  # none\n',
        "websocket_api/app.py": "",
        "websocket_api/fanout/__init__.py": "",
        "websocket_api/fanout/worker.py": "from websocket_api import keys\n",
        "websocket_api/keys.py": "",
        "websocket_api/testing/client.py": "",
    }
    folder = write_files(tmp_path / "own", files)
    monkeypatch.setattr(sources, "OWN_SOURCES", folder)
    return folder


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_files(tmp_path / "source", {"chat.py": "def handler(event, context): ...\n"})


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The one place where pip looks for packages."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


@pytest.fixture
def refusal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Fail to build a package and return what is said about it."""

    def fail(*arguments: str | Path) -> str:
        output = tmp_path / "refused.zip"
        assert main([*map(str, arguments), "--output", str(output)]) == 1
        assert not output.exists()
        return capsys.readouterr().err

    return fail


@pytest.fixture
def native_wheels(tmp_path: Path, wheels: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put wheels of one native package in the place of PyJWT's and cryptography's."""
    for machine in ("aarch64", "x86_64"):
        write_wheel(
            wheels, f"signatures-1.0-cp311-abi3-manylinux2014_{machine}", {"signatures.py": machine}
        )
    requirements = write_files(tmp_path, {"authorizer.txt": "signatures==1.0\n"})
    monkeypatch.setattr(command_line, "AUTHORIZER_REQUIREMENTS", requirements / "authorizer.txt")
