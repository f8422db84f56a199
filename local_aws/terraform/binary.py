"""The `terraform` program: on PATH, or where `make setup` has put it."""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from local_aws.places import PLACES

TOOLS_DIRECTORY = PLACES.tools
MINIMUM_VERSION = (1, 9)

INSTALL_PAGE = "https://developer.hashicorp.com/terraform/install"
ANSWER_SECONDS = 30


class BinaryError(Exception):
    """No fitting `terraform` was found, or one does not run; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Binary:
    """A `terraform` that has answered.

    Attributes:
        path: The program.
        version: Its version, such as `1.11.4`.
        platform: What it was built for, in Terraform's words, such as `linux_amd64`.
    """

    path: Path
    version: str
    platform: str


def find_binary(
    environment: Mapping[str, str], *, tools_directory: Path = TOOLS_DIRECTORY
) -> Binary:
    """Return the first `terraform` of at least version 1.9: on PATH, then in `tools_directory`.

    Every candidate is run to be sure: a version manager's shim may be there and refuse to run.

    Raises:
        BinaryError: there is none; the message names each candidate and why it does not do.
    """
    refusals = []
    for candidate in _candidates(environment, tools_directory):
        try:
            binary = inspect_binary(candidate)
        except BinaryError as error:
            refusals.append(str(error))
            continue
        if _numbers(binary.version) >= MINIMUM_VERSION:
            return binary
        refusals.append(f"{candidate} is version {binary.version}.")
    lines = ["Terraform 1.9 or later was not found on PATH or in .tools/.", *refusals]
    lines.append(
        f"Run `make setup`, which downloads it into .tools/, or install it from {INSTALL_PAGE}."
    )
    raise BinaryError("\n  ".join(lines))


def inspect_binary(path: Path) -> Binary:
    """Ask the program at `path` for its version and platform.

    Raises:
        BinaryError: it does not run, or does not answer as Terraform does.
    """
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("TF_CLI_")
    }
    # Without this, `terraform version` asks HashiCorp over the network for newer versions.
    environment["CHECKPOINT_DISABLE"] = "1"
    try:
        answer = subprocess.run(  # noqa: S603 - the caller names the program to inspect
            (path, "version", "-json"),
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=ANSWER_SECONDS,
            check=True,
        )
        document = json.loads(answer.stdout)
        return Binary(path, document["terraform_version"], document["platform"])
    except subprocess.CalledProcessError as error:
        raise BinaryError(f"{path} does not run: it ends with exit code {error.returncode}.") from (
            error
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BinaryError(f"{path} does not run: {error}.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise BinaryError(f"{path} does not answer `version -json` as Terraform does.") from error


def installed_path(version: str, *, tools_directory: Path) -> Path:
    """Return where `make setup` puts the program of `version`."""
    return tools_directory / "terraform" / version / "terraform"


def _candidates(environment: Mapping[str, str], tools_directory: Path) -> Iterator[Path]:
    for directory in environment.get("PATH", os.defpath).split(os.pathsep):
        candidate = Path(directory) / "terraform"
        if directory and candidate.is_file() and os.access(candidate, os.X_OK):
            yield candidate
    installed = tools_directory.glob("terraform/*/terraform")
    yield from sorted(installed, key=lambda path: _numbers(path.parent.name), reverse=True)


def _numbers(version: str) -> tuple[int, ...]:
    """Return `version` for comparing: `1.12.0-beta1` counts as 1.12.0."""
    release, _, _ = version.partition("-")
    return tuple(int(part) if part.isdecimal() else 0 for part in release.split("."))
