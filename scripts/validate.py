"""Validate Terraform roots, leaving nothing in them; a warning counts as an error."""

import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from local_aws.terraform.binary import BinaryError, find_binary
from local_aws.terraform.cli_configuration import ConfigurationError, configure
from local_aws.terraform.command import Terraform, TerraformError
from local_aws.terraform.mirror import MirrorError, SearchPlaces
from local_aws.terraform.working_directory import WorkingDirectory, WorkingDirectoryError

FAILURES = (BinaryError, ConfigurationError, MirrorError, TerraformError, WorkingDirectoryError)


def main(roots: Sequence[str]) -> int:
    """Validate each of `roots` and print what is wrong; return the exit code."""
    failures = 0
    for root in roots:
        try:
            problems = _warnings(Path(root))
        except FAILURES as error:
            problems = [str(error)]
        failures += len(problems)
        for problem in problems:
            print(f"{root}: {problem}", file=sys.stderr)
    return 1 if failures else 0


def _warnings(root: Path) -> list[str]:
    binary = find_binary(os.environ)
    with tempfile.TemporaryDirectory() as directory, WorkingDirectory(root) as working_directory:
        configuration = configure(
            os.environ,
            platform=binary.platform,
            directory=Path(directory),
            places=SearchPlaces(root=root.absolute()),
        )
        environment = working_directory.environment(configuration.environment)
        terraform = Terraform(binary.path, working_directory.path, environment)
        terraform.init(backend=False)
        return [str(warning) for warning in terraform.validate()]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
