import re
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from difflib import ndiff
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from local_aws.terraform.command import RunSummary, Terraform
from tests.infra.given import REPOSITORY, CommandLine, copy_module

FILES = sorted(path.name for path in (REPOSITORY / "infra/tests").glob("*.tftest.hcl"))
RULES = [name for name in FILES if name.endswith("_rules.tftest.hcl")]
TEST_FILES = [name for name in FILES if name not in RULES]

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


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory, terraform: Callable[[Path], Terraform]) -> Path:
    """The module's inputs without its resources: their rules then need no provider to start."""
    folder = copy_module(tmp_path_factory.mktemp("rules"))
    for path in (*folder.glob("*.tf"), *folder.glob("tests/*.tftest.hcl")):
        if not (path.name.startswith(("variables", "limits", "sources")) or path.name in RULES):
            path.unlink()
    terraform(folder).init()
    return folder


def runs_of(path: Path) -> dict[str, str]:
    """Return what is in each run of a test file, by the run's name."""
    written = re.findall(r'^run "(\w+)" \{\n(.*?)^\}$', path.read_text(), re.MULTILINE | re.DOTALL)
    return dict(written)


def test_every_rule_refuses_what_it_must_and_nothing_else(
    rules: Path, terraform: Callable[[Path], Terraform]
) -> None:
    written = sum(len(runs_of(rules / "tests" / name)) for name in RULES)
    assert terraform(rules).test() == RunSummary(passed=written, failed=0, errored=0, skipped=0)


@pytest.mark.parametrize("name", RULES)
def test_each_refusal_stands_before_the_nearest_input_that_is_accepted(name: str) -> None:
    written = list(runs_of(REPOSITORY / "infra/tests" / name).items())
    pairs = zip(written[::2], written[1::2], strict=True)
    for (refusal, refused), (acceptance, accepted) in pairs:
        assert acceptance.startswith(f"{refusal}_but_not_")
        assert "expect_failures" not in accepted
        inputs, expectation = refused.split("\n  expect_failures = ")
        assert expectation.count("var.") == 1
        changed = [line[0] for line in ndiff(inputs.splitlines(), accepted.splitlines())]
        assert (changed.count("-"), changed.count("+")) in {(1, 1), (1, 0), (0, 1)}


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
