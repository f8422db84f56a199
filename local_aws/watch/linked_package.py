"""A deployed zip, joined to the files that it was made of."""

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

from local_aws.watch.folders import content_of
from local_aws.watch.package import Package
from local_aws.watch.sources import Sources


@dataclass(frozen=True, slots=True)
class LinkedPackage:
    """A zip as it was built, its sources, and what has been saved since.

    Attributes:
        package: The zip.
        sources: Where its files come from.
        saved: What is by now in those files that are others than in the zip, by their names there;
            None for one that is gone or cannot be read.
    """

    package: Package
    sources: Sources
    saved: Mapping[str, bytes | None] = field(default_factory=dict)

    def after(self, changed: Iterable[Path]) -> Self:
        """Return it with these files as they are now; it is equal to this one if they still are."""
        saved = dict(self.saved)
        for path in changed:
            content = content_of(path)
            for name in self.sources.names_of(path):
                if self._is_as_built(name, content):
                    saved.pop(name, None)
                else:
                    saved[name] = content
        return replace(self, saved=saved)

    def to_bytes(self) -> bytes:
        """Return the zip with what was saved."""
        return self.package.with_files(self.saved)

    def _is_as_built(self, name: str, content: bytes | None) -> bool:
        if content is None:
            return name not in self.package.names
        return zlib.crc32(content) == self.sources.checksums.get(name)
