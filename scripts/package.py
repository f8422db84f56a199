"""Build the Lambda package: `dist/lambda.zip`, the same bytes for the same sources everywhere.

The zip holds our `handlers/` and `websocket_api/`, or a user's own folder in place of our
handlers, and the pinned wheels of a requirements file, chosen for the function's architecture and
Python version. The JWT authorizer has a zip of its own, so that no other function carries its
wheels. Terraform runs this file during apply, so it needs nothing but Python 3.9.
"""

from __future__ import annotations

import argparse
import fnmatch
import hashlib
import os
import re
import struct
import subprocess
import sys
import tempfile
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

PROJECT_DIRECTORY = Path(__file__).resolve().parent.parent
OWN_SOURCES = PROJECT_DIRECTORY / "lambda_src"
LIBRARY = "websocket_api"
HANDLERS = "handlers"
AUTHORIZER = "jwt_authorizer"
AUTHORIZER_REQUIREMENTS = PROJECT_DIRECTORY / "requirements-jwt-authorizer.txt"

# "Lambda quotas": a function's code, unzipped, has at most 250 MB.
MAXIMUM_UNZIPPED_BYTES = 250 * 1024 * 1024
# What a zip without the extension ZIP64 can count.
MAXIMUM_FILES = 65_535

EXCLUDED_DIRECTORIES = ("__pycache__", "tests", "node_modules", "venv", "*.egg-info")
EXCLUDED_FILES = ("*.py[co]", "test_*.py", "*_test.py", "conftest.py", "*~", "#*#", "Thumbs.db")
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


def main(arguments: Sequence[str]) -> int:
    """Build the package that the command line asks for; return the exit code."""
    options = _parse_command_line(arguments)
    try:
        output = options.output.absolute()
        if options.authorizer:
            entries = authorizer_entries(leave_out=output)
        else:
            entries = source_entries(options.source, leave_out=output)
        if options.requirements is not None:
            entries += requirement_entries(
                options.requirements,
                architecture=options.architecture,
                python_version=options.python_version,
            )
        check(entries)
        size, digest = write(entries, output)
    except (PackageError, OSError) as error:
        print(f"package.py: {error}", file=sys.stderr)
        return 1
    print(f"{options.output}  {size:,} bytes  SHA-256 {digest}")
    return 0


def source_entries(sources: Sequence[Path], *, leave_out: Path) -> list[Entry]:
    """Return our library, the files of each folder in `sources`, and our handlers.

    The library goes without what tests alone need. Our handlers give way to a `handlers` folder in
    one of `sources`. `leave_out` is a file that is no source although it may lie among them.

    Raises:
        PackageError: a folder is missing or empty, or holds a link that leaves it.
    """
    library = _folder_entries(OWN_SOURCES / LIBRARY, prefix=f"{LIBRARY}/", leave_out=leave_out)
    entries = [entry for entry in library if not entry.name.startswith(f"{LIBRARY}/testing/")]
    for source in sources:
        entries += _folder_entries(source, prefix="", leave_out=leave_out)
    if not any(entry.name.startswith(f"{HANDLERS}/") for entry in entries):
        own_handlers = OWN_SOURCES / HANDLERS
        entries += _folder_entries(own_handlers, prefix=f"{HANDLERS}/", leave_out=leave_out)
    return entries


def authorizer_entries(*, leave_out: Path) -> list[Entry]:
    """Return the files of the JWT authorizer; it stands alone, without our library."""
    return _folder_entries(OWN_SOURCES / AUTHORIZER, prefix=f"{AUTHORIZER}/", leave_out=leave_out)


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


def _folder_entries(folder: Path, *, prefix: str, leave_out: Path) -> list[Entry]:
    if not folder.is_dir():
        raise PackageError(f"{folder} is no folder; give one that holds Python files.")
    entries = [
        _file_entry(path, name=prefix + path.relative_to(folder).as_posix(), origin=str(folder))
        for path in _source_files(folder, folder.resolve())
        if path.absolute() != leave_out
    ]
    if not entries:
        raise PackageError(f"{folder} holds no file to package.")
    return entries


def _source_files(folder: Path, top: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        is_directory = path.is_dir()
        excluded = EXCLUDED_DIRECTORIES if is_directory else EXCLUDED_FILES
        if path.name.startswith(".") or any(fnmatch.fnmatch(path.name, one) for one in excluded):
            continue
        if path.is_symlink() and not (path.is_file() and top in path.resolve().parents):
            raise PackageError(
                f"{path} is a symbolic link to {path.readlink()}; put the files themselves there."
            )
        if is_directory:
            yield from _source_files(path, top)
        elif path.is_file():
            yield path


def _file_entry(path: Path, *, name: str, origin: str) -> Entry:
    content = path.read_bytes()
    return Entry(
        name=name,
        origin=origin,
        content=content,
        # zlib's output differs between its versions and successors; stored bytes differ nowhere.
        method=zipfile.ZIP_STORED,
        crc=zlib.crc32(content),
        size=len(content),
        # The mode on disk depends on umask and file system; what a file begins with does not.
        executable=content.startswith((b"#!", b"\x7fELF")),
    )


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


def _parse_command_line(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="package.py", description="Build the Lambda package: a reproducible zip."
    )
    parser.add_argument(
        "--source",
        action="append",
        default=[],
        type=Path,
        metavar="FOLDER",
        help="your own handlers: the folder's contents go to the top of the zip, and a folder "
        "handlers in it replaces ours; may be given more than once",
    )
    parser.add_argument(
        "--requirements",
        type=Path,
        metavar="FILE",
        help="pinned requirements whose wheels go into the zip",
    )
    parser.add_argument(
        "--authorizer",
        action="store_true",
        help="build the zip of the JWT authorizer instead, with the requirements that are its own",
    )
    parser.add_argument("--architecture", choices=sorted(MACHINES), default="arm64")
    parser.add_argument("--python-version", type=_python_version, default="3.13", metavar="3.N")
    parser.add_argument(
        "--output",
        type=Path,
        metavar="PATH",
        help="dist/lambda.zip if left out, and dist/jwt-authorizer.zip with --authorizer",
    )
    options = parser.parse_args(arguments)
    if options.authorizer:
        if options.source or options.requirements is not None:
            parser.error("--authorizer takes neither --source nor --requirements; remove them")
        options.requirements = AUTHORIZER_REQUIREMENTS
    if options.output is None:
        name = "jwt-authorizer.zip" if options.authorizer else "lambda.zip"
        options.output = PROJECT_DIRECTORY / "dist" / name
    return options


def _python_version(text: str) -> str:
    if not re.fullmatch(r"3\.\d{1,2}", text):
        raise argparse.ArgumentTypeError(f"{text} is not of the form 3.13")
    return text


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
