"""`python -m local_aws.terraform ARGUMENTS…`: Terraform, as found, with the mirror, as found."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from local_aws.terraform.binary import BinaryError, find_binary
from local_aws.terraform.cli_configuration import ConfigurationError, configure
from local_aws.terraform.mirror import MirrorError, SearchPlaces

SIGNAL_EXIT_CODE = 128


def main(arguments: Sequence[str]) -> int:
    """Run Terraform with `arguments` at this terminal and return its exit code."""
    with tempfile.TemporaryDirectory(prefix="local-aws-terraform-") as directory:
        try:
            binary = find_binary(os.environ)
            configuration = configure(
                os.environ,
                platform=binary.platform,
                directory=Path(directory),
                places=SearchPlaces(root=_root(arguments)),
            )
        except (BinaryError, ConfigurationError, MirrorError) as error:
            sys.stderr.write(f"{error}\n")
            return 1
        for note in configuration.notes:
            sys.stderr.write(f"{note}\n")
        # A Ctrl-C reaches Terraform too, which ends in its own time: wait for it.
        signal.signal(signal.SIGINT, lambda *_: None)
        process = subprocess.Popen(  # noqa: S603 - Terraform with the caller's own arguments
            (binary.path, *arguments), env=configuration.environment
        )
        signal.signal(signal.SIGTERM, lambda *_: process.terminate())
        exit_code = process.wait()
    return exit_code if exit_code >= 0 else SIGNAL_EXIT_CODE - exit_code


def _root(arguments: Sequence[str]) -> Path:
    """Return the folder in which Terraform will run, which `-chdir` can name."""
    named = [argument.removeprefix("-chdir=") for argument in arguments if "-chdir=" in argument]
    return Path(named[0] if named else ".").absolute()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
