from pathlib import Path

import pytest

from local_aws.watch.sources import Sources
from tests.local_aws.watch.given import files_of, package_of, write


def sources_of(zipped: dict[str, str], folder: Path, *nearest: Path) -> Sources:
    return Sources.of(package_of(zipped), files_of(folder), nearest=nearest)


def test_file_is_found_by_its_name_and_content(tmp_path: Path) -> None:
    write(tmp_path, {"src/handlers/a.py": "a = 1", "src/handlers/b.py": "b = 1"})
    sources = sources_of({"handlers/a.py": "a = 1", "handlers/b.py": "b = 2"}, tmp_path)
    assert sources.files == {"handlers/a.py": tmp_path / "src/handlers/a.py"}


def test_file_that_was_stripped_is_found_by_its_program(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": '"""Why."""\na = 1  # this\n'})
    assert sources_of({"a.py": "\na=1\n"}, tmp_path).files == {"a.py": tmp_path / "a.py"}


def test_other_kinds_of_files_are_found_by_their_content_alone(tmp_path: Path) -> None:
    write(tmp_path, {"a.txt": "a = 1  # this"})
    assert sources_of({"a.txt": "a = 1"}, tmp_path).files == {}


def test_what_is_no_python_is_found_by_its_content_alone(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": "def (:", "b.py": "def ((:"})
    sources = sources_of({"a.py": "def (:", "b.py": "def (:"}, tmp_path)
    assert sources.files == {"a.py": tmp_path / "a.py"}


def test_file_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    (tmp_path / "a.py").symlink_to(tmp_path / "gone")
    sources = Sources.of(package_of({"a.py": ""}), [tmp_path / "a.py"], nearest=())
    assert sources.files == {}


def test_files_that_are_alike_are_told_apart_by_those_around_them(tmp_path: Path) -> None:
    zipped = {"shop/__init__.py": "", "shop/a.py": "a = 1", "shop/b.py": "b = 1"}
    write(tmp_path, {f"src/{name}": text for name, text in zipped.items()})
    write(tmp_path, {"root/shop/__init__.py": "", "root/__init__.py": ""})
    sources = sources_of(zipped, tmp_path, tmp_path / "root")
    assert sources.files["shop/__init__.py"] == tmp_path / "src/shop/__init__.py"


@pytest.mark.parametrize("nearest", ["one", "two"])
def test_of_two_copies_the_nearer_one_is_meant(tmp_path: Path, nearest: str) -> None:
    write(tmp_path, {"one/a.py": "a = 1", "two/a.py": "a = 1"})
    sources = sources_of({"a.py": "a = 1"}, tmp_path, tmp_path / nearest)
    assert sources.files == {"a.py": tmp_path / nearest / "a.py"}


def test_new_file_belongs_where_all_of_its_kind_are_packed(tmp_path: Path) -> None:
    zipped = {"lib/shop/a.py": "a = 1", "lib/shop/b.py": "b = 1"}
    write(tmp_path, {"src/shop/a.py": "a = 1", "src/shop/b.py": "b = 1", "src/shop/README.md": ""})
    sources = sources_of(zipped, tmp_path)
    shop = tmp_path / "src/shop"
    assert sources.names_of(shop / "new.py") == ("lib/shop/new.py",)
    assert sources.names_of(shop / "below/new.py") == ("lib/shop/below/new.py",)
    assert sources.names_of(shop / "new.md") == ()
    assert sources.names_of(tmp_path / "src/new.py") == ()


def test_new_file_belongs_nowhere_beside_one_that_was_left_out(tmp_path: Path) -> None:
    zipped = {"a.py": "a = 1", "b.py": "b = 1"}
    write(tmp_path, {**zipped, "tests/test_a.py": "", "left_out/c.py": ""})
    sources = sources_of(zipped, tmp_path)
    assert sources.names_of(tmp_path / "c.py") == ("c.py",)
    assert sources.names_of(tmp_path / "tests/test_b.py") == ()


def test_new_file_beside_a_single_one_belongs_nowhere(tmp_path: Path) -> None:
    write(tmp_path, {"index.py": "a = 1"})
    sources = sources_of({"index.py": "a = 1"}, tmp_path)
    assert sources.names_of(tmp_path / "new.py") == ()
    assert sources.names_of(tmp_path / "index.py") == ("index.py",)


def test_file_may_be_in_a_zip_twice(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": "a = 1"})
    sources = sources_of({"a.py": "a = 1", "copy/a.py": "a = 1"}, tmp_path)
    assert sources.names_of(tmp_path / "a.py") == ("a.py", "copy/a.py")
