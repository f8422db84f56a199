import os
from pathlib import Path

import pytest

from local_aws.watch.linked_package import LinkedPackage
from local_aws.watch.package import Package
from local_aws.watch.sources import Sources
from tests.local_aws.watch.given import files_of, package_of, write

FILES = {"a.py": "a = 1  # one", "b.py": "b = 1"}


@pytest.fixture
def linked(tmp_path: Path) -> LinkedPackage:
    write(tmp_path, FILES)
    package = package_of({"a.py": "a = 1", "b.py": "b = 1", "wheel.py": "w = 1"})
    return LinkedPackage(package, Sources.of(package, files_of(tmp_path), nearest=()))


def contents(data: bytes) -> dict[str, bytes]:
    package = Package(data)
    return {name: package.read(name) for name in package.names}


def test_saved_file_replaces_its_own_in_the_zip(linked: LinkedPackage, tmp_path: Path) -> None:
    write(tmp_path, {"a.py": "a = 2"})
    assert contents(linked.after([tmp_path / "a.py"]).to_bytes()) == {
        "b.py": b"b = 1",
        "wheel.py": b"w = 1",
        "a.py": b"a = 2",
    }


def test_file_saved_as_it_was_changes_nothing(linked: LinkedPackage, tmp_path: Path) -> None:
    assert linked.after([tmp_path / "a.py", tmp_path / "elsewhere.py"]) == linked


def test_file_saved_back_changes_the_zip_back(linked: LinkedPackage, tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    write(tmp_path, {"a.py": "a = 2"})
    changed = linked.after([path])
    write(tmp_path, FILES)
    assert changed != linked == changed.after([path])


def test_file_that_is_gone_is_left_out_until_it_is_back(
    linked: LinkedPackage, tmp_path: Path
) -> None:
    path = tmp_path / "a.py"
    path.unlink()
    without = linked.after([path])
    assert "a.py" not in contents(without.to_bytes())
    write(tmp_path, FILES)
    assert without.after([path]) == linked


def test_pipe_in_the_place_of_a_file_is_not_waited_for(
    linked: LinkedPackage, tmp_path: Path
) -> None:
    path = tmp_path / "a.py"
    path.unlink()
    os.mkfifo(path)
    assert "a.py" not in contents(linked.after([path]).to_bytes())


def test_new_file_is_added_and_taken_away_again(linked: LinkedPackage, tmp_path: Path) -> None:
    path = tmp_path / "new.py"
    write(tmp_path, {"new.py": "n = 1"})
    with_file = linked.after([path])
    assert contents(with_file.to_bytes())["new.py"] == b"n = 1"
    path.unlink()
    assert with_file.after([path]) == linked


def test_file_that_cannot_be_read_is_left_out(linked: LinkedPackage, tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.unlink()
    path.symlink_to("/proc/self/mem")  # a file of which nobody may read the beginning
    assert "a.py" not in contents(linked.after([path]).to_bytes())
