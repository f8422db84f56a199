"""Copies of the module, ready to run, and a Terraform to run them."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from local_aws.terraform.binary import Binary
from local_aws.terraform.command import Terraform
from tests.infra.given import CommandLine, copy_module


@pytest.fixture(scope="session")
def command_line(terraform_binary: Binary, terraform_environment: Mapping[str, str]) -> CommandLine:
    return CommandLine(terraform_binary.path, terraform_environment)


@pytest.fixture(scope="session")
def module(
    tmp_path_factory: pytest.TempPathFactory, terraform: Callable[[Path], Terraform]
) -> Path:
    """The module in a folder whose name a careless script would trip over."""
    folder = copy_module(tmp_path_factory.mktemp("a folder") / 'of $HOME\'s "own"')
    terraform(folder).init()
    return folder
