"""From which files a zip was made: found by comparing, whatever made it.

No packager says where it took a file from. But what it packs as it is lies on disk under the same
name, in folders that bear the names of the zip's own.
"""

import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Self

from local_aws.watch.folders import content_of
from local_aws.watch.package import Package
from local_aws.watch.python_code import program_of

Kind = tuple[Path, str]
"""Files of one kind: their folder and their suffix."""


@dataclass(frozen=True, slots=True)
class Place:
    """A folder whose files are in a zip, in its folder `prefix`, which ends in a slash or is ""."""

    folder: Path
    prefix: str

    def name_of(self, path: Path) -> str:
        """Return the name in the zip of a file below the folder."""
        return self.prefix + path.relative_to(self.folder).as_posix()


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the files of one zip come from.

    Attributes:
        files: The file from which each was made, by its name in the zip; some have none.
        checksums: The CRC-32 of each of these files, as it was then.
        packed: The place of each kind of file that is packed as a whole, new ones included.
        unpacked: The kinds of files that are not, or not all of them.
    """

    files: Mapping[str, Path]
    checksums: Mapping[str, int]
    packed: Mapping[Kind, Place]
    unpacked: frozenset[Kind]

    @classmethod
    def of(cls, package: Package, candidates: Iterable[Path], *, nearest: Iterable[Path]) -> Self:
        """Find the sources of a zip.

        Args:
            package: The zip.
            candidates: Every file that may be one.
            nearest: Of two copies of a file, the one below an earlier of these folders is meant.
        """
        by_name = defaultdict(list)
        for path in candidates:
            by_name[path.name].append(path)
        comparison = _Comparison(package)
        found = {
            name: comparison.those_in(name, by_name[PurePosixPath(name).name])
            for name in package.names
        }
        # The many files that come from one place tell: an empty __init__.py could be from anywhere.
        votes = Counter(_place(name, path) for name, paths in found.items() for path in paths)
        folders = tuple(nearest)

        def likelihood(name: str, path: Path) -> tuple[int, int, int]:
            place = _place(name, path)
            rank = next((i for i, each in enumerate(folders) if each in path.parents), len(folders))
            return votes[place], -rank, -len(place.prefix)

        files = {
            name: max((likelihood(name, path), path) for path in paths)[1]
            for name, paths in found.items()
            if paths
        }
        linked = set(files.values())
        all_files = (path for paths in by_name.values() for path in paths)
        unpacked = frozenset(_kind(path) for path in all_files if path not in linked)
        counts = Counter(_kind(path) for path in linked)
        # One file alone may have been picked out by its name.
        packed = {
            kind: _place(name, path)
            for name, path in files.items()
            if counts[kind := _kind(path)] > 1 and kind not in unpacked
        }
        checksums = {name: comparison.checksum(path) for name, path in files.items()}
        return cls(files, checksums, packed, unpacked)

    def names_of(self, path: Path) -> tuple[str, ...]:
        """Return the names in the zip of a file, which may be new; none if it does not belong."""
        names = tuple(name for name, source in self.files.items() if source == path)
        if names:
            return names
        for folder in path.parents:
            kind = folder, path.suffix
            if kind in self.unpacked:
                break
            if kind in self.packed:
                return (self.packed[kind].name_of(path),)
        return ()


@dataclass(frozen=True, slots=True)
class _Comparison:
    """Compares files on disk with those of one zip, and reads each but once."""

    package: Package
    contents: dict[Path, bytes | None] = field(default_factory=dict)
    programs: dict[Path | str, str | None] = field(default_factory=dict)

    def those_in(self, name: str, paths: Iterable[Path]) -> list[Path]:
        """Return the files that the zip holds under a name, if only the program that each is."""
        return [path for path in paths if self._is_in(name, path)]

    def checksum(self, path: Path) -> int:
        """Return the CRC-32 of a file that was compared."""
        return zlib.crc32(self.contents[path] or b"")

    def _is_in(self, name: str, path: Path) -> bool:
        if path not in self.contents:
            self.contents[path] = content_of(path)
        content = self.contents[path]
        if content is None:
            return False
        return self.package.holds(name, content) or (
            path.suffix == ".py" and self._program(path, content) == self._packed_program(name)
        )

    def _program(self, path: Path, content: bytes) -> str | None:
        if path not in self.programs:
            self.programs[path] = program_of(content)
        return self.programs[path]

    def _packed_program(self, name: str) -> str | None:
        if name not in self.programs:
            self.programs[name] = program_of(self.package.read(name))
        return self.programs[name] or "no program"


def _kind(path: Path) -> Kind:
    return path.parent, path.suffix


def _place(name: str, path: Path) -> Place:
    """Return the highest folder from which `path` would get its name in the zip."""
    folder, left = path.parent, PurePosixPath(name).parent
    while left.name and left.name == folder.name:
        folder, left = folder.parent, left.parent
    return Place(folder, f"{left}/" if left.name else "")
