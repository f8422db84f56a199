from pathlib import Path

import pytest

from local_aws.watch.terraform_files import TerraformFiles
from tests.local_aws.watch.given import write

MAIN = """
locals {
  policy = file("${path.module}/policy.json")
}

data "archive_file" "code" {
  source_dir = "${path.module}/src"
}
"""


@pytest.fixture
def files(tmp_path: Path) -> TerraformFiles:
    write(tmp_path, {"root/main.tf": MAIN, "module/main.tf.json": '{"locals": {"a": "text.txt"}}'})
    return TerraformFiles.of([tmp_path / "root", tmp_path / "module"], [tmp_path / "values.tfvars"])


@pytest.mark.parametrize(
    "name",
    [
        "root/new.tf",
        "root/new.tf.json",
        "root/terraform.tfvars",
        "root/a.auto.tfvars.json",
        "module/main.tf",
        "values.tfvars",
    ],
)
def test_configuration_is_known_by_its_place_and_name(
    files: TerraformFiles, tmp_path: Path, name: str
) -> None:
    assert files.configure(tmp_path / name)


@pytest.mark.parametrize("name", ["root/examples/main.tf", "root/policy.json", "other.tfvars"])
def test_other_files_are_no_configuration(files: TerraformFiles, tmp_path: Path, name: str) -> None:
    assert not files.configure(tmp_path / name)


def test_file_that_is_gone_when_it_is_read_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "gone.tf").symlink_to(tmp_path / "nowhere")
    assert TerraformFiles.of([tmp_path], []).words == frozenset()


@pytest.mark.parametrize("name", ["root/policy.json", "root/src/a/b.js", "module/text.txt"])
def test_file_that_is_named_is_read(files: TerraformFiles, tmp_path: Path, name: str) -> None:
    assert files.mention(tmp_path / name)


@pytest.mark.parametrize(
    "name", ["root/README.md", "root/source/a.js", "src/a.js", "root/src/a.tftest.hcl"]
)
def test_file_that_is_not_named_is_not_read(
    files: TerraformFiles, tmp_path: Path, name: str
) -> None:
    assert not files.mention(tmp_path / name)
