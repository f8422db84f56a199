"""The folders of sources that go into a package: ours, and those of a user."""

from __future__ import annotations

import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.packaging import python_source
from scripts.packaging.entry import Entry, PackageError, deflated, stored
from scripts.packaging.reachable import reachable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

PROJECT_DIRECTORY = Path(__file__).resolve().parents[2]
OWN_SOURCES = PROJECT_DIRECTORY / "lambda_src"
LIBRARY = "websocket_api"
HANDLERS = "handlers"
AUTHORIZER = "jwt_authorizer"
WORKER = "websocket_api/fanout/worker.py"

EXCLUDED_DIRECTORIES = ("__pycache__", "tests", "node_modules", "venv", "*.egg-info")
EXCLUDED_FILES = ("*.py[co]", "test_*.py", "*_test.py", "conftest.py", "*~", "#*#", "Thumbs.db")


def source_entries(sources: Sequence[Path], *, leave_out: Path) -> list[Entry]:
    """Return our library, the files of each folder in `sources`, and our handlers.

    The library goes without what tests alone need. If there is no folder, it goes without what
    neither our handlers nor the worker of the fan-out import. Our handlers give way to a `handlers`
    folder in one of `sources`. `leave_out` is a file that is no source although it may lie among
    them.

    Raises:
        PackageError: a folder is missing or empty, or holds a link that leaves it.
    """
    users = [
        stored(path.read_bytes(), name=name, origin=str(source))
        for source in sources
        for name, path in _files(source, leave_out=leave_out)
    ]
    own = _own_files(LIBRARY, leave_out=leave_out)
    if not any(entry.name.startswith(f"{HANDLERS}/") for entry in users):
        own.update(_own_files(HANDLERS, leave_out=leave_out))
    if not sources:
        roots = [name for name in own if name.startswith(f"{HANDLERS}/")]
        wanted = reachable(own, [*roots, WORKER])
        own = {name: content for name, content in own.items() if name in wanted}
    return _own_entries(own) + users


def authorizer_entries(*, leave_out: Path) -> list[Entry]:
    """Return the files of the JWT authorizer; it stands alone, without our library."""
    return _own_entries(_own_files(AUTHORIZER, leave_out=leave_out))


def _own_entries(files: Mapping[str, bytes]) -> list[Entry]:
    return [
        deflated(content, name=name, origin=str(OWN_SOURCES / name.partition("/")[0]))
        for name, content in files.items()
    ]


def _own_files(package: str, *, leave_out: Path) -> dict[str, bytes]:
    """Return the files of one of our packages as they are packed, by their path in the zip."""
    files = {}
    for name, path in _files(OWN_SOURCES / package, leave_out=leave_out):
        # What only tests need of the library.
        if name.startswith("testing/"):
            continue
        content = path.read_bytes()
        if path.suffix == ".py":
            content = python_source.strip(content.decode()).encode()
        files[f"{package}/{name}"] = content
    return files


def _files(folder: Path, *, leave_out: Path) -> list[tuple[str, Path]]:
    """Return the files of a folder that belong in a package, each with its path in there."""
    if not folder.is_dir():
        raise PackageError(f"{folder} is no folder; give one that holds Python files.")
    files = [
        (path.relative_to(folder).as_posix(), path)
        for path in _source_files(folder, folder.resolve())
        if path.absolute() != leave_out
    ]
    if not files:
        raise PackageError(f"{folder} holds no file to package.")
    return files


def _source_files(folder: Path, top: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        is_directory = path.is_dir()
        excluded = EXCLUDED_DIRECTORIES if is_directory else EXCLUDED_FILES
        if path.name.startswith(".") or any(fnmatch.fnmatch(path.name, one) for one in excluded):
            continue
        if path.is_symlink() and not (path.is_file() and top in path.resolve().parents):
            raise PackageError(
                f"{path} is a symbolic link to {path.readlink()}; put the files themselves there."
            )
        if is_directory:
            yield from _source_files(path, top)
        elif path.is_file():
            yield path
