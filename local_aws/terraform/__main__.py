"""`python -m local_aws.terraform ARGUMENTS…`: Terraform, as found, with the mirror, as found."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
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
        # The other commands use what init has installed.
        for note in configuration.notes if "init" in arguments else ():
            sys.stderr.write(f"{note}\n")
        exit_code = _run_at_terminal((str(binary.path), *arguments), configuration.environment)
    return exit_code if exit_code >= 0 else SIGNAL_EXIT_CODE - exit_code


def _run_at_terminal(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run `command` with this terminal; let it end in its own time when a signal comes."""
    with subprocess.Popen(command, env=environment) as process:  # noqa: S603 - find_binary's choice
        # A Ctrl-C at the terminal reaches Terraform by itself; a SIGTERM reaches only us.
        before = {
            signal.SIGINT: signal.signal(signal.SIGINT, lambda *_: None),
            signal.SIGTERM: signal.signal(signal.SIGTERM, lambda *_: process.terminate()),
        }
        try:
            return process.wait()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _root(arguments: Sequence[str]) -> Path:
    """Return the folder in which Terraform will run, which `-chdir` can name."""
    named = [argument.removeprefix("-chdir=") for argument in arguments if "-chdir=" in argument]
    return Path(named[0] if named else ".").absolute()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
