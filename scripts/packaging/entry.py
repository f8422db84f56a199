"""One file of a package, as its zip holds it."""

from __future__ import annotations

import zipfile
import zlib
from dataclasses import dataclass, replace

from scripts.packaging import deflate


class PackageError(Exception):
    """The package cannot be built; the message says what is wrong, where, and what to do."""


@dataclass(frozen=True)  # no slots: they came with Python 3.10
class Entry:
    """One file of the zip.

    Attributes:
        name: Its path in the zip.
        origin: Where it came from, for error messages.
        content: Its bytes as they stand in the zip.
        method: How they stand there: zipfile.ZIP_STORED or zipfile.ZIP_DEFLATED.
        crc: CRC-32 of the file itself.
        size: Bytes of the file itself.
        executable: Whether it may be run as a program.
    """

    name: str
    origin: str
    content: bytes
    method: int
    crc: int
    size: int
    executable: bool


def stored(content: bytes, *, name: str, origin: str) -> Entry:
    """Return the entry of a file that stands in the zip as it is."""
    return Entry(
        name=name,
        origin=origin,
        content=content,
        method=zipfile.ZIP_STORED,
        crc=zlib.crc32(content),
        size=len(content),
        # The mode on disk depends on umask and file system; what a file begins with does not.
        executable=content.startswith((b"#!", b"\x7fELF")),
    )


def deflated(content: bytes, *, name: str, origin: str) -> Entry:
    """Return the entry of a file that stands in the zip compressed, if that makes it smaller."""
    entry = stored(content, name=name, origin=origin)
    compressed = deflate.compress(content)
    if len(compressed) >= len(content):
        return entry
    return replace(entry, content=compressed, method=zipfile.ZIP_DEFLATED)
