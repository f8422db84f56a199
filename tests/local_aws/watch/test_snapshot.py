import os
from collections.abc import Callable
from pathlib import Path

import pytest

from local_aws.watch import snapshot
from local_aws.watch.snapshot import Snapshot
from tests.local_aws.watch.given import write


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path, {"a.py": "a = 1", "b.py": "b = 1"})
    return tmp_path


def write_in_place(path: Path) -> None:
    path.write_text("a = 23", encoding="utf-8")


def write_and_rename(path: Path) -> None:
    beside = path.with_name("written")
    beside.write_text("a = 2", encoding="utf-8")
    beside.replace(path)


def rename_and_write(path: Path) -> None:
    path.rename(path.with_name("a.py~"))
    path.write_text("a = 2", encoding="utf-8")


@pytest.mark.parametrize("save", [write_in_place, write_and_rename, rename_and_write, Path.unlink])
def test_saved_file_is_noticed_however_it_is_saved(
    folder: Path, save: Callable[[Path], None]
) -> None:
    before = Snapshot.take([folder])
    save(folder / "a.py")
    assert Snapshot.take([folder]).changes_since(before) == {folder / "a.py"}


def test_new_file_is_noticed_in_these_folders_alone(folder: Path) -> None:
    (folder / "below").mkdir()
    before = Snapshot.take([folder])
    write(folder, {"below/c.py": "", "d.py": ""})
    assert Snapshot.take([folder]).changes_since(before) == {folder / "d.py"}


def test_nothing_saved_is_no_change(folder: Path) -> None:
    assert Snapshot.take([folder]).changes_since(Snapshot.take([folder])) == frozenset()


def test_folder_not_looked_at_before_is_seen_as_it_is(folder: Path) -> None:
    write(folder, {"old/c.py": "c = 1", "other/d.py": ""})
    before = Snapshot.take([folder / "old", folder])
    write(folder, {"old/c.py": "c = 23", "other/d.py": "d = 1"})
    watched = [folder / "old", folder / "other"]
    assert Snapshot.take(watched).changes_since(before.of(watched)) == {folder / "old/c.py"}


def test_file_that_is_gone_when_it_is_looked_at_is_none(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with os.scandir(folder) as entries:
        gone = next(entry for entry in entries if entry.name == "a.py")
    (folder / "a.py").unlink()
    monkeypatch.setattr(snapshot, "files_in", lambda _folders: [gone])
    assert Snapshot.take([folder]) == Snapshot({})
