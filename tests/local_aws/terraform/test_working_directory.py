import json
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from local_aws.terraform.binary import Binary
from local_aws.terraform.command import Terraform
from local_aws.terraform.working_directory import WorkingDirectory, WorkingDirectoryError

MAIN = """
module "sibling" {
  source = "../sibling"
}
module "below" {
  source = "./modules/below"
}
resource "terraform_data" "shell" {
  provisioner "local-exec" {
    command = <<-EOT
      cat ${path.module}/../code/a.py ../code/a.py ${path.root}/file.txt > ${path.module}/shell.txt
    EOT
  }
}
output "paths" {
  value = {
    module  = path.module
    code    = fileset("${path.module}/../code", "**")
    from    = fileset("${path.module}/..", "code/**/*.py")
    text    = file("${path.module}/../code/a.py")
    own     = fileset(path.module, "templates/*")
    sibling = module.sibling.code
    below   = module.below.text
  }
}
output "shell" {
  value = terraform_data.shell.id
}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A root with all that it reads around it, as in a real repository."""
    files = {
        "root/main.tf": MAIN,
        "root/file.txt": "file\n",
        "root/templates/one.txt": "one\n",
        "root/modules/below/main.tf": (
            'output "text" {\n  value = file("${path.module}/../../../code/a.py")\n}\n'
        ),
        "sibling/main.tf": (
            'output "code" {\n  value = fileset("${path.module}/../code", "**")\n}\n'
        ),
        "code/a.py": "a = 1\n",
        "code/deep/b.py": "b = 2\n",
    }
    for name, text in files.items():
        path = tmp_path / "project" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "project/root"


@pytest.fixture
def run_in(
    terraform_binary: Binary, terraform_environment: dict[str, str]
) -> Callable[[WorkingDirectory], Terraform]:
    def make(directory: WorkingDirectory) -> Terraform:
        environment = directory.environment(terraform_environment)
        return Terraform(terraform_binary.path, directory.path, environment)

    return make


def snapshot(directory: Path) -> dict[str, Any]:
    """All that is in a folder, with contents and times of change."""
    return {
        str(path): (path.lstat().st_mtime_ns, path.read_bytes() if path.is_file() else None)
        for path in (directory, *directory.rglob("*"))
    }


def test_relative_paths_mean_the_same_to_terraform_and_to_the_shell(
    root: Path, run_in: Callable[[WorkingDirectory], Terraform]
) -> None:
    with WorkingDirectory(root) as directory:
        terraform = run_in(directory)
        terraform.init()
        terraform.apply()

        assert terraform.output()["paths"] == {
            "module": ".",
            "code": ["a.py", "deep/b.py"],
            "from": ["code/a.py", "code/deep/b.py"],
            "text": "a = 1\n",
            "own": ["templates/one.txt"],
            "sibling": ["a.py", "deep/b.py"],
            "below": "a = 1\n",
        }
        assert (directory.path / "shell.txt").read_text() == "a = 1\na = 1\nfile\n"
        assert terraform.plan() is False
        assert set(directory.module_folders()) == {root.parent / "sibling", root / "modules/below"}


def test_modules_above_the_root_have_their_real_folders_and_fetched_ones_none(
    root: Path,
) -> None:
    with WorkingDirectory(root) as directory:
        assert directory.module_folders() == ()
        data = Path(directory.environment({})["TF_DATA_DIR"])
        folders = {"above": "..", "fetched": os.path.relpath(data / "modules/a", directory.path)}
        modules = [{"Key": key, "Dir": folder} for key, folder in folders.items()]
        modules += [{"Key": "", "Dir": "."}, {"Key": "test.tests.a.b", "Dir": "tests/b"}]
        (data / "modules").mkdir(parents=True)
        (data / "modules/modules.json").write_text(json.dumps({"Modules": modules}))
        assert directory.module_folders() == (root.parent,)


@pytest.mark.stacks
def test_nothing_is_written_into_the_root_or_beside_it(
    root: Path, run_in: Callable[[WorkingDirectory], Terraform]
) -> None:
    (root / "providers.tf").write_text('provider "aws" {}\n')
    before = snapshot(root.parent)

    with WorkingDirectory(root) as directory:
        terraform = run_in(directory)
        terraform.init()
        terraform.apply()
        assert (directory.path / ".terraform.lock.hcl").is_file()
        terraform.destroy()

    assert snapshot(root.parent) == before


def test_closing_removes_everything(
    root: Path,
    tmp_path: Path,
    run_in: Callable[[WorkingDirectory], Terraform],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))

    with WorkingDirectory(root) as directory:
        terraform = run_in(directory)
        terraform.init()
        terraform.apply()
    directory.close()

    assert not list((tmp_path / "temporary").iterdir())
    assert (root / "main.tf").is_file()


