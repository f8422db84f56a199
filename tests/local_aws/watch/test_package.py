import io
import zipfile
from pathlib import Path

import pytest

from local_aws.watch.package import Package
from tests.local_aws.watch.given import package_of, zip_of


def test_files_are_found_by_name_without_folders(tmp_path: Path) -> None:
    path = tmp_path / "package.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.mkdir("handlers")
        archive.writestr("handlers/a.py", "a = 1")
    package = Package.of_file(path)
    assert package.names == ("handlers/a.py",)
    assert package.read("handlers/a.py") == b"a = 1"


def test_content_is_compared() -> None:
    package = package_of({"a.py": "a = 1"})
    assert package.holds("a.py", b"a = 1")
    assert not package.holds("a.py", b"a = 2")
    assert not package.holds("a.py", b"a = 10")


def test_files_are_replaced_added_and_left_out() -> None:
    package = package_of({"a.py": "a = 1", "b.py": "b = 1", "c.py": "c = 1"})
    changed = Package(package.with_files({"a.py": b"a = 2", "b.py": None, "new/d.py": b"d = 1"}))
    assert {name: changed.read(name) for name in changed.names} == {
        "c.py": b"c = 1",
        "a.py": b"a = 2",
        "new/d.py": b"d = 1",
    }
    assert package.read("a.py") == b"a = 1"


def test_file_can_be_left_out_alone() -> None:
    package = package_of({"a.py": "a = 1", "b.py": "b = 1"})
    assert Package(package.with_files({"a.py": None})).names == ("b.py",)


def test_without_other_files_the_zip_is_the_same() -> None:
    data = zip_of({"a.py": "a = 1"})
    assert Package(data).with_files({}) == data


def test_zip_is_the_same_whenever_it_is_made() -> None:
    package = package_of({"a.py": "a = 1"})
    assert package.with_files({"a.py": b"a = 2"}) == package.with_files({"a.py": b"a = 2"})


def test_mode_of_a_file_stays_and_a_new_one_is_readable() -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        entry = zipfile.ZipInfo("bootstrap")
        entry.external_attr = 0o100755 << 16
        archive.writestr(entry, "#!/bin/sh")
    changed = Package(data.getvalue()).with_files({"bootstrap": b"#!/bin/bash", "new": b"1"})
    with zipfile.ZipFile(io.BytesIO(changed)) as archive:
        modes = {each.filename: each.external_attr >> 16 for each in archive.infolist()}
    assert modes == {"bootstrap": 0o100755, "new": 0o644}


def test_what_is_no_zip_is_refused() -> None:
    with pytest.raises(zipfile.BadZipFile):
        Package(b"no zip")
