"""The folders in which a root, its modules and the sources of its functions lie."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

_VERSION_CONTROL: Final = (".git", ".hg", ".jj", ".svn")
_NOT_SOURCES: Final = frozenset({"__pycache__", "node_modules", "venv"})


def projects(folders: Iterable[Path], *, current: Path) -> tuple[Path, ...]:
    """Return the folders that hold everything that belongs to `folders`, none within another.

    Handlers need not lie in the root: often they are beside it. So all of a working copy counts; of
    what is in none, all that is below the current folder, if that is a project rather than a home.
    """
    found = {_project(folder.resolve(), current.resolve()) for folder in folders}
    return tuple(sorted(each for each in found if found.isdisjoint(each.parents)))


def folders_below(folder: Path) -> Iterator[Path]:
    """Yield `folder` and all below it, but none that is hidden or that no sources are in."""
    for path, names, _ in os.walk(folder):
        names[:] = [name for name in names if not _is_ignored(name)]
        yield Path(path)


def files_in(folders: Iterable[Path]) -> Iterator[os.DirEntry[str]]:
    """Yield the files of each of `folders`, but none of those below; a folder may be gone."""
    for folder in folders:
        try:
            with os.scandir(folder) as entries:
                yield from (entry for entry in entries if _is_source(entry))
        except OSError:
            continue


def content_of(path: Path) -> bytes | None:
    """Return what is in a file; None for one that is gone or cannot be read."""
    try:
        return path.read_bytes() if path.is_file() else None
    except OSError:
        return None


def _project(folder: Path, current: Path) -> Path:
    for each in (folder, *folder.parents):
        if any((each / name).exists() for name in _VERSION_CONTROL):
            return each
    is_home = current in {Path(current.anchor), Path.home()}
    return current if current in folder.parents and not is_home else folder


def _is_ignored(name: str) -> bool:
    return name.startswith(".") or name in _NOT_SOURCES


def _is_source(entry: os.DirEntry[str]) -> bool:
    # Names that end so are those of editors' backups.
    return not entry.name.startswith(".") and not entry.name.endswith("~") and entry.is_file()
