import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from difflib import ndiff
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from local_aws.terraform.command import Terraform
from tests.infra.given import REPOSITORY, CommandLine, copy_module

FILES = sorted(path.name for path in (REPOSITORY / "infra/tests").glob("*.tftest.hcl"))
RULES = [name for name in FILES if name.endswith("_rules.tftest.hcl")]
DEPLOYMENTS = [name for name in FILES if name not in RULES]

Runs = Mapping[str, Future[CompletedProcess[str]]]


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory, terraform: Callable[[Path], Terraform]) -> Path:
    """The module's inputs without its resources: their rules then need no provider to start."""
    folder = copy_module(tmp_path_factory.mktemp("rules"))
    for path in (*folder.glob("*.tf"), *folder.glob("tests/*.tftest.hcl")):
        if not (path.name.startswith(("variables", "limits", "sources")) or path.name in RULES):
            path.unlink()
    # Each run reads all that would go into the zip, and no rule is about these.
    shutil.rmtree(folder.parent / "lambda_src/websocket_api")
    terraform(folder).init()
    return folder


@pytest.fixture(scope="module")
def rule_runs(rules: Path, command_line: CommandLine) -> Iterator[Runs]:
    yield from _runs(RULES, rules, command_line)


@pytest.fixture(scope="module")
def deployment_runs(module: Path, command_line: CommandLine) -> Iterator[Runs]:
    yield from _runs(DEPLOYMENTS, module, command_line)


def _runs(names: list[str], folder: Path, command_line: CommandLine) -> Iterator[Runs]:
    """Start `terraform test` for each file, two at a time, the longest first."""
    with ThreadPoolExecutor(max_workers=2) as executor:
        yield {
            name: executor.submit(
                command_line.run,
                folder,
                "test",
                "-no-color",
                f"-filter=tests/{name}",
                # Nearly all the work is starting the provider for each run; with fewer garbage
                # collections it costs a quarter less.
                environment={"GOGC": "400"},
            )
            for name in sorted(names, key=lambda name: len(runs_of(name)), reverse=True)
        }
        executor.shutdown(cancel_futures=True)


def runs_of(name: str) -> dict[str, str]:
    """Return what is in each run of a test file, by the run's name."""
    text = (REPOSITORY / "infra/tests" / name).read_text()
    return dict(re.findall(r'^run "(\w+)" \{\n(.*?)^\}$', text, re.MULTILINE | re.DOTALL))


@pytest.mark.parametrize("name", RULES)
def test_every_rule_refuses_and_accepts(rule_runs: Runs, name: str) -> None:
    all_pass(rule_runs, name)


@pytest.mark.stacks
@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_every_deployment_is_as_it_should(deployment_runs: Runs, name: str) -> None:
    all_pass(deployment_runs, name)


def all_pass(runs: Runs, name: str) -> None:
    finished = runs[name].result()
    assert finished.returncode == 0, finished.stdout
    assert f"Success! {len(runs_of(name))} passed, 0 failed." in finished.stdout


@pytest.mark.parametrize("name", RULES)
def test_each_refusal_stands_before_the_nearest_input_that_is_accepted(name: str) -> None:
    written = list(runs_of(name).items())
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
