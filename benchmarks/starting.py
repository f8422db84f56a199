"""What a function costs when it starts, and what a connect costs once it has started."""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path
from statistics import median

from benchmarks.figure import Figure
from benchmarks.processes import PROJECT_DIRECTORY, measure, sink
from scripts.packaging.command_line import main as build_package

EVENT = str(PROJECT_DIRECTORY / "tests/events/connect.json")
STARTS = 15
CALLS = 300
MAXIMUM_PACKAGE_BYTES = 60 * 1024


def figures() -> list[Figure]:
    """Measure with the package as Lambda unpacks it, ours and boto3's starts in turn."""
    with tempfile.TemporaryDirectory() as directory, sink() as server:
        package = Path(directory, "lambda.zip")
        if build_package(["--output", str(package)]):
            raise RuntimeError("the package could not be built; what is wrong stands above")
        code = Path(directory, "task")
        with zipfile.ZipFile(package) as archive:
            archive.extractall(code)
        environment = server.environment()
        programs = (("start_connect", EVENT), ("start_connect_with_boto3", EVENT), ("import_echo",))
        starts: dict[str, list[float]] = {program: [] for program, *_ in programs}
        for _ in range(STARTS):
            for program, *arguments in programs:
                run = measure(program, *arguments, environment=environment, path=code)
                starts[program].append(1000 * run["seconds"])
        warm = [
            measure("connect_often", EVENT, str(CALLS), environment=environment, path=code)
            for _ in range(3)
        ]
        size = package.stat().st_size
    ours, theirs = starts["start_connect"], starts["start_connect_with_boto3"]
    beyond = [1000 * (run["handler"] - run["put"]) for run in warm]
    return [
        Figure(
            name="cold start of connect, import to stored row",
            value=min(ours) / min(theirs),
            unit="of boto3.resource's",
            reach=1 / 3,
            better="lower",
            compared_with=f"{min(ours):.0f} ms beside {min(theirs):.0f} ms "
            f"(medians {median(ours):.0f}, {median(theirs):.0f})",
            details={
                "own_minimum": min(ours),
                "own_median": median(ours),
                "boto3_minimum": min(theirs),
                "boto3_median": median(theirs),
            },
        ),
        Figure(
            name="echo: import beyond the runtime's own",
            value=min(starts["import_echo"]),
            unit="ms",
            reach=10,
            better="lower",
            compared_with=f"median {median(starts['import_echo']):.1f} ms",
        ),
        Figure(
            name="warm connect, CPU beyond the DynamoDB call",
            value=median(beyond),
            unit="ms",
            reach=0.3,
            better="lower",
            compared_with=f"{1000 * median(run['put'] for run in warm):.2f} ms for that call",
        ),
        Figure(
            name="package",
            value=size / 1024,
            unit="KB",
            reach=MAXIMUM_PACKAGE_BYTES / 1024,
            better="lower",
        ),
    ]
