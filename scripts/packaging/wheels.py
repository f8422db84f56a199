"""The wheels of pinned requirements, as they go into a package."""

from __future__ import annotations

import fnmatch
import os
import re
import struct
import subprocess
import sys
import tempfile
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from scripts.packaging.entry import Entry, PackageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

# What an installer writes beside a package, or what would be wrong after we have moved files.
EXCLUDED_WHEEL_FILES = ("RECORD", "RECORD.*", "INSTALLER", "REQUESTED", "direct_url.json")

MACHINES = {"arm64": "aarch64", "x86_64": "x86_64"}
# "Lambda runtimes": Python 3.12 and later run on Amazon Linux 2023, earlier ones on Amazon Linux 2.
GLIBC_MINOR_AMAZON_LINUX_2023 = 34
GLIBC_MINOR_AMAZON_LINUX_2 = 26
FIRST_MINOR_ON_AMAZON_LINUX_2023 = 12

PINNED = re.compile(
    r"([A-Za-z0-9][A-Za-z0-9._-]*)\s*(\[[^\]]*\])?\s*==\s*([^\s;,*=]+)\s*(;|--hash|$)"
)


def requirement_entries(
    requirements: Path, *, architecture: str, python_version: str
) -> list[Entry]:
    """Return the files of the wheels that `requirements` pins.

    Everything must be pinned with `==`, dependencies included: only then are the same sources the
    same bytes tomorrow. Environment markers are judged by pip, on the Python that runs this file.

    Raises:
        PackageError: a requirement is not pinned, or has no wheel for this kind of function.
    """
    pinned = _pinned_requirements(requirements)
    if not pinned:
        return []
    with tempfile.TemporaryDirectory() as directory:
        _download_wheels(
            requirements,
            Path(directory),
            tags=_wheel_tags(architecture, python_version),
            target=f"{architecture} and Python {python_version}",
        )
        wheels = sorted(Path(directory).glob("*.whl"))
        _check_all_pinned(wheels, pinned, requirements)
        return [entry for wheel in wheels for entry in _wheel_entries(wheel)]


def _pinned_requirements(requirements: Path, including: tuple[Path, ...] = ()) -> dict[str, str]:
    """Return name → version of every requirement, files named by -r included."""
    if not requirements.is_file():
        raise PackageError(f"{requirements} is no file; give a file of pinned requirements.")
    if requirements in including:
        raise PackageError(f"{requirements} includes itself; remove one of its -r lines.")
    pinned: dict[str, str] = {}
    text = requirements.read_text(encoding="utf-8", errors="replace").replace("\\\n", " ")
    for line in text.splitlines():
        requirement = re.sub(r"(^|\s)#.*", "", line).strip()
        included = re.fullmatch(r"(?:-r|--requirement)[ =]*(\S+)", requirement)
        if included:
            other = requirements.parent / included[1]
            pinned.update(_pinned_requirements(other, (*including, requirements)))
        elif requirement and not re.match(r"--?(?!e\b|editable)\w", requirement):
            match = PINNED.match(requirement)
            if not match:
                raise PackageError(
                    f"{requirements} does not pin '{requirement.split()[0]}'; write name==version, "
                    "so that the same sources give the same package."
                )
            pinned[_normalized(match[1])] = match[3]
    return pinned


def _wheel_tags(architecture: str, python_version: str) -> list[str]:
    """Return pip's options for the wheels that run on Lambda, the best platform first."""
    machine = MACHINES[architecture]
    minor = int(python_version.partition(".")[2])
    newest = (
        GLIBC_MINOR_AMAZON_LINUX_2023
        if minor >= FIRST_MINOR_ON_AMAZON_LINUX_2023
        else GLIBC_MINOR_AMAZON_LINUX_2
    )
    platforms = [f"manylinux_2_{glibc}_{machine}" for glibc in range(newest, 16, -1)]
    platforms.append(f"manylinux2014_{machine}")
    if machine == "x86_64":
        platforms += ["manylinux_2_12_x86_64", "manylinux2010_x86_64"]
        platforms += ["manylinux_2_5_x86_64", "manylinux1_x86_64"]
    tags = [f"--platform={platform}" for platform in platforms]
    tags += ["--implementation=cp", f"--python-version={python_version}", f"--abi=cp3{minor}"]
    return tags


