from pathlib import Path

import coverage
import pytest

from scripts.coverage_floors import FLOORS, main


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of three folders with a module each, in whose folder the test runs."""
    for folder in FLOORS:
        (tmp_path / folder).mkdir()
        lines = [f"value_{number} = {number}" for number in range(1, 11)]
        (tmp_path / folder / "module.py").write_text("\n".join(lines) + "\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def record(project: Path, **lines_run: int) -> None:
    """Write down that the first lines of each folder's module were run, of ten."""
    measured = coverage.CoverageData(str(project / ".coverage"))
    measured.add_lines(
        {
            str(project / folder / "module.py"): range(1, count + 1)
            for folder, count in lines_run.items()
        }
    )
    measured.write()
    measured.close()


def test_floors_that_are_met_say_nothing(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record(project, lambda_src=10, local_aws=9, scripts=9)

    assert main() == 0
    assert capsys.readouterr().out == ""


def test_each_folder_below_its_floor_is_reported(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record(project, lambda_src=9, local_aws=10, scripts=8)

    assert main() == 1
    output = capsys.readouterr().out
    assert "lambda_src: 90.00 % of lines and branches run; 100 % must." in output
    assert "scripts: 80.00 % of lines and branches run; 90 % must." in output
    assert "lambda_src/module.py" in output
    assert "local_aws" not in output
