"""A function's zip, and how it is with other files in it."""

import io
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

_READABLE: Final = 0o644 << 16
_EARLIEST: Final = (1980, 1, 1, 0, 0, 0)


class Package:
    """The zip that is deployed; it stays as it is."""

    def __init__(self, data: bytes) -> None:
        """Read a zip.

        Raises:
            zipfile.BadZipFile: It is none.
        """
        self._data = data
        self._archive = zipfile.ZipFile(io.BytesIO(data))
        self._entries = {
            each.filename: each for each in self._archive.infolist() if not each.is_dir()
        }

    @classmethod
    def of_file(cls, path: Path) -> "Package":
        """Read a file that is a zip."""
        return cls(path.read_bytes())

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the files in it."""
        return tuple(self._entries)

    def read(self, name: str) -> bytes:
        """Return what is in the file of that name."""
        return self._archive.read(self._entries[name])

    def holds(self, name: str, content: bytes) -> bool:
        """Tell whether this is what is in the file of that name."""
        entry = self._entries[name]
        return entry.file_size == len(content) and zlib.crc32(content) == entry.CRC

    def with_files(self, files: Mapping[str, bytes | None]) -> bytes:
        """Return a zip with other contents of some files; None leaves one out.

        What stays is not compressed again, which would take long where there is much.
        """
        if not files:
            return self._data
        result = io.BytesIO(self._data)
        with zipfile.ZipFile(result, "a") as archive:
            archive.filelist = [each for each in archive.filelist if each.filename not in files]
            archive.NameToInfo = {each.filename: each for each in archive.filelist}
            archive.comment = archive.comment  # which has the list of files be written anew
            for name, content in files.items():
                if content is not None:
                    entry = zipfile.ZipInfo(name, _EARLIEST)
                    known = self._entries.get(name)
                    entry.external_attr = _READABLE if known is None else known.external_attr
                    archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
        return result.getvalue()
