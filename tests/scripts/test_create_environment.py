import hashlib
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "create_environment.sh"


@pytest.fixture
def requirements(tmp_path: Path) -> Path:
    """A file that requires a wheel of this test, by its checksum."""
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    wheel = wheels / "example-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("example.py", "answer = 42\n")
        archive.writestr(
            "example-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: example\nVersion: 1.0\n"
        )
        archive.writestr(
            "example-1.0.dist-info/WHEEL",
            "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        archive.writestr("example-1.0.dist-info/RECORD", "")
    checksum = hashlib.sha256(wheel.read_bytes()).hexdigest()
    (tmp_path / "requirements.txt").write_text(f"example==1.0 --hash=sha256:{checksum}\n")
    return tmp_path / "requirements.txt"


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A PATH with a python3, and a python3.13 that refuses to run as a manager's shim may."""
    folder = tmp_path / "programs"
    folder.mkdir()
    (folder / "python3").symlink_to(Path(sys.base_prefix, "bin", "python3").resolve())
    (folder / "touch").symlink_to("/usr/bin/touch")
    shim = folder / "python3.13"
    shim.write_text("#!/bin/sh\nexit 127\n")
    shim.chmod(0o755)
    return folder


def create(tmp_path: Path, path: Path) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": str(path),
        "HOME": str(tmp_path),
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(tmp_path / "wheels"),
    }
    return subprocess.run(
        ("/bin/sh", SCRIPT, tmp_path / "environment", tmp_path / "requirements.txt"),
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_environment_of_a_managers_python_holds_what_is_required(
    tmp_path: Path, requirements: Path, programs: Path
) -> None:
    python = (programs / "python3").resolve()
    (programs / "python3").unlink()
    version = f"3.{sys.version_info.minor}"
    managed = tmp_path / ".pyenv/versions" / f"{version}.1" / "bin"
    managed.mkdir(parents=True)
    name = "python3.13" if version == "3.13" else "python3"
    (managed / name).symlink_to(python)

    finished = create(tmp_path, programs)

    assert finished.returncode == 0, finished.stderr
    assert finished.stdout.startswith(
        f"==> Installing {requirements} into {tmp_path / 'environment'} with Python {version}."
    )
    answer = subprocess.run(
        (tmp_path / "environment/bin/python", "-c", "import example; print(example.answer)"),
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout == "42\n"
    assert (tmp_path / "environment/.complete").is_file()


def test_package_with_another_checksum_is_refused_and_the_environment_incomplete(
    tmp_path: Path, requirements: Path, programs: Path
) -> None:
    requirements.write_text(f"example==1.0 --hash=sha256:{'0' * 64}\n")

    finished = create(tmp_path, programs)

    assert finished.returncode == 1
    assert "THESE PACKAGES DO NOT MATCH THE HASHES" in finished.stderr
    assert f"The packages of {requirements} could not be installed" in finished.stderr
    assert not (tmp_path / "environment/.complete").exists()


def test_missing_python_is_answered_with_where_to_get_it(
    tmp_path: Path, requirements: Path, programs: Path
) -> None:
    (programs / "python3").unlink()

    finished = create(tmp_path, programs)

    assert finished.returncode == 1
    assert "Python 3.11 or later" in finished.stderr
    assert "python3-venv" in finished.stderr
    assert requirements.is_file()
    assert not (tmp_path / "environment").exists()


def test_script_is_executable() -> None:
    assert os.access(SCRIPT, os.X_OK)
