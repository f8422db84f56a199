"""Terraform from HashiCorp's releases into `.tools/`, for machines that have none.

`python -m local_aws.terraform.installation` is what `make setup` runs.
"""

import hashlib
import http.client
import os
import platform
import shutil
import sys
import tempfile
import urllib.error
import urllib.request
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from local_aws.terraform.binary import (
    INSTALL_PAGE,
    TOOLS_DIRECTORY,
    Binary,
    BinaryError,
    find_binary,
    inspect_binary,
    installed_path,
)

RELEASES_ADDRESS = "https://releases.hashicorp.com/terraform"
RELEASES_VARIABLE = "TERRAFORM_RELEASES_URL"
VERSION_FILE = Path(__file__).resolve().parents[2] / ".terraform-version"
TIMEOUT_SECONDS = 60
CHUNK_BYTES = 1024 * 1024

ARCHITECTURES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


class InstallationError(Exception):
    """Terraform could not be installed; nothing is left behind and the message says what to do."""


def release_platform(*, system: str, machine: str) -> str:
    """Return HashiCorp's name, such as `linux_amd64`, for what `platform` says of this machine.

    Raises:
        InstallationError: HashiCorp releases nothing for it that this project supports.
    """
    architecture = ARCHITECTURES.get(machine.lower())
    if system.lower() not in {"linux", "darwin"} or architecture is None:
        raise InstallationError(
            f"There is no automatic installation of Terraform for {system} on {machine}; "
            f"install it from {INSTALL_PAGE} and put it on PATH."
        )
    return f"{system.lower()}_{architecture}"


def install(
    version: str,
    *,
    release: str,
    tools_directory: Path = TOOLS_DIRECTORY,
    releases_address: str = RELEASES_ADDRESS,
) -> Binary:
    """Download Terraform `version` for the platform `release` and put it below `tools_directory`.

    The archive must have the SHA-256 that the release's own SHA256SUMS file gives, and the program
    must run and be of that version. It then appears in its place at once, whole.

    Raises:
        InstallationError: any of this failed.
    """
    _check_address(releases_address)
    archive_name = f"terraform_{version}_{release}.zip"
    release_address = f"{releases_address.rstrip('/')}/{version}"
    tools_directory.mkdir(parents=True, exist_ok=True)
    # Beside its final place, so that moving it there is one atomic step.
    with tempfile.TemporaryDirectory(dir=tools_directory, prefix=".terraform-") as temporary:
        archive = Path(temporary, archive_name)
        checksums = Path(temporary, "SHA256SUMS")
        sums_address = f"{release_address}/terraform_{version}_SHA256SUMS"
        _download(sums_address, checksums)
        expected = _expected_checksum(checksums, archive_name, sums_address)
        actual = _download(f"{release_address}/{archive_name}", archive)
        if actual != expected:
            raise InstallationError(
                f"{release_address}/{archive_name} has the SHA-256 {actual}, but the release says "
                f"{expected}. It was thrown away; try again, and distrust that address if it "
                "happens again."
            )
        unpacked = Path(temporary, version)
        binary = _unpack(archive, unpacked, version)
        target = installed_path(version, tools_directory=tools_directory)
        target.parent.parent.mkdir(exist_ok=True)
        shutil.rmtree(target.parent, ignore_errors=True)
        unpacked.rename(target.parent)
    return Binary(target, binary.version, binary.platform)


def find_or_install(
    environment: Mapping[str, str], *, tools_directory: Path = TOOLS_DIRECTORY
) -> Binary:
    """Return a fitting Terraform: one that is there already, or else a downloaded one.

    The version is that of `.terraform-version`; the variable TERRAFORM_RELEASES_URL can name
    another place with the layout of HashiCorp's releases.

    Raises:
        InstallationError: there is none and none could be installed.
    """
    try:
        return find_binary(environment, tools_directory=tools_directory)
    except BinaryError:
        version = VERSION_FILE.read_text(encoding="ascii").strip()
        address = environment.get(RELEASES_VARIABLE) or RELEASES_ADDRESS
        sys.stdout.write(f"Downloading Terraform {version} from {address} into {tools_directory}\n")
        sys.stdout.flush()
        return install(
            version,
            release=release_platform(system=platform.system(), machine=platform.machine()),
            tools_directory=tools_directory,
            releases_address=address,
        )


def _check_address(address: str) -> None:
    """Refuse plain http except to this machine: the checksums come from the same place."""
    parts = urlsplit(address)
    loopback = parts.scheme == "http" and parts.hostname in {"127.0.0.1", "::1", "localhost"}
    if parts.scheme != "https" and not loopback:
        raise InstallationError(f"{RELEASES_VARIABLE} must be an https:// address, not {address}.")


def _download(address: str, path: Path) -> str:
    """Write what is at `address` to `path` and return its SHA-256 in hexadecimal."""
    digest = hashlib.sha256()
    try:
        with (
            urllib.request.build_opener().open(address, timeout=TIMEOUT_SECONDS) as response,
            path.open("wb") as file,
        ):
            while chunk := response.read(CHUNK_BYTES):
                digest.update(chunk)
                file.write(chunk)
    except (OSError, http.client.HTTPException) as error:
        if isinstance(error, urllib.error.HTTPError):
            error.close()  # it is the response, too
        raise InstallationError(
            f"{address} cannot be read: {error}.\n"
            f"Either install Terraform 1.9 or later from {INSTALL_PAGE} and put it on PATH, or set "
            f"{RELEASES_VARIABLE} to a copy of {RELEASES_ADDRESS} that this machine can reach."
        ) from error
    return digest.hexdigest()


def _expected_checksum(checksums: Path, archive_name: str, address: str) -> str:
    for line in checksums.read_text(encoding="utf-8", errors="replace").splitlines():
        checksum, _, name = line.partition("  ")
        if name == archive_name:
            return checksum
    raise InstallationError(f"{address} names no {archive_name}: there is no such release.")


def _unpack(archive: Path, directory: Path, version: str) -> Binary:
    """Unpack the program alone and see that it runs."""
    program = directory / "terraform"
    directory.mkdir()
    try:
        with zipfile.ZipFile(archive) as release, release.open(program.name) as source:
            _write_program(source, program)
        binary = inspect_binary(program)
    except (zipfile.BadZipFile, KeyError, BinaryError) as error:
        raise InstallationError(f"{archive.name} holds no working Terraform: {error}.") from error
    if binary.version != version:
        raise InstallationError(f"{archive.name} holds Terraform {binary.version}, not {version}.")
    return binary


def _write_program(source: IO[bytes], path: Path) -> None:
    with path.open("wb") as target:
        shutil.copyfileobj(source, target)
    path.chmod(0o755)


def main() -> int:
    """Say which Terraform is used, having installed it if need be; return the exit code."""
    try:
        binary = find_or_install(os.environ)
    except InstallationError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"Terraform {binary.version} ({binary.path})\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
