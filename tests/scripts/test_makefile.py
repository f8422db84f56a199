import os
import re
import shutil
import subprocess
from pathlib import Path

PROJECT_DIRECTORY = Path(__file__).resolve().parents[2]
MAKEFILE = (PROJECT_DIRECTORY / "Makefile").read_text()


def make(*arguments: str) -> str:
    program = shutil.which("make")
    assert program is not None
    # A `make test` around this test must not hand its own arguments down.
    ours = {name: value for name, value in os.environ.items() if not re.match("MAKE|MFLAGS", name)}
    finished = subprocess.run(
        (program, "--no-print-directory", *arguments),
        cwd=PROJECT_DIRECTORY,
        env=ours,
        capture_output=True,
        text=True,
        check=True,
    )
    return finished.stdout


def commands() -> list[str]:
    match = re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)
    assert match is not None
    return match[1].split()


def test_make_alone_lists_each_command_on_a_line() -> None:
    lines = make().splitlines()

    assert [line.split()[1] for line in lines] == commands()
    assert lines == make("help").splitlines()


def test_every_script_behind_a_command_exists() -> None:
    for name in commands():
        recipe = make("--dry-run", name)
        modules = re.findall(r"-m scripts\.(\w+)", recipe)
        paths = re.findall(r"scripts/\w+\.\w+", recipe)
        for path in (*paths, *(f"scripts/{module}.py" for module in modules)):
            assert (PROJECT_DIRECTORY / path).is_file(), f"make {name} runs {path}"


def test_cleaning_never_touches_what_terraform_knows_of_an_account() -> None:
    recipe = make("--dry-run", "clean")

    assert "tfstate" not in recipe
    assert "infra" not in recipe


def test_arguments_choose_tests_and_lift_the_floors() -> None:
    assert "-m scripts.coverage_floors" in make("--dry-run", "test")

    chosen = make("--dry-run", "test", "ARGS=tests/scripts -x")

    assert "-m pytest tests/scripts -x" in chosen
    assert "coverage" not in chosen
