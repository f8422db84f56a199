"""What of a function's code was built for certain machines and Pythons only.

Lambda runs a function on the processor that its Architectures name; here it runs on whatever this
machine has.
"""

import asyncio
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from local_aws.lambda_service.errors import ForeignCodeError
from local_aws.lambda_service.platforms import Platform, expand_tag
from local_aws.publication import Function

# The header of a library in Linux's format, from "elf(5)" in the Linux manual pages.
_ELF = b"\x7fELF"
_ELF_HEADER_BYTES = 20
_ELF_ENDIANNESS, _ELF_LITTLE_ENDIAN = 5, 1
_ELF_MACHINE = slice(18, 20)
_ELF_MACHINES = {62: "x86_64", 183: "arm64"}


@dataclass(frozen=True, slots=True)
class Wheel:
    """An installed wheel; `tags` are the combinations of Python, ABI and platform it is for."""

    name: str
    version: str
    tags: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.name} {self.version} ({self.tags[0]})"


@dataclass(frozen=True, slots=True)
class Library:
    """A shared library in the format of Linux, and the processor that it was built for."""

    path: Path
    machine: str

    def __str__(self) -> str:
        return f"{self.path} ({self.machine})"


@dataclass(frozen=True, slots=True)
class Binaries:
    """The wheels of a function's code that are not pure Python, and libraries of no wheel."""

    wheels: tuple[Wheel, ...] = ()
    libraries: tuple[Library, ...] = ()

    def check(self, function: Function, place: Platform) -> None:
        """Refuse a function that cannot run on a platform.

        Raises:
            ForeignCodeError: There is a wheel or a library for another machine, or a wheel for
                another Python; the message names it and says what to change.
        """
        foreign = [each for each in self.wheels if not any(map(place.runs, each.tags))]
        elsewhere = [
            each for each in foreign if not any(map(place.runs_with_another_python, each.tags))
        ]
        if elsewhere:
            raise _other_machine(function, place, elsewhere)
        if foreign:
            raise _other_python(function, place, foreign)
        # Some bring the library of each machine, and load the one that fits.
        loadable = place.system in {"linux", "musl"}
        if self.libraries and not any(
            loadable and each.machine == place.machine for each in self.libraries
        ):
            raise _other_machine(function, place, self.libraries[:3])


class BinariesOfDirectories:
    """What directories hold, each looked through once."""

    def __init__(self) -> None:
        self._found: dict[Path, asyncio.Task[Binaries]] = {}

    async def of(self, directory: Path) -> Binaries:
        """Return what `binaries_in` finds; nothing may change in the directory any more."""
        task = self._found.get(directory)
        if task is None:
            task = asyncio.create_task(asyncio.to_thread(binaries_in, directory))
            self._found[directory] = task
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Wait until nothing is being looked through any more."""
        await asyncio.gather(*self._found.values(), return_exceptions=True)


def binaries_in(directory: Path) -> Binaries:
    """Find what a directory on Python's path, if it exists, holds for certain platforms only.

    The metadata of wheels says what they are for. Where there is none, as some leave it out to save
    space, the headers of the libraries do.
    """
    wheels = tuple(_wheels(directory))
    if not wheels:
        return Binaries(libraries=tuple(_libraries(directory)))
    return Binaries(
        tuple(each for each in wheels if not any(tag.endswith("-any") for tag in each.tags))
    )


def _wheels(directory: Path) -> Iterator[Wheel]:
    for path in _readable(directory.glob("*.dist-info/WHEEL")):
        name, _, version = path.parent.name.removesuffix(".dist-info").partition("-")
        fields = (line.partition(":") for line in _text(path).splitlines())
        tags = tuple(
            tag for key, _, value in fields if key == "Tag" for tag in expand_tag(value.strip())
        )
        if tags:
            yield Wheel(name, version, tags)


def _libraries(directory: Path) -> Iterator[Library]:
    for path in _readable(directory.rglob("*.so")):
        with path.open("rb") as library:
            header = library.read(_ELF_HEADER_BYTES)
        if len(header) < _ELF_HEADER_BYTES or not header.startswith(_ELF):
            continue
        little = header[_ELF_ENDIANNESS] == _ELF_LITTLE_ENDIAN
        number = int.from_bytes(header[_ELF_MACHINE], "little" if little else "big")
        yield Library(path.relative_to(directory), _ELF_MACHINES.get(number, f"machine {number}"))


def _readable(paths: Iterable[Path]) -> list[Path]:
    """Leave out what a function cannot read either."""
    return sorted(path for path in paths if os.access(path, os.R_OK))


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def _other_machine(
    function: Function, place: Platform, built: Sequence[Wheel | Library]
) -> ForeignCodeError:
    names = ", ".join(map(str, built))
    problem = f"Function {function.name} cannot run on this machine: its package holds {names}"
    if place.system != "linux":
        return ForeignCodeError(
            f"{problem}, which was built for Lambda's Linux, and not for {place.system}. Run it on "
            "a Linux with glibc, or package what is pure Python."
        )
    advice = (
        f"Set the Architectures of the function to {place.machine}: with "
        f"--var architecture={place.machine}, if the root has such a variable."
    )
    if function.architecture == place.machine:
        advice = "Package it again for that processor, which the function's Architectures name too."
    return ForeignCodeError(
        f"{problem}, and the processor here is {place.machine}; the Architectures of the function "
        f"are {function.architecture}. {advice}"
    )


def _other_python(function: Function, place: Platform, wheels: Sequence[Wheel]) -> ForeignCodeError:
    names = ", ".join(map(str, wheels))
    version = "{}.{}".format(*place.python)
    return ForeignCodeError(
        f"Function {function.name} cannot run on Python {version}: its package holds {names}. Its "
        f"runtime is {function.runtime}: install that Python, or package the function for "
        f"python{version}, and set its Runtime to that."
    )
