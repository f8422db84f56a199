"""Where a filesystem mirror holds the AWS provider, for machines that reach no registry.

The layouts and the implied folders are those of Terraform's documentation page
"CLI Configuration File", sections "Implied Local Mirror Directories" and
"Explicit Installation Method Configuration".
"""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

AWS_PROVIDER = "registry.terraform.io/hashicorp/aws"
MINIMUM_VERSION = (5, 80)
MIRROR_VARIABLE = "TF_PLUGIN_MIRROR"

ADDON_DIRECTORIES = (Path("/usr/share"), Path("/usr/local/share"), Path("/opt"))
SEARCH_DEPTH = 3


class MirrorError(Exception):
    """TF_PLUGIN_MIRROR names no usable mirror; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Mirror:
    """A folder from which Terraform can install the AWS provider.

    Attributes:
        path: The folder that holds `registry.terraform.io/`.
        versions: Usable versions of the AWS provider for the platform, oldest first.
        reason: Why it was chosen, to be shown to the user.
    """

    path: Path
    versions: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class SearchPlaces:
    """Where a mirror may lie.

    Attributes:
        root: The folder in which Terraform runs; providers may be kept below it.
        home: The user's home folder.
        addon_directories: Where a system keeps what is added to it.
    """

    root: Path
    home: Path = field(default_factory=Path.home)
    addon_directories: tuple[Path, ...] = ADDON_DIRECTORIES


def find_mirror(
    environment: Mapping[str, str], *, platform: str, places: SearchPlaces
) -> Mirror | None:
    """Return the first mirror with an AWS provider of at least version 5.80 for `platform`.

    Looked at in this order: the folder that TF_PLUGIN_MIRROR names, the folders in which
    Terraform itself looks, and up to three levels below the add-on folders.

    Raises:
        MirrorError: TF_PLUGIN_MIRROR is set, but not to such a mirror.
    """
    if named := environment.get(MIRROR_VARIABLE):
        return _named_mirror(Path(named), platform)
    for directory in implied_directories(environment, platform=platform, places=places):
        if versions := _usable_versions(directory, platform):
            return Mirror(directory, versions, "a folder in which Terraform itself looks")
    for addon_directory in places.addon_directories:
        for directory in _directories(addon_directory, depth=SEARCH_DEPTH):
            if versions := _usable_versions(directory, platform):
                return Mirror(directory, versions, f"found below {addon_directory}")
    return None


def implied_directories(
    environment: Mapping[str, str], *, platform: str, places: SearchPlaces
) -> tuple[Path, ...]:
    """Return the folders in which Terraform looks when no CLI configuration names any."""
    home = places.home
    if platform.startswith("darwin_"):
        data_directories = [
            home / "Library/Application Support/io.terraform",
            Path("/Library/Application Support/io.terraform"),
        ]
    else:
        user_data = environment.get("XDG_DATA_HOME") or str(home / ".local/share")
        shared_data = environment.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share"
        data_directories = [
            Path(directory) / "terraform" for directory in (user_data, *shared_data.split(":"))
        ]
    directories = (places.root / "terraform.d", home / ".terraform.d", *data_directories)
    return tuple(directory / "plugins" for directory in directories)


def providers(directory: Path) -> tuple[str, ...]:
    """Return the addresses, `host/namespace/type`, of all providers in the mirror `directory`."""
    return tuple(
        sorted(
            path.relative_to(directory).as_posix()
            for path in directory.glob("*.*/*/*")
            if path.is_dir()
        )
    )


def _named_mirror(directory: Path, platform: str) -> Mirror:
    if versions := _usable_versions(directory, platform):
        return Mirror(directory.absolute(), versions, f"{MIRROR_VARIABLE} names it")
    raise MirrorError(
        f"{MIRROR_VARIABLE} names {directory}, but {directory / AWS_PROVIDER} holds no version "
        f"5.80 or later for {platform}. Point it at the folder that contains "
        "registry.terraform.io/, fill that folder with `terraform providers mirror`, or unset it."
    )


def _usable_versions(directory: Path, platform: str) -> tuple[str, ...]:
    numbered = {}
    for version in _offered_versions(directory / AWS_PROVIDER, platform):
        # Terraform never picks a pre-release unless a constraint names it exactly.
        if re.fullmatch(r"\d+\.\d+\.\d+", version):
            numbers = tuple(int(part) for part in version.split("."))
            if numbers >= MINIMUM_VERSION:
                numbered[numbers] = version
    return tuple(numbered[numbers] for numbers in sorted(numbered))


def _offered_versions(provider_directory: Path, platform: str) -> Iterator[str]:
    """Yield the versions of both layouts: unpacked folders and packed zip files."""
    if not provider_directory.is_dir():
        return
    for path in provider_directory.glob(f"*/{platform}"):
        yield path.parent.name
    prefix, suffix = f"terraform-provider-{provider_directory.name}_", f"_{platform}.zip"
    for path in provider_directory.glob(f"{prefix}*{suffix}"):
        yield path.name.removeprefix(prefix).removesuffix(suffix)


def _directories(top: Path, *, depth: int) -> Iterator[Path]:
    """Yield `top` and the folders up to `depth` levels below it, the nearest first."""
    level = [top]
    for remaining in range(depth, -1, -1):
        yield from level
        if remaining:
            level = [path for parent in level for path in _subdirectories(parent)]


def _subdirectories(directory: Path) -> list[Path]:
    try:
        with os.scandir(directory) as entries:
            return sorted(
                Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False)
            )
    except OSError:  # absent, or not ours to read: no mirror for us either way
        return []
