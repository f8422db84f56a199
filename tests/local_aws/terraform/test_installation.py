import functools
import hashlib
import http.server
import os
import platform
import shutil
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from local_aws.terraform import installation
from local_aws.terraform.binary import Binary
from local_aws.terraform.installation import (
    InstallationError,
    find_or_install,
    install,
    release_platform,
)

VERSION = "1.11.4"
PLATFORM = "linux_amd64"
ARCHIVE = f"terraform_{VERSION}_{PLATFORM}.zip"


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Keep the terminal quiet."""


@pytest.fixture
def releases(tmp_path: Path) -> Path:
    """A folder with the layout of HashiCorp's releases, and one release."""
    folder = tmp_path / "releases" / VERSION
    folder.mkdir(parents=True)
    write_release(folder, "terraform", program_of(VERSION))
    return folder


@pytest.fixture
def address(releases: Path) -> Iterator[str]:
    handler = functools.partial(QuietHandler, directory=str(releases.parent))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def program_of(version: str) -> bytes:
    answer = f'{{"terraform_version": "{version}", "platform": "{PLATFORM}"}}'
    return f"#!/bin/sh\necho '{answer}'\n".encode()


def write_release(folder: Path, name: str, program: bytes) -> None:
    with zipfile.ZipFile(folder / ARCHIVE, "w") as archive:
        archive.writestr("LICENSE.txt", "licence")
        archive.writestr(name, program)
    checksum = hashlib.sha256((folder / ARCHIVE).read_bytes()).hexdigest()
    (folder / f"terraform_{VERSION}_SHA256SUMS").write_text(
        f"{'0' * 64}  terraform_{VERSION}_darwin_arm64.zip\n{checksum}  {ARCHIVE}\n"
    )


def install_here(tools: Path, address: str) -> Binary:
    return install(VERSION, release=PLATFORM, tools_directory=tools, releases_address=address)


def test_release_is_installed_whole_and_alone(tmp_path: Path, address: str) -> None:
    tools = tmp_path / ".tools"

    binary = install_here(tools, address)

    assert binary == Binary(tools / "terraform" / VERSION / "terraform", VERSION, PLATFORM)
    assert [path for path in tools.rglob("*") if path.is_file()] == [binary.path]


def test_installing_again_replaces_what_is_there(tmp_path: Path, address: str) -> None:
    binary = install_here(tmp_path, address)
    binary.path.write_text("damaged")

    install_here(tmp_path, f"{address}/")

    assert binary.path.read_bytes() == program_of(VERSION)


def test_archive_with_another_checksum_is_thrown_away(
    tmp_path: Path, address: str, releases: Path
) -> None:
    with (releases / ARCHIVE).open("ab") as file:
        file.write(b"more")

    with pytest.raises(InstallationError, match=rf"{ARCHIVE} has the SHA-256 \w+, but the release"):
        install_here(tmp_path / ".tools", address)

    assert not list((tmp_path / ".tools").iterdir())


def test_release_that_does_not_exist_is_named(tmp_path: Path, address: str, releases: Path) -> None:
    (releases / f"terraform_{VERSION}_SHA256SUMS").write_text("")

    with pytest.raises(InstallationError, match=f"SHA256SUMS names no {ARCHIVE}"):
        install_here(tmp_path / ".tools", address)


@pytest.mark.parametrize("missing", ["the address", "the file"])
def test_unreachable_releases_are_answered_with_both_ways_out(
    tmp_path: Path, address: str, releases: Path, missing: str
) -> None:
    (releases / f"terraform_{VERSION}_SHA256SUMS").unlink()
    if missing == "the address":
        address = "http://127.0.0.1:9"

    with pytest.raises(InstallationError) as raised:
        install_here(tmp_path / ".tools", address)

    assert f"{address}/{VERSION}/terraform_{VERSION}_SHA256SUMS cannot be read" in str(raised.value)
    assert "https://developer.hashicorp.com/terraform/install" in str(raised.value)
    assert "TERRAFORM_RELEASES_URL" in str(raised.value)
    assert not list((tmp_path / ".tools").iterdir())


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (("terraform", program_of("1.11.3")), "holds Terraform 1.11.3, not 1.11.4"),
        (("terraform", b"#!/bin/sh\nexit 1\n"), "does not run"),
        (("tofu", program_of(VERSION)), "holds no working Terraform"),
    ],
)
def test_archive_without_the_right_program_is_refused(
    tmp_path: Path, address: str, releases: Path, content: tuple[str, bytes], problem: str
) -> None:
    write_release(releases, *content)

    with pytest.raises(InstallationError, match=problem):
        install_here(tmp_path / ".tools", address)

    assert not list((tmp_path / ".tools").iterdir())


@pytest.mark.parametrize("address", ["http://releases.example", "ftp://127.0.0.1", "file:///tmp"])
def test_checksums_are_not_trusted_over_an_open_connection(tmp_path: Path, address: str) -> None:
    with pytest.raises(InstallationError, match="must be an https:// address"):
        install_here(tmp_path, address)


def test_fitting_program_is_used_and_nothing_downloaded(tmp_path: Path) -> None:
    program = tmp_path / "terraform"
    program.write_bytes(program_of("1.9.0"))
    program.chmod(0o755)

    binary = find_or_install({"PATH": str(tmp_path)}, tools_directory=tmp_path / ".tools")

    assert binary.path == program


def test_version_that_the_project_names_is_installed_where_there_is_none(
    tmp_path: Path, address: str, releases: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = release_platform(system=platform.system(), machine=platform.machine())
    own_archive = f"terraform_{VERSION}_{own}.zip"
    if own != PLATFORM:
        shutil.copyfile(releases / ARCHIVE, releases / own_archive)
        sums = releases / f"terraform_{VERSION}_SHA256SUMS"
        sums.write_text(sums.read_text().replace(ARCHIVE, own_archive))
    environment = {"PATH": "", "TERRAFORM_RELEASES_URL": address}

    binary = find_or_install(environment, tools_directory=tmp_path / ".tools")

    assert binary.path == tmp_path / ".tools/terraform" / VERSION / "terraform"
    assert capsys.readouterr().out == (
        f"Downloading Terraform {VERSION} from {address} into {tmp_path / '.tools'}\n"
    )


@pytest.mark.parametrize(
    ("system", "machine", "expected"),
    [
        ("Linux", "x86_64", "linux_amd64"),
        ("Linux", "aarch64", "linux_arm64"),
        ("Darwin", "arm64", "darwin_arm64"),
    ],
)
def test_machine_is_named_as_hashicorp_names_it(system: str, machine: str, expected: str) -> None:
    assert release_platform(system=system, machine=machine) == expected


@pytest.mark.parametrize(("system", "machine"), [("Windows", "AMD64"), ("Linux", "s390x")])
def test_machine_without_a_release_is_refused(system: str, machine: str) -> None:
    with pytest.raises(InstallationError, match=f"for {system} on {machine}; install it from"):
        release_platform(system=system, machine=machine)


def test_command_says_which_terraform_is_used(
    terraform_binary: Binary, capsys: pytest.CaptureFixture[str]
) -> None:
    assert installation.main() == 0

    output = capsys.readouterr().out
    assert output == f"Terraform {terraform_binary.version} ({terraform_binary.path})\n"


def test_command_says_why_there_is_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(environment: object) -> Binary:
        assert environment is os.environ
        raise InstallationError("out of reach")

    monkeypatch.setattr(installation, "find_or_install", refuse)

    assert installation.main() == 1
    assert capsys.readouterr().err == "out of reach\n"
    assert not list(tmp_path.iterdir())
