"""The module in a folder where a test may run it, and one run of Terraform there."""

import json
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[2]
# As Terraform makes it out of what `terraform init` and an apply leave in a folder.
LEFT_BY_TERRAFORM = shutil.ignore_patterns(".terraform*", "*.tfstate*", "__pycache__")


def copy_module(folder: Path) -> Path:
    """Copy infra/ and what its zip is made of into `folder`; return the module's folder."""
    for name in ("infra", "lambda_src", "scripts"):
        shutil.copytree(REPOSITORY / name, folder / name, ignore=LEFT_BY_TERRAFORM)
    shutil.copy(REPOSITORY / "requirements-jwt-authorizer.txt", folder)
    return folder / "infra"


@dataclass(frozen=True, slots=True)
class CommandLine:
    """Terraform as a person calls it: any command, its text and its exit code."""

    binary: Path
    environment: Mapping[str, str]

    def run(
        self,
        folder: Path,
        *arguments: str,
        text: str = "",
        environment: Mapping[str, str] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run a command in `folder`, with `text` as its input; stdout and stderr are one."""
        return subprocess.run(
            [self.binary, *arguments],
            cwd=folder,
            env={**self.environment, "TF_IN_AUTOMATION": "1", **(environment or {})},
            input=text,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )

    def evaluate(self, folder: Path, expression: str, *arguments: str) -> Any:
        """Return the value of an expression in the module in `folder`."""
        finished = self.run(folder, "console", *arguments, text=f"jsonencode({expression})\n")
        assert finished.returncode == 0, finished.stdout
        return json.loads(json.loads(finished.stdout))
