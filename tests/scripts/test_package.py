import ast
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

PROJECT_DIRECTORY = Path(__file__).resolve().parents[2]
SCRIPT = PROJECT_DIRECTORY / "scripts/package.py"
MODULES = (SCRIPT, *sorted((PROJECT_DIRECTORY / "scripts/packaging").glob("*.py")))
MAXIMUM_BYTES = 60 * 1024
MAXIMUM_BYTES_WITH_THE_WHOLE_LIBRARY = 84 * 1024
ENVIRONMENT = {
    "AWS_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "example",
    "WEBSOCKET_CONNECTION_TTL_SECONDS": "7500",
    "WEBSOCKET_FANOUT_QUEUE_URL": "https://sqs.eu-west-1.amazonaws.com/123456789012/fan-out",
    "WEBSOCKET_FANOUT_POSTS_PER_SECOND": "2500",
    "WEBSOCKET_MANAGEMENT_ENDPOINT": "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/prod",
    "WEBSOCKET_TABLE_NAME": "connections",
}


@pytest.fixture(scope="module")
def lambda_zip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package of our own sources, as the command builds it."""
    return run(sys.executable, tmp_path_factory.mktemp("built") / "lambda.zip")


def run(
    python: str, output: Path, *arguments: str | Path, umask: int = -1, **variables: str
) -> Path:
    subprocess.run(
        (python, SCRIPT, "--output", output, *arguments),
        env={**os.environ, **variables},
        umask=umask,
        check=True,
        capture_output=True,
    )
    return output


def pythons() -> Iterator[str]:
    """Yield one Python of each version from 3.9 on that is on this machine and works."""
    places = [Path(place) for place in os.get_exec_path()]
    places += Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv").glob("versions/*/bin")
    for minor in range(9, 15):
        for place in places:
            python = place / f"python3.{minor}"
            if python.exists() and subprocess.run((python, "-c", ""), check=False).returncode == 0:
                yield str(python)
                break


def test_package_of_our_handlers_is_small(lambda_zip: Path) -> None:
    assert lambda_zip.stat().st_size <= MAXIMUM_BYTES


def test_library_for_code_of_ones_own_is_hardly_larger(tmp_path: Path, lambda_zip: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app/chat.py").touch()

    whole = run(sys.executable, tmp_path / "lambda.zip", "--source", tmp_path / "app")

    assert whole.stat().st_size <= MAXIMUM_BYTES_WITH_THE_WHOLE_LIBRARY
    own = PROJECT_DIRECTORY / "lambda_src"
    modules = {
        path.relative_to(own).as_posix()
        for package in ("handlers", "websocket_api")
        for path in (own / package).rglob("*.py")
        if "testing" not in path.parts
    }
    assert names(whole) == modules | {"websocket_api/py.typed", "chat.py"}
    assert names(lambda_zip) < modules
    imports_alone(whole, [name for name in modules if not name.startswith("handlers/")])


def test_our_handlers_and_the_worker_need_nothing_beside_the_package(lambda_zip: Path) -> None:
    handlers = {path.name for path in (PROJECT_DIRECTORY / "lambda_src/handlers").glob("*.py")}
    packaged = {name for name in names(lambda_zip) if name.startswith("handlers/")}
    assert packaged == {f"handlers/{name}" for name in handlers}

    imports_alone(lambda_zip, names(lambda_zip))


def names(package: Path) -> set[str]:
    with zipfile.ZipFile(package) as archive:
        assert archive.testzip() is None
        return set(archive.namelist())


def imports_alone(package: Path, files: Iterable[str]) -> None:
    """Import files of a package where there is no other source, and tell whence they come."""
    modules = [file[:-3].replace("/", ".").removesuffix(".__init__") for file in files]
    script = (
        "import importlib, sys; sys.path.insert(0, sys.argv[1])\n"
        "for name in sys.argv[2:]:\n"
        "    file = importlib.import_module(name).__file__\n"
        "    assert file.startswith(sys.argv[1]), file\n"
    )
    subprocess.run(
        (sys.executable, "-c", script, package, *modules),
        cwd=package.parent,
        env=ENVIRONMENT,
        check=True,
    )


def test_clock_umask_and_hash_seed_of_a_machine_do_not_matter(
    tmp_path: Path, lambda_zip: Path
) -> None:
    output = run(
        sys.executable,
        tmp_path / "lambda.zip",
        umask=0o077,
        TZ="Asia/Tokyo",
        PYTHONHASHSEED="1",
        LC_ALL="C",
    )

    assert output.read_bytes() == lambda_zip.read_bytes()
    assert output.stat().st_mode & 0o777 == 0o644


def test_every_python_makes_the_same_bytes(tmp_path: Path, lambda_zip: Path) -> None:
    for python in pythons():
        output = run(python, tmp_path / f"{Path(python).name}.zip")
        assert output.read_bytes() == lambda_zip.read_bytes(), python


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_terraform_may_run_it_with_python_3_9(module: Path) -> None:
    ast.parse(module.read_text(), feature_version=(3, 9))


def test_standard_library_is_enough() -> None:
    finished = subprocess.run(
        (sys.executable, "-I", "-S", "-W", "error", SCRIPT, "--help"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr


def test_missing_pip_is_answered_with_how_to_get_it(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("example==1.0\n")
    subprocess.run(
        (sys.executable, "-m", "venv", "--without-pip", tmp_path / "environment"), check=True
    )

    finished = subprocess.run(
        (
            tmp_path / "environment/bin/python",
            SCRIPT,
            "--requirements",
            tmp_path / "requirements.txt",
            "--output",
            tmp_path / "lambda.zip",
        ),
        capture_output=True,
        text=True,
        check=False,
    )

    assert finished.returncode == 1
    assert "has no pip, which --requirements needs" in finished.stderr
    assert "python3-pip" in finished.stderr
