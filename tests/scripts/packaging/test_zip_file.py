import io
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.packaging import zip_file
from scripts.packaging.command_line import main
from scripts.packaging.entry import Entry, PackageError
from scripts.packaging.sources import source_entries
from scripts.packaging.zip_file import check, write
from tests.scripts.packaging.given import build, write_files

NAMES = st.text("abcdéß_", min_size=1, max_size=4)
FILES = st.dictionaries(
    st.lists(NAMES, min_size=1, max_size=3).map(lambda parts: "/".join(parts) + ".py"),
    st.tuples(st.binary(max_size=50), st.integers(0, 2**31), st.sampled_from([0o600, 0o755])),
    min_size=1,
    max_size=6,
)


@given(files=FILES, data=st.data())
def test_bytes_depend_on_names_and_contents_alone(
    tmp_path_factory: pytest.TempPathFactory,
    files: dict[str, tuple[bytes, int, int]],
    data: st.DataObject,
) -> None:
    packages = []
    for _ in range(2):
        folder = tmp_path_factory.mktemp("machine")
        for name in data.draw(st.permutations(list(files))):
            content, time, mode = files[name]
            write_files(folder / "source", {name: content})
            later = time + data.draw(st.integers(0, 1000))
            os.utime(folder / "source" / name, (later, later))
            (folder / "source" / name).chmod(data.draw(st.sampled_from([mode, 0o644])))
        output = folder / "lambda.zip"
        entries = source_entries([folder / "source"], leave_out=output)
        write(data.draw(st.permutations(entries)), output)
        packages.append(output.read_bytes())

    assert packages[0] == packages[1]
    with zipfile.ZipFile(io.BytesIO(packages[0])) as archive:
        assert {name: archive.read(name) for name in files} == {
            name: content for name, (content, _, _) in files.items()
        }


def test_lambda_can_read_every_file_and_run_every_program(tmp_path: Path, source: Path) -> None:
    write_files(source, {"tool": "#!/bin/sh\n", "native.so": b"\x7fELF...", "data.bin": b"\0"})
    for path in source.iterdir():
        path.chmod(0o600)

    build(tmp_path, "--source", source)

    with zipfile.ZipFile(tmp_path / "lambda.zip") as archive:
        members = {member.filename: member for member in archive.infolist()}
    for name, mode in {
        "chat.py": 0o100644,
        "data.bin": 0o100644,
        "tool": 0o100755,
        "native.so": 0o100755,
        "websocket_api/events.py": 0o100644,
    }.items():
        assert members[name].external_attr >> 16 == mode, name
        assert members[name].date_time == (1980, 1, 1, 0, 0, 0)


def test_unzip_of_the_system_reads_the_package(tmp_path: Path, source: Path) -> None:
    write_files(source, {"grüße.py": "hello = 1\n"})
    build(tmp_path, "--source", source)

    subprocess.run(
        (sys.executable, "-m", "zipfile", "-e", tmp_path / "lambda.zip", tmp_path / "unpacked"),
        check=True,
    )

    assert (tmp_path / "unpacked/grüße.py").read_text() == "hello = 1\n"


@pytest.mark.parametrize("name", ["websocket_api/extra.py", "websocket_api.py"])
def test_name_of_our_library_is_taken(source: Path, refusal: Callable[..., str], name: str) -> None:
    write_files(source, {name: "mine"})

    assert f"{source} holds {name}, but the name websocket_api is that of" in refusal(
        "--source", source
    )


def test_file_from_two_places_is_refused(
    tmp_path: Path, source: Path, refusal: Callable[..., str]
) -> None:
    more = write_files(tmp_path / "more", {"chat.py": "other"})

    message = refusal("--source", source, "--source", more)

    assert f"chat.py comes from both {source} and {more}" in message


def test_more_than_lambda_takes_is_refused() -> None:
    entry = Entry("a.bin", "here", b"", zipfile.ZIP_STORED, 0, 200 * 1024 * 1024, executable=False)
    other = Entry("b.bin", "here", b"", zipfile.ZIP_STORED, 0, 50 * 1024 * 1024, executable=False)
    check([entry, other])

    over = Entry("c.bin", "here", b"", zipfile.ZIP_STORED, 0, 1, executable=False)
    with pytest.raises(PackageError, match=r"262,144,001 bytes unzipped, .* 262,144,000"):
        check([entry, other, over])


def test_more_files_than_the_zip_can_hold_are_refused() -> None:
    files = [
        Entry(f"{number}.txt", "here", b"", zipfile.ZIP_STORED, 0, 0, executable=False)
        for number in range(65_536)
    ]
    check(files[1:])

    with pytest.raises(PackageError, match="has 65,536 files, and its zip can hold 65,535"):
        check(files)


def test_old_package_survives_a_failure(
    tmp_path: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(tmp_path, "--source", source)
    before = (tmp_path / "lambda.zip").read_bytes()

    def fill_the_disk(*_: object) -> Any:
        yield b"half of a zip"
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(zip_file, "_zip_parts", fill_the_disk)

    assert main(["--source", str(source), "--output", str(tmp_path / "lambda.zip")]) == 1
    assert (tmp_path / "lambda.zip").read_bytes() == before
    assert not list(tmp_path.glob(".lambda*"))
