"""What all tests share: their division among workers, and what those that run Terraform need."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from local_aws.terraform.binary import Binary, find_binary
from local_aws.terraform.cli_configuration import configure
from local_aws.terraform.command import Terraform
from local_aws.terraform.environment import local_environment
from local_aws.terraform.mirror import SearchPlaces

# How long an example takes says more about the machine than about what is tested.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

# The discard port: a test that would call AWS without having a local one is refused at once.
NO_AWS = "http://127.0.0.1:9"
# Files whose tests share a root that is applied once for all of them, which takes long.
SHARING = {
    "tests/conformance/": "the root of tests/conformance",
    "tests/end_to_end/test_echo.py": "infra/",
    "tests/end_to_end/test_permissions.py": "infra/",
}


class FileScheduling(LoadFileScheduling):  # type: ignore[misc]  # xdist ships no types
    """Gives the tests of one file to one worker, and so those of all files that share a root."""

    def _split_scope(self, nodeid: str) -> str:
        file = str(super()._split_scope(nodeid))
        return next((root for start, root in SHARING.items() if file.startswith(start)), file)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> FileScheduling:
    return FileScheduling(config, log)


@pytest.fixture(scope="session")
def terraform_binary() -> Binary:
    return find_binary(os.environ)


@pytest.fixture(scope="session")
def terraform_environment(
    terraform_binary: Binary, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """Environment in which Terraform finds its providers and can reach no AWS."""
    directory = tmp_path_factory.mktemp("terraform-configuration")
    configuration = configure(
        os.environ,
        platform=terraform_binary.platform,
        directory=directory,
        places=SearchPlaces(root=directory),
    )
    return local_environment(configuration.environment, aws_endpoint=NO_AWS, region="us-east-1")


@pytest.fixture(scope="session")
def terraform(
    terraform_binary: Binary, terraform_environment: dict[str, str]
) -> Callable[[Path], Terraform]:
    """Make a `Terraform` for a root in a folder that belongs to the test."""
    return lambda root: Terraform(terraform_binary.path, root, terraform_environment)
