from pathlib import Path

import pytest

from local_aws.watch.folders import files_in, folders_below, projects
from tests.local_aws.watch.given import write


def test_project_is_the_working_copy_around_a_folder(tmp_path: Path) -> None:
    write(tmp_path, {"copy/.git/HEAD": "", "copy/infra/main.tf": "", "copy/modules/a/main.tf": ""})
    folders = [tmp_path / "copy/infra", tmp_path / "copy/modules/a"]
    assert projects(folders, current=tmp_path) == (tmp_path / "copy",)


def test_project_without_version_control_is_the_current_folder(tmp_path: Path) -> None:
    write(tmp_path, {"root/main.tf": ""})
    assert projects([tmp_path / "root"], current=tmp_path) == (tmp_path,)


def test_current_folder_elsewhere_is_no_project(tmp_path: Path) -> None:
    write(tmp_path, {"root/main.tf": "", "elsewhere/a": ""})
    assert projects([tmp_path / "root"], current=tmp_path / "elsewhere") == (tmp_path / "root",)


def test_neither_the_home_nor_the_whole_disk_is_a_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    write(tmp_path, {"root/main.tf": ""})
    root = tmp_path / "root"
    assert projects([root], current=tmp_path) == projects([root], current=Path("/")) == (root,)


def test_project_within_another_is_not_named_twice(tmp_path: Path) -> None:
    write(tmp_path, {".git/HEAD": "", "module/.git": "", "root/main.tf": "", "module/main.tf": ""})
    folders = [tmp_path / "root", tmp_path / "module"]
    assert projects(folders, current=tmp_path) == (tmp_path,)


def test_folders_that_hold_no_sources_are_passed_over(tmp_path: Path) -> None:
    names = (".venv/a.py", "__pycache__/a.pyc", "node_modules/a/a.js", "src/.cache/a", "src/b/a.py")
    write(tmp_path, dict.fromkeys(names, ""))
    assert sorted(folders_below(tmp_path)) == [tmp_path, tmp_path / "src", tmp_path / "src/b"]


def test_files_of_editors_and_folders_that_are_gone_are_passed_over(tmp_path: Path) -> None:
    write(tmp_path, dict.fromkeys(("a.py", "b.py~", ".c.py.swp", "below/d.py"), ""))
    found = files_in([tmp_path, tmp_path / "gone"])
    assert [entry.name for entry in found] == ["a.py"]
