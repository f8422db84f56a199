"""Where the modules lie that a root calls."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

_OF_TESTS = "test."


def module_folders(data_directory: Path, working_directory: Path) -> Iterator[Path]:
    """Yield the folders that `terraform init` has found for the modules of a root.

    Modules of the root's tests are none of them. Terraform keeps the list in its data directory;
    paths in it are relative to its working directory, and are shortened as text.
    """
    manifest = data_directory / "modules" / "modules.json"
    if not manifest.is_file():
        return  # the root calls none
    for module in json.loads(manifest.read_text(encoding="utf-8"))["Modules"]:
        if module["Key"] and not module["Key"].startswith(_OF_TESTS):
            yield Path(os.path.normpath(working_directory / module["Dir"]))