def test_real_state_is_neither_read_nor_kept(
    root: Path, run_in: Callable[[WorkingDirectory], Terraform]
) -> None:
    (root / "terraform.tfstate").write_text("no state that Terraform could read")
    (root / "terraform.tfstate.backup").write_text("nor this")
    (root / ".terraform").mkdir()
    (root / ".terraform/terraform.tfstate").write_text("nor this one")

    with WorkingDirectory(root) as directory:
        terraform = run_in(directory)
        terraform.init()
        assert terraform.output() == {}
        assert not list(directory.path.glob("*.tfstate*"))


@pytest.mark.parametrize(
    "block",
    [
        'backend "s3" {\n    bucket = "production"\n    key = "state"\n  }',
        'backend "local" {\n    path = "../real.tfstate"\n  }',
        'cloud {\n    organization = "example"\n    workspaces {\n      name = "x"\n    }\n  }',
    ],
)
def test_state_kept_elsewhere_is_replaced_by_a_local_one(
    root: Path, run_in: Callable[[WorkingDirectory], Terraform], block: str
) -> None:
    (root / "backend.tf").write_text(f"terraform {{\n  {block}\n}}\n")
    (root / "override.tf").write_text(f"terraform {{\n  {block}\n}}\n")

    with WorkingDirectory(root) as directory:
        terraform = run_in(directory)
        terraform.init()
        terraform.apply()
        assert terraform.plan() is False

    assert not (root.parent / "real.tfstate").exists()


def test_refresh_takes_over_new_and_deleted_files(
    root: Path, run_in: Callable[[WorkingDirectory], Terraform]
) -> None:
    (root / "old.tf").write_text('output "old" {\n  value = 1\n}\n')
    with WorkingDirectory(root) as directory:
        (root / "new.tf").write_text('output "new" {\n  value = file("../beside/b.txt")\n}\n')
        (root / "old.tf").unlink()
        (root.parent / "beside").mkdir()
        (root.parent / "beside/b.txt").write_text("beside")

        directory.refresh()
        terraform = run_in(directory)
        terraform.init()
        terraform.apply()

        assert terraform.output()["new"] == "beside"
        assert "old" not in terraform.output()


def test_what_a_provisioner_has_made_survives_a_refresh(root: Path) -> None:
    with WorkingDirectory(root) as directory:
        (directory.path / "build").mkdir()
        (directory.path / "build/a.zip").touch()
        (root / "build").mkdir()

        directory.refresh()

        assert (directory.path / "build/a.zip").is_file()


def test_lock_file_is_a_copy(root: Path) -> None:
    (root / ".terraform.lock.hcl").write_text("# locked\n")

    with WorkingDirectory(root) as directory:
        copy = directory.path / ".terraform.lock.hcl"
        assert copy.read_text() == "# locked\n"
        copy.write_text("# changed\n")

    assert (root / ".terraform.lock.hcl").read_text() == "# locked\n"


def test_values_of_variables_are_found(
    root: Path, run_in: Callable[[WorkingDirectory], Terraform]
) -> None:
    (root / "variables.tf").write_text(
        'variable "name" {\n  type = string\n}\noutput "name" {\n  value = var.name\n}\n'
    )
    (root / "terraform.tfvars").write_text('name = "mine"\n')

    with WorkingDirectory(root) as directory:
        terraform = run_in(directory)
        terraform.init()
        terraform.apply()
        assert terraform.output()["name"] == "mine"


def test_root_may_be_reached_through_a_link(
    root: Path, tmp_path: Path, run_in: Callable[[WorkingDirectory], Terraform]
) -> None:
    (tmp_path / "link").symlink_to(root)

    with WorkingDirectory(tmp_path / "link") as directory:
        terraform = run_in(directory)
        terraform.init()
        assert terraform.plan() is True


def test_root_beside_the_temporary_folder_does_not_contain_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / "main.tf").touch()

    with WorkingDirectory(tmp_path) as directory:
        assert [path.name for path in directory.path.iterdir() if path.is_symlink()] == ["main.tf"]


def test_folders_above_that_may_not_be_read_are_passed_over(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = Path.iterdir

    def refuse_one(path: Path) -> Iterator[Path]:
        if path == root.parent:
            raise PermissionError(13, "Permission denied", str(path))
        return listed(path)

    monkeypatch.setattr(Path, "iterdir", refuse_one)

    with WorkingDirectory(root) as directory:
        assert (directory.path / "main.tf").is_file()
        assert not (directory.path / "../code").exists()


@pytest.mark.parametrize(
    ("name", "message"),
    [("absent", "is no folder"), ("file.txt", "is no folder"), ("templates", "holds no .tf file")],
)
def test_folder_that_is_no_root_is_refused(root: Path, name: str, message: str) -> None:
    with pytest.raises(WorkingDirectoryError, match=f"{root / name} {message}"):
        WorkingDirectory(root / name)


def test_override_says_where_the_state_is(root: Path) -> None:
    with WorkingDirectory(root) as directory:
        (override,) = directory.path.glob("*_override.tf.json")
        state = Path(json.loads(override.read_text())["terraform"]["backend"]["local"]["path"])

        assert not state.is_relative_to(directory.path)
        assert state.is_absolute()