def _download_wheels(
    requirements: Path, directory: Path, *, tags: Sequence[str], target: str
) -> None:
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    pip += ["--no-input", "--only-binary=:all:", f"--dest={directory}", *tags]
    pip.append(f"--requirement={requirements}")
    finished = subprocess.run(  # noqa: S603 - pip of the running Python, with our own options
        pip, capture_output=True, encoding="utf-8", errors="replace", check=False
    )
    if finished.returncode == 0:
        return
    if "No module named pip" in finished.stderr:
        raise PackageError(
            f"{sys.executable} has no pip, which --requirements needs; install it "
            "(`python3 -m ensurepip`, or the package python3-pip)."
        )
    missing = re.search(r"No matching distribution found for (\S+)", finished.stderr)
    if missing:
        raise PackageError(
            f"{missing[1]} ({requirements}) has no wheel for {target}; pin a version that has one, "
            "or choose the architecture or Python version that it has one for."
        )
    errors = [line for line in finished.stderr.splitlines() if line.startswith("ERROR")]
    raise PackageError(
        f"pip could not download {requirements}: " + ("\n".join(errors) or finished.stderr.strip())
    )


def _check_all_pinned(wheels: Iterable[Path], pinned: dict[str, str], requirements: Path) -> None:
    unpinned = []
    for wheel in wheels:
        name, version = wheel.name.split("-")[:2]
        if _normalized(name) not in pinned:
            unpinned.append(f"{_normalized(name)}=={version}")
    if unpinned:
        raise PackageError(
            f"{requirements} pins no version of packages that its packages need; add "
            + ", ".join(unpinned)
        )


def _normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _wheel_entries(wheel: Path) -> Iterator[Entry]:
    """Yield the files of `wheel` where an installation would put them.

    Their compressed bytes are taken over as they are: a small zip without a compressor of ours.
    """
    _check_undamaged(wheel)
    with wheel.open("rb") as file, zipfile.ZipFile(file) as archive:
        for member in archive.infolist():
            name = _installed_name(member.filename)
            if name is None:
                continue
            if member.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
                raise PackageError(
                    f"{wheel.name} compresses {member.filename} in a way that Lambda cannot read."
                )
            file.seek(member.header_offset)
            name_length, extra_length = struct.unpack("<26xHH", file.read(30))
            file.seek(name_length + extra_length, os.SEEK_CUR)
            yield Entry(
                name=name,
                origin=wheel.name,
                content=file.read(member.compress_size),
                method=member.compress_type,
                crc=member.CRC,
                size=member.file_size,
                executable=bool(member.external_attr >> 16 & 0o111),
            )


def _check_undamaged(wheel: Path) -> None:
    try:
        with zipfile.ZipFile(wheel) as archive:
            damaged = archive.testzip()
    except (zipfile.BadZipFile, zlib.error) as error:
        damaged = str(error)
    if damaged:
        raise PackageError(f"{wheel.name} is damaged ({damaged}); remove it from pip's cache.")


def _installed_name(member: str) -> str | None:
    """Return the path in the zip of a wheel's member, or None if it has no place there.

    The rules for `.data` folders are those of "Binary distribution format".
    """
    path = PurePosixPath(member)
    parts = path.parts
    if member.endswith("/") or fnmatch.fnmatch(path.name, "*.py[co]"):
        return None
    if path.is_absolute() or ".." in parts:
        raise PackageError(f"A wheel holds the path {member}, which leaves its folder.")
    if parts[0].endswith(".dist-info") and any(
        fnmatch.fnmatch(path.name, pattern) for pattern in EXCLUDED_WHEEL_FILES
    ):
        return None
    relocated = re.fullmatch(r"[^/]+\.data/([^/]+)/(.+)", member)
    if relocated:
        return relocated[2] if relocated[1] in {"purelib", "platlib"} else None
    return member
