"""The guide, followed: its files are written in their order, its tests run, its dialogues held."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.docs.guide import APP, BLOCKS, TEST, address, dialogues, exchanges, is_like, versions
from tests.end_to_end.given import REPOSITORY
from websocket_api.testing import TestClient

if TYPE_CHECKING:
    from pathlib import Path


def load(code: str, folder: Path) -> Any:
    file = folder / "chat.py"
    file.write_text(code, encoding="utf-8")
    specification = importlib.util.spec_from_file_location("guide_chat", file)
    assert specification
    assert specification.loader
    module = importlib.util.module_from_spec(specification)
    # Dataclasses look their module up.
    sys.modules[module.__name__] = module
    try:
        specification.loader.exec_module(module)
    finally:
        del sys.modules[module.__name__]
    return module


def test_every_block_of_code_is_a_file_or_from_one() -> None:
    for block in BLOCKS:
        if block.language in {"python", "hcl"} and block.file is None:
            source = re.fullmatch(r"# from (\S+)", block.first_line)
            assert source, f"of which file is this? {block.text}"
            assert block.body in (REPOSITORY / source[1]).read_text(encoding="utf-8")
    assert len(versions(APP)) == len(versions(TEST)) == 3


def test_last_version_is_the_example() -> None:
    example = REPOSITORY / "examples" / "chat" / "handlers" / "chat.py"
    assert versions(APP)[-1] == example.read_text(encoding="utf-8")


def test_powertools_plug_in_as_the_guide_says(tmp_path: Path) -> None:
    (code,) = versions("my_chat/handlers/traced.py")
    (tmp_path / "traced.py").write_text(code, encoding="utf-8")
    # In a process of its own, as it changes loggers for good.
    command = [sys.executable, "-c", "import traced; assert callable(traced.handler)"]
    path = os.pathsep.join((str(REPOSITORY / "lambda_src"), str(tmp_path)))
    subprocess.run(command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": path}, check=True)


@pytest.mark.parametrize("step", range(3))
def test_tests_of_each_step_pass(step: int, tmp_path: Path) -> None:
    for file in (APP, TEST):
        path = tmp_path / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(versions(file)[step], encoding="utf-8")
    handlers = (tmp_path / APP).parent
    library = REPOSITORY / "lambda_src"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "my_chat"]
    run = subprocess.run(
        command,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": f"{library}{os.pathsep}{handlers}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout


@pytest.mark.parametrize("step", range(2))
def test_dialogue_of_each_step_is_held_in_memory(step: int, tmp_path: Path) -> None:
    api = TestClient(load(versions(APP)[step], tmp_path).app)
    dialogue = dialogues()[step]
    client = api.connect(query=dict(parse_qsl(urlsplit(address(dialogue)).query)))
    for sent, received in exchanges(dialogue):
        client.send(sent)
        answer = client.receive_text()
        assert is_like(answer, received), answer
