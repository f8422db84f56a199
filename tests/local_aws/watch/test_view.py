from pathlib import Path

import pytest

from local_aws.watch.snapshot import Snapshot
from local_aws.watch.terraform_files import TerraformFiles
from local_aws.watch.view import View, names, seen_before
from tests.local_aws.watch.given import write, zip_of

ZIPPED = {"a.py": "a = 1", "b.py": "b = 1"}


@pytest.fixture
def view(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> View:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {f"src/{name}": text for name, text in ZIPPED.items()})
    write(tmp_path, {"infra/main.tf": 'locals { name = "policy.json" }', "infra/policy.json": ""})
    write(tmp_path, {"docs/README.md": "", "values/local.tfvars": ""})
    (tmp_path / "code.zip").write_bytes(zip_of(ZIPPED))
    files = TerraformFiles.of([tmp_path / "infra"], [tmp_path / "values/local.tfvars"])
    return View.of(files, {"digest": tmp_path / "code.zip"}, {})


def test_folders_are_those_of_configuration_and_sources(view: View, tmp_path: Path) -> None:
    assert view.folders() == (tmp_path / "infra", tmp_path / "src", tmp_path / "values")


def test_new_folder_in_one_of_them_is_watched(view: View, tmp_path: Path) -> None:
    write(tmp_path, {"src/below/c.py": ""})
    assert tmp_path / "src/below" in view.folders()


def test_folders_below_a_root_are_watched_although_a_variable_file_lies_in_it(
    view: View, tmp_path: Path
) -> None:
    write(tmp_path, {"infra/local.tfvars": "", "infra/templates/page.html": ""})
    files = TerraformFiles.of([tmp_path / "infra"], [tmp_path / "infra/local.tfvars"])
    folders = View(files, view.packages).folders()
    assert folders == (tmp_path / "infra", tmp_path / "infra/templates", tmp_path / "src")


@pytest.mark.parametrize(
    ("name", "is_source", "is_for_terraform"),
    [
        ("src/a.py", True, False),
        ("src/new.py", True, False),
        ("src/new.json", False, True),
        ("infra/main.tf", False, True),
        ("infra/policy.json", False, True),
        ("infra/README.md", False, False),
        ("values/local.tfvars", False, True),
        ("values/other.tfvars", False, False),
    ],
)
def test_each_file_is_for_one_thing(
    view: View, tmp_path: Path, name: str, *, is_source: bool, is_for_terraform: bool
) -> None:
    path = tmp_path / name
    assert (view.has_source(path), view.is_for_terraform(path)) == (is_source, is_for_terraform)


def test_zip_that_is_known_is_not_read_again(view: View, tmp_path: Path) -> None:
    (tmp_path / "code.zip").unlink()
    zips = {"digest": tmp_path / "code.zip"}
    assert View.of(view.terraform_files, zips, view.packages) == view


def test_zip_that_cannot_be_read_has_no_sources(view: View, tmp_path: Path) -> None:
    (tmp_path / "broken.zip").write_text("no zip")
    zips = {"broken": tmp_path / "broken.zip", "gone": tmp_path / "gone.zip"}
    assert View.of(view.terraform_files, zips, {}).packages == {}


def test_folder_of_a_variable_file_may_be_gone(view: View, tmp_path: Path) -> None:
    (tmp_path / "values/local.tfvars").unlink()
    (tmp_path / "values").rename(tmp_path / "renamed")
    assert view.folders() == (tmp_path / "infra", tmp_path / "src")


def test_zip_that_is_not_deployed_any_more_is_forgotten(view: View) -> None:
    assert View.of(view.terraform_files, {}, view.packages).packages == {}


def test_files_of_the_project_are_seen_before_anything_is_applied(
    view: View, tmp_path: Path
) -> None:
    before = seen_before(tmp_path / "infra")
    write(tmp_path, {"src/a.py": "a = 23"})
    changed = Snapshot.take(view.folders()).changes_since(before.of(view.folders()))
    assert changed == {tmp_path / "src/a.py"}


def test_files_are_named_from_the_current_folder(view: View, tmp_path: Path) -> None:
    del view
    assert names([tmp_path / "b.py", tmp_path / "a.py"]) == "a.py, b.py"
    assert names([tmp_path.parent / "c.py"]) == str(tmp_path.parent / "c.py")


def test_many_files_are_counted(view: View, tmp_path: Path) -> None:
    del view
    assert names(tmp_path / f"{name}.py" for name in "edcba") == "a.py, b.py, c.py and 2 more"
