"""Deployment packages: the zips of functions and of layers, unpacked as Lambda unpacks them.

On AWS, a function lies below `/var/task` and its layers below `/opt`.
"""

import asyncio
import hashlib
import os
import shutil
import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from local_aws.lambda_service.errors import InvalidZipFileError
from local_aws.lambda_service.guardian import remove_tree
from local_aws.publication import Function

MAXIMUM_UNPACKED_BYTES = 262_144_000
"""What all files of a function may take ("Lambda quotas" in the AWS Lambda Developer Guide)."""

_MADE_ON_UNIX = 3
_READABLE = 0o555
# What zipfile raises for damaged, encrypted and otherwise unknown archives.
_UNREADABLE = (OSError, ValueError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error)


class DeploymentPackages:
    """The unpacked packages of one service, each unpacked once and shared by its environments."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._unpacked: dict[str, asyncio.Task[Path]] = {}

    async def task_root(self, function: Function) -> Path:
        """Return the directory that holds the function's own code, read-only.

        Raises:
            InvalidZipFileError: The zip is missing, broken, unsafe or too large; the next call
                tries again.
        """
        name = f"the deployment package of function {function.name}"
        return await self._unpack_once(function.code_sha256, function.code_path, name)

    async def layers(self, function: Function) -> tuple[Path, ...]:
        """Return the directory of each of the function's layers, the topmost first.

        Raises:
            InvalidZipFileError: As for the function's own package.
        """
        name = f"a layer of function {function.name}"
        layers = (self._unpack_once(str(path), path, name) for path in function.layer_paths)
        return tuple(reversed(await asyncio.gather(*layers)))

    async def _unpack_once(self, key: str, archive: Path, name: str) -> Path:
        task = self._unpacked.get(key)
        if task is None or (task.done() and task.exception() is not None):
            # The key may hold slashes, which no name of a directory may.
            destination = self._directory / hashlib.sha256(key.encode()).hexdigest()[:16]
            task = asyncio.create_task(asyncio.to_thread(unpack, archive, destination, name=name))
            self._unpacked[key] = task
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Wait until nothing is being unpacked any more; the directory is the caller's."""
        await asyncio.gather(*self._unpacked.values(), return_exceptions=True)


def unpack(archive: Path, destination: Path, *, name: str) -> Path:
    """Unpack a zip into a new directory and return that; `name` says in errors which zip it is.

    Files keep their modes, as everybody else than their owner has them: Lambda runs a function as
    such a user, and a file that only its owner may read fails there. Nothing may be written.

    Raises:
        InvalidZipFileError: The zip is missing, broken or too large, or an entry would land outside
            of the directory; nothing is left of it then.
    """
    try:
        with zipfile.ZipFile(archive) as package:
            entries = package.infolist()
            _check(entries)
            destination.mkdir(parents=True)
            # Links come last, so that no file is written through one.
            for entry in sorted(entries, key=_is_link):
                _unpack_entry(package, entry, destination)
        for parent, _, _ in os.walk(destination, topdown=False):
            Path(parent).chmod(_READABLE)
    except _UNREADABLE as error:
        remove_tree(destination)
        raise InvalidZipFileError(f"Lambda could not unzip {name} ({archive}): {error}") from error
    return destination


def _check(entries: list[zipfile.ZipInfo]) -> None:
    size = sum(entry.file_size for entry in entries)
    if size > MAXIMUM_UNPACKED_BYTES:
        raise ValueError(
            f"its files take {size} bytes; at most {MAXIMUM_UNPACKED_BYTES} are allowed."
        )
    for entry in entries:
        path = PurePosixPath(entry.filename)
        if path.is_absolute() or ".." in path.parts:
            raise ValueError(f"its entry {entry.filename!r} lies outside of the package.")


def _unpack_entry(package: zipfile.ZipFile, entry: zipfile.ZipInfo, destination: Path) -> None:
    path = destination / entry.filename
    path.parent.mkdir(parents=True, exist_ok=True)
    if entry.is_dir():
        path.mkdir(exist_ok=True)
    elif _is_link(entry):
        path.symlink_to(_link_target(package, entry))
    else:
        with package.open(entry) as source, path.open("wb") as target:
            shutil.copyfileobj(source, target)
        path.chmod(_mode(entry))


def _link_target(package: zipfile.ZipFile, entry: zipfile.ZipInfo) -> str:
    target = package.read(entry).decode()
    inside = os.path.normpath(PurePosixPath(entry.filename).parent / target)
    if inside.startswith(("/", "..")):
        raise ValueError(f"its link {entry.filename!r} leads outside of the package.")
    return target


def _is_link(entry: zipfile.ZipInfo) -> bool:
    return stat.S_ISLNK(entry.external_attr >> 16)


def _mode(entry: zipfile.ZipInfo) -> int:
    if entry.create_system != _MADE_ON_UNIX:
        return _READABLE
    others = entry.external_attr >> 16 & 0o5
    return others << 6 | others << 3 | others
