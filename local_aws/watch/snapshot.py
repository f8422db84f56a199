"""Which files there are at an instant, and which of them are others than at an earlier one."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from local_aws.watch.folders import files_in

Signature = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The files of some folders; what an editor does to save one is the same in the end.

    Attributes:
        signatures: What changes with each file's content: its inode, size, and time of change.
    """

    signatures: Mapping[Path, Signature]

    @classmethod
    def take(cls, folders: Iterable[Path]) -> Self:
        """Look at the files in each of `folders`, but not at those in folders below."""
        signatures = {}
        for entry in files_in(folders):
            try:
                status = entry.stat()
            except OSError:  # gone, or a link to nothing
                continue
            signatures[Path(entry.path)] = _signature(status)
        return cls(signatures)

    def of(self, folders: Iterable[Path]) -> Self:
        """Return what was seen in each of `folders`; one that was not looked at is seen now."""
        wanted = set(folders)
        known = {path: each for path, each in self.signatures.items() if path.parent in wanted}
        unknown = wanted - {path.parent for path in known}
        return type(self)(known | dict(self.take(unknown).signatures))

    def changes_since(self, earlier: "Snapshot") -> frozenset[Path]:
        """Return the files that came, went, or were written since."""
        changed = self.signatures.items() ^ earlier.signatures.items()
        return frozenset(path for path, _ in changed)


def _signature(status: os.stat_result) -> Signature:
    return status.st_ino, status.st_size, status.st_mtime_ns
