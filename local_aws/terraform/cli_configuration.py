"""Terraform's CLI configuration: the user's own settings, and the mirror that was found.

What Terraform reads, and in which order, is on its documentation page "CLI Configuration File".
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local_aws.terraform.mirror import (
    MIRROR_VARIABLE,
    Mirror,
    SearchPlaces,
    find_mirror,
    implied_directories,
    providers,
)

# The second name is the older one, which Terraform still reads.
FILE_VARIABLES = ("TF_CLI_CONFIG_FILE", "TERRAFORM_CONFIG")
LABELLED_BLOCKS = ("credentials", "credentials_helper", "host")


class ConfigurationError(Exception):
    """A CLI configuration file of the user cannot be read; the message names it."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """How Terraform is to be run so that it finds its providers.

    Attributes:
        environment: The caller's environment, with `TF_CLI_CONFIG_FILE` put right.
        notes: One sentence for each thing that the user should know.
    """

    environment: Mapping[str, str]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _UserFile:
    path: Path
    text: str


def configure(
    environment: Mapping[str, str], *, platform: str, directory: Path, places: SearchPlaces
) -> Configuration:
    """Find a mirror of the AWS provider and write the configuration that uses it.

    Without a mirror, or where the user's configuration already says how providers are installed,
    nothing is written and Terraform reads the user's own files. A variable that names a missing
    file is dropped. What is written may hold the user's credentials: `directory` must be private
    to the user and removed by the caller.

    Raises:
        MirrorError: TF_PLUGIN_MIRROR names no usable mirror.
        ConfigurationError: a file of the user cannot be read.
    """
    kept, notes = _without_missing_file(environment)
    files = _user_files(kept, places.home)
    if deciding := next((file for file in files if _installs_providers(file)), None):
        note = f"Providers are installed as provider_installation in {deciding.path} says."
        return Configuration(kept, (*notes, note))
    mirror = find_mirror(environment, platform=platform, places=places)
    if mirror is None:
        return Configuration(kept, notes)
    implied = implied_directories(environment, platform=platform, places=places)
    path = directory / "configuration.tfrc"
    path.touch(mode=0o600)
    path.write_text(_generated_text(files, mirror, implied), encoding="utf-8")
    generated = {name: value for name, value in kept.items() if name not in FILE_VARIABLES}
    generated["TF_CLI_CONFIG_FILE"] = str(path)
    note = f"AWS provider {mirror.versions[-1]} from {mirror.path} ({mirror.reason})."
    return Configuration(generated, (*notes, note))


def advice() -> str:
    """Return the two ways out when Terraform reaches neither a mirror nor the registry."""
    return (
        "Terraform could not get a provider. Either let this machine reach registry.terraform.io, "
        "or run `terraform providers mirror FOLDER` on one that does, copy FOLDER here, and set "
        f"{MIRROR_VARIABLE}=FOLDER."
    )


def _without_missing_file(
    environment: Mapping[str, str],
) -> tuple[dict[str, str], tuple[str, ...]]:
    kept, notes = dict(environment), []
    for variable in FILE_VARIABLES:
        named = kept.get(variable)
        if named is not None and not Path(named).is_file():
            del kept[variable]
            if named:
                notes.append(f"{variable} names {named}, which is no file; it is ignored.")
    return kept, tuple(notes)


def _user_files(environment: Mapping[str, str], home: Path) -> tuple[_UserFile, ...]:
    named = [environment[variable] for variable in FILE_VARIABLES if variable in environment]
    if named:
        paths = [Path(named[0])]
    else:
        directory = home / ".terraform.d"
        paths = [home / ".terraformrc", *sorted(directory.glob("*.tfrc"))]
        paths += sorted(directory.glob("*.tfrc.json"))
    return tuple(_read(path) for path in paths if path.is_file())


def _read(path: Path) -> _UserFile:
    try:
        return _UserFile(path, path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"Terraform's CLI configuration {path} cannot be read: {error}. Repair or remove it."
        ) from error


def _installs_providers(file: _UserFile) -> bool:
    if _is_json(file):
        return "provider_installation" in _parse_json(file)
    # Strings are matched too, so that a # or // inside one starts no comment.
    bare = re.sub(
        r'"(?:\\.|[^"\\])*"|#[^\n]*|//[^\n]*|/\*.*?\*/',
        lambda match: '""' if match[0].startswith('"') else " ",
        file.text,
        flags=re.DOTALL,
    )
    return re.search(r"\bprovider_installation\s*\{", bare) is not None


def _generated_text(files: Iterable[_UserFile], mirror: Mirror, implied: Iterable[Path]) -> str:
    """Return the user's settings followed by what Terraform would imply, plus the mirror."""
    sections = []
    for file in files:
        text = _to_hcl(_parse_json(file)) if _is_json(file) else file.text
        sections.append(f"# From {file.path}\n{text}")
    directories = [mirror.path]
    directories += [path for path in implied if path.is_dir() and path != mirror.path]
    # Terraform asks every listed source, so one that is out of reach must be told what to leave.
    local = sorted({address for directory in directories for address in providers(directory)})
    lines = ["provider_installation {"]
    lines += [f"  filesystem_mirror {{ path = {_value(str(path))} }}" for path in directories]
    lines += [f"  direct {{ exclude = {_value(local)} }}", "}", ""]
    return "\n".join((*sections, *lines))


def _is_json(file: _UserFile) -> bool:
    return file.text.lstrip().startswith("{")


def _parse_json(file: _UserFile) -> dict[str, Any]:
    try:
        document: dict[str, Any] = json.loads(file.text)
    except ValueError as error:
        raise ConfigurationError(
            f"Terraform's CLI configuration {file.path} is no valid JSON: {error}. "
            "Repair or remove it."
        ) from error
    return document


def _to_hcl(document: Mapping[str, Any]) -> str:
    """Write JSON settings in the syntax of the generated file, which holds one syntax only."""
    lines = []
    for name, setting in document.items():
        if name in LABELLED_BLOCKS and isinstance(setting, dict):
            for label, body in setting.items():
                lines.append(f"{name} {_value(label)} {_value(body)}")
        else:
            lines.append(f"{name} = {_value(setting)}")
    return "\n".join((*lines, ""))


def _value(value: Any) -> str:
    if isinstance(value, dict):
        items = "\n".join(f"{_value(key)} = {_value(item)}" for key, item in value.items())
        return f"{{\n{items}\n}}"
    if isinstance(value, list):
        return f"[{', '.join(_value(item) for item in value)}]"
    return json.dumps(value, ensure_ascii=False)
