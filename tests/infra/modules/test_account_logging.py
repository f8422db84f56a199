from collections.abc import Callable
from pathlib import Path

import pytest

from local_aws.terraform.command import Terraform
from tests.infra.given import CommandLine, copy_module


@pytest.fixture(scope="module")
def account_logging(
    tmp_path_factory: pytest.TempPathFactory, terraform: Callable[[Path], Terraform]
) -> Path:
    folder = copy_module(tmp_path_factory.mktemp("copy")) / "modules/account_logging"
    terraform(folder).init()
    return folder


def test_every_run_passes(account_logging: Path, command_line: CommandLine) -> None:
    finished = command_line.run(account_logging, "test", "-no-color")
    assert finished.returncode == 0, finished.stdout
    assert "Success! 3 passed, 0 failed." in finished.stdout


def test_module_is_valid_without_a_warning(
    account_logging: Path, terraform: Callable[[Path], Terraform]
) -> None:
    assert terraform(account_logging).validate() == ()
