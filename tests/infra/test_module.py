import re
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from local_aws.terraform.command import Terraform
from tests.infra.given import REPOSITORY, CommandLine

TEST_FILES = sorted(path.name for path in (REPOSITORY / "infra/tests").glob("*.tftest.hcl"))

Runs = Mapping[str, Future[CompletedProcess[str]]]


@pytest.fixture(scope="module")
def runs(module: Path, command_line: CommandLine) -> Iterator[Runs]:
    """Start `terraform test` for every file, two at a time, the longest first."""

    def size(name: str) -> int:
        return (module / "tests" / name).read_text().count("\nrun ")

    with ThreadPoolExecutor(max_workers=2) as executor:
        yield {
            name: executor.submit(
                command_line.run,
                module,
                "test",
                "-no-color",
                f"-filter=tests/{name}",
                # Nearly all the work is starting the provider for each run; with fewer garbage
                # collections it costs a quarter less.
                environment={"GOGC": "400"},
            )
            for name in sorted(TEST_FILES, key=size, reverse=True)
        }
        executor.shutdown(cancel_futures=True)


@pytest.mark.parametrize("name", TEST_FILES)
def test_every_run_passes(runs: Runs, module: Path, name: str) -> None:
    finished = runs[name].result()
    assert finished.returncode == 0, finished.stdout
    written = len(re.findall(r"^run ", (module / "tests" / name).read_text(), re.MULTILINE))
    assert f"Success! {written} passed, 0 failed." in finished.stdout


def test_files_have_terraforms_format(command_line: CommandLine) -> None:
    infra = REPOSITORY / "infra"
    finished = command_line.run(infra, "fmt", "-check", "-recursive", "-diff", "-no-color")
    assert finished.returncode == 0, finished.stdout


def test_module_is_valid_without_a_warning(
    module: Path, terraform: Callable[[Path], Terraform]
) -> None:
    assert terraform(module).validate() == ()


def test_module_leaves_the_provider_to_its_caller(module: Path) -> None:
    blocks = [line for path in module.glob("*.tf") for line in path.read_text().splitlines()]
    assert not [line for line in blocks if line.startswith('provider "')]
