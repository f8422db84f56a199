"""The command that builds a package."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.packaging.entry import PackageError
from scripts.packaging.sources import PROJECT_DIRECTORY, authorizer_entries, source_entries
from scripts.packaging.wheels import MACHINES, requirement_entries
from scripts.packaging.zip_file import check, write

if TYPE_CHECKING:
    from collections.abc import Sequence

AUTHORIZER_REQUIREMENTS = PROJECT_DIRECTORY / "requirements-jwt-authorizer.txt"


def main(arguments: Sequence[str]) -> int:
    """Build the package that the command line asks for; return the exit code."""
    options = _parse_command_line(arguments)
    try:
        output = options.output.absolute()
        if options.authorizer:
            entries = authorizer_entries(leave_out=output)
        else:
            entries = source_entries(options.source, leave_out=output)
        if options.requirements is not None:
            entries += requirement_entries(
                options.requirements,
                architecture=options.architecture,
                python_version=options.python_version,
            )
        check(entries)
        size, digest = write(entries, output)
    except (PackageError, OSError) as error:
        print(f"package.py: {error}", file=sys.stderr)
        return 1
    print(f"{options.output}  {size:,} bytes  SHA-256 {digest}")
    return 0


def _parse_command_line(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="package.py", description="Build the Lambda package: a reproducible zip."
    )
    parser.add_argument(
        "--source",
        action="append",
        default=[],
        type=Path,
        metavar="FOLDER",
        help="your own handlers: the folder's contents go to the top of the zip, and a folder "
        "handlers in it replaces ours; may be given more than once",
    )
    parser.add_argument(
        "--requirements",
        type=Path,
        metavar="FILE",
        help="pinned requirements whose wheels go into the zip",
    )
    parser.add_argument(
        "--authorizer",
        action="store_true",
        help="build the zip of the JWT authorizer instead, with the requirements that are its own",
    )
    parser.add_argument("--architecture", choices=sorted(MACHINES), default="arm64")
    parser.add_argument("--python-version", type=_python_version, default="3.13", metavar="3.N")
    parser.add_argument(
        "--output",
        type=Path,
        metavar="PATH",
        help="dist/lambda.zip if left out, and dist/jwt-authorizer.zip with --authorizer",
    )
    options = parser.parse_args(arguments)
    if options.authorizer:
        if options.source or options.requirements is not None:
            parser.error("--authorizer takes neither --source nor --requirements; remove them")
        options.requirements = AUTHORIZER_REQUIREMENTS
    if options.output is None:
        name = "jwt-authorizer.zip" if options.authorizer else "lambda.zip"
        options.output = PROJECT_DIRECTORY / "dist" / name
    return options


def _python_version(text: str) -> str:
    if not re.fullmatch(r"3\.\d{1,2}", text):
        raise argparse.ArgumentTypeError(f"{text} is not of the form 3.13")
    return text
