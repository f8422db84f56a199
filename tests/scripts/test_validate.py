from pathlib import Path

import pytest

from scripts.validate import main


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "main.tf").write_text(
        'terraform {\n  backend "s3" {}\n}\nresource "terraform_data" "one" {}\n'
    )
    return tmp_path


def test_valid_root_says_nothing_and_is_left_untouched(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(root)]) == 0
    assert capsys.readouterr() == ("", "")
    assert [path.name for path in root.iterdir()] == ["main.tf"]


def test_warning_counts_as_an_error(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "two.tf").write_text(
        'resource "terraform_data" "two" {\n  depends_on = ["terraform_data.one"]\n}\n'
    )

    assert main([str(root)]) == 1
    assert f"{root}: Warning: Quoted references are deprecated" in capsys.readouterr().err


def test_all_roots_are_validated_although_one_is_wrong(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / "two.tf").write_text('output "two" {\n  value = var.absent\n}\n')

    assert main([str(tmp_path / "absent"), str(root)]) == 1
    errors = capsys.readouterr().err
    assert f"{tmp_path / 'absent'} is no folder" in errors
    assert "Reference to undeclared input variable" in errors
