import os
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts.packaging.command_line import main
from tests.scripts.packaging.given import build, read, write_files


def test_package_holds_our_handlers_and_what_they_and_the_worker_import(tmp_path: Path) -> None:
    assert build(tmp_path) == {
        "handlers/connect.py": b"\n\nfrom websocket_api import events\n",
        "websocket_api/__init__.py": b"\n",
        "websocket_api/events.py": b"\n\nNAMES=()\n",
        "websocket_api/fanout/__init__.py": b"\n",
        "websocket_api/fanout/worker.py": b"from websocket_api import keys\n",
        "websocket_api/keys.py": b"\n",
    }


def test_users_own_code_gets_the_whole_library(tmp_path: Path, source: Path) -> None:
    files = build(tmp_path, "--source", source)

    assert "websocket_api/app.py" in files
    assert "websocket_api/testing/client.py" not in files


def test_users_files_are_packaged_as_they_are(tmp_path: Path, source: Path) -> None:
    text = b'"""Mine."""\n\n# Why.\n'
    write_files(source, {"notes.py": text, "handlers/say.py": text})

    files = build(tmp_path, "--source", source)

    assert files["notes.py"] == files["handlers/say.py"] == text


def test_tests_caches_and_editor_files_stay_out(tmp_path: Path, source: Path) -> None:
    unwanted = """
        tests/test_chat.py test_chat.py chat_test.py conftest.py chat.egg-info/PKG-INFO
        __pycache__/chat.cpython-313.pyc chat.pyc chat.py~ #chat.py# .chat.py.swp
        .DS_Store .git/config .venv/lib/site.py venv/lib/site.py node_modules/a/index.js
    """
    for name in unwanted.split():
        write_files(source, {name: "unwanted"})
    write_files(source, {"rooms/contests.py": "wanted", "rooms/page.html": "wanted"})

    files = build(tmp_path, "--source", source)

    own = {name for name in files if not name.startswith(("handlers/", "websocket_api/"))}
    assert own == {"chat.py", "rooms/contests.py", "rooms/page.html"}


def test_users_own_code_stands_beside_our_handlers(tmp_path: Path, source: Path) -> None:
    files = build(tmp_path, "--source", source)

    assert "chat.py" in files
    assert "handlers/connect.py" in files


def test_handlers_folder_of_the_user_replaces_ours(tmp_path: Path, source: Path) -> None:
    write_files(source, {"handlers/say.py": "say"})

    files = build(tmp_path, "--source", source)

    assert [name for name in files if name.startswith("handlers/")] == ["handlers/say.py"]
    assert "websocket_api/events.py" in files


def test_several_folders_come_together(tmp_path: Path, source: Path) -> None:
    more = write_files(tmp_path / "more", {"rooms.py": "rooms"})

    files = build(tmp_path, "--source", source, "--source", more)

    assert {"chat.py", "rooms.py"} <= files.keys()


def test_package_inside_its_own_sources_is_not_packaged(source: Path) -> None:
    output = source / "build" / "lambda.zip"
    write_files(source, {"build/notes.txt": "kept"})

    assert main(["--source", str(source), "--output", str(output)]) == 0
    first = output.read_bytes()
    assert main(["--source", str(source), "--output", str(output)]) == 0

    assert output.read_bytes() == first
    assert "build/lambda.zip" not in read(output)


def test_link_to_a_file_of_the_folder_is_packaged_as_that_file(
    tmp_path: Path, source: Path
) -> None:
    (source / "alias.py").symlink_to("chat.py")

    files = build(tmp_path, "--source", source)

    assert files["alias.py"] == files["chat.py"]


@pytest.mark.parametrize("target", ["../outside.py", "../outside", "rooms", "absent.py"])
def test_other_links_are_refused(
    tmp_path: Path, source: Path, refusal: Callable[..., str], target: str
) -> None:
    write_files(tmp_path, {"outside.py": "x", "outside/a.py": "x", "source/rooms/a.py": "x"})
    (source / "link").symlink_to(target)

    assert refusal("--source", source) == (
        f"package.py: {source / 'link'} is a symbolic link to {target}; "
        "put the files themselves there.\n"
    )


def test_what_is_no_file_is_passed_over(tmp_path: Path, source: Path) -> None:
    os.mkfifo(source / "pipe")

    assert "pipe" not in build(tmp_path, "--source", source)


def test_missing_folder_is_named(tmp_path: Path, refusal: Callable[..., str]) -> None:
    assert f"{tmp_path / 'mine'} is no folder" in refusal("--source", tmp_path / "mine")


def test_folder_without_a_file_to_package_is_named(
    tmp_path: Path, refusal: Callable[..., str]
) -> None:
    mine = write_files(tmp_path / "mine", {".hidden": "x", "tests/test_chat.py": "x"})

    assert f"{mine} holds no file to package" in refusal("--source", mine)


def test_folder_testing_of_a_user_is_packaged(tmp_path: Path) -> None:
    sources = write_files(tmp_path / "mine", {"app.py": "", "testing/__init__.py": ""})
    assert "testing/__init__.py" in build(tmp_path, "--source", str(sources))
