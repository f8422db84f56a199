"""The zip of a package: checked, and the same bytes for the same files."""

from __future__ import annotations

import hashlib
import os
import struct
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.packaging.entry import Entry, PackageError
from scripts.packaging.sources import AUTHORIZER, HANDLERS, LIBRARY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

# "Lambda quotas": a function's code, unzipped, has at most 250 MB.
MAXIMUM_UNZIPPED_BYTES = 250 * 1024 * 1024
# What a zip without the extension ZIP64 can count.
MAXIMUM_FILES = 65_535


def check(entries: Iterable[Entry]) -> None:
    """Refuse a package that Lambda would refuse or in which one file would hide another.

    Raises:
        PackageError: two files have one name, a package of ours is also someone else's, or the
            files are too many or too large.
    """
    origins: dict[str, str] = {}
    packages: dict[str, str] = {}
    total = 0
    for entry in entries:
        if entry.name in origins:
            raise PackageError(
                f"{entry.name} comes from both {origins[entry.name]} and {entry.origin}; "
                "rename or remove one."
            )
        origins[entry.name] = entry.origin
        package = entry.name.partition("/")[0].removesuffix(".py")
        first = packages.setdefault(package, entry.origin)
        if package in {LIBRARY, HANDLERS, AUTHORIZER} and first != entry.origin:
            raise PackageError(
                f"{entry.origin} holds {entry.name}, but the name {package} is that of {first}; "
                "rename it."
            )
        total += entry.size
    if total > MAXIMUM_UNZIPPED_BYTES:
        raise PackageError(
            f"The package has {total:,} bytes unzipped, and Lambda takes at most "
            f"{MAXIMUM_UNZIPPED_BYTES:,} (250 MB); require fewer or smaller packages."
        )
    if len(origins) > MAXIMUM_FILES:
        raise PackageError(
            f"The package has {len(origins):,} files, and its zip can hold {MAXIMUM_FILES:,}; "
            "require fewer packages."
        )


def write(entries: Iterable[Entry], output: Path) -> tuple[int, str]:
    """Write the zip to `output`, whole or not at all; return its size and SHA-256.

    Times and permissions are fixed and names are sorted, so the bytes depend on the files alone.
    """
    output.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    size = 0
    descriptor, temporary_name = tempfile.mkstemp(dir=output.parent, prefix=f".{output.name}.")
    temporary = Path(temporary_name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            for part in _zip_parts(sorted(entries, key=lambda entry: entry.name)):
                file.write(part)
                digest.update(part)
                size += len(part)
        temporary.chmod(0o644)
        temporary.replace(output)
    except BaseException:
        temporary.unlink()
        raise
    return size, digest.hexdigest()


def _zip_parts(entries: Sequence[Entry]) -> Iterator[bytes]:
    """Yield the zip, piece by piece, as ".ZIP File Format Specification" has it.

    The module zipfile cannot write members that are compressed already.
    """
    directory = []
    offset = 0
    for entry in entries:
        name = entry.name.encode()
        flags = 0 if entry.name.isascii() else 0x800
        # Version 2.0; flags; method; time 00:00:00 of 1 January 1980; CRC; sizes; lengths.
        common = struct.pack(
            "<HHHHHIIIHH",
            *(20, flags, entry.method, 0, 0x21, entry.crc, len(entry.content), entry.size),
            *(len(name), 0),
        )
        mode = 0o100755 if entry.executable else 0o100644
        made_by_unix = 3 << 8 | 20
        directory.append(
            struct.pack("<IH", 0x02014B50, made_by_unix)
            + common
            + struct.pack("<HHHII", 0, 0, 0, mode << 16, offset)
            + name
        )
        yield struct.pack("<I", 0x04034B50) + common + name
        yield entry.content
        offset += 4 + len(common) + len(name) + len(entry.content)
    yield from directory
    size = sum(map(len, directory))
    count = len(directory)
    yield struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, count, count, size, offset, 0)
