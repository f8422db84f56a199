import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts.packaging import command_line
from scripts.packaging.command_line import main
from tests.scripts.packaging.given import build, write_files, write_wheel


def test_path_size_and_checksum_are_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    build(tmp_path)

    content = (tmp_path / "lambda.zip").read_bytes()
    assert capsys.readouterr().out == (
        f"{tmp_path / 'lambda.zip'}  {len(content):,} bytes  "
        f"SHA-256 {hashlib.sha256(content).hexdigest()}\n"
    )


def test_unwritable_output_is_told(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = source / "chat.py" / "lambda.zip"

    assert main(["--output", str(output)]) == 1
    assert str(source / "chat.py") in capsys.readouterr().err


@pytest.mark.parametrize("version", ["3", "2.7", "3.x", "3.13.1"])
def test_python_version_is_a_minor_version(
    version: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["--python-version", version])
    assert f"{version} is not of the form 3.13" in capsys.readouterr().err


@pytest.mark.usefixtures("native_wheels")
def test_authorizer_has_a_zip_of_its_own_with_wheels_for_its_architecture(
    tmp_path: Path,
) -> None:
    arm = build(tmp_path, "--authorizer")
    intel = build(tmp_path, "--authorizer", "--architecture", "x86_64")

    assert arm["jwt_authorizer/handler.py"] == b"\nTOKENS=()\n"
    folders = {"jwt_authorizer", "signatures.py", "signatures-1.0.dist-info"}
    assert {name.split("/")[0] for name in arm} == folders
    assert arm["signatures.py"] == b"aarch64"
    assert intel["signatures.py"] == b"x86_64"


def test_wheel_may_not_stand_in_for_the_authorizer(
    tmp_path: Path, wheels: Path, refusal: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_wheel(wheels, "example-1.0-py3-none-any", {"jwt_authorizer/other.py": "not ours"})
    requirements = write_files(tmp_path, {"authorizer.txt": "example==1.0\n"}) / "authorizer.txt"
    monkeypatch.setattr(command_line, "AUTHORIZER_REQUIREMENTS", requirements)

    assert "example-1.0-py3-none-any.whl" in refusal("--authorizer")


@pytest.mark.parametrize("option", ["--source", "--requirements"])
def test_authorizer_takes_nothing_of_the_users(
    tmp_path: Path, option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["--authorizer", option, str(tmp_path)])
    assert "--authorizer takes neither --source nor --requirements" in capsys.readouterr().err


def test_each_zip_has_a_place_in_dist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command_line, "PROJECT_DIRECTORY", tmp_path)
    requirements = write_files(tmp_path, {"authorizer.txt": ""}) / "authorizer.txt"
    monkeypatch.setattr(command_line, "AUTHORIZER_REQUIREMENTS", requirements)

    assert main([]) == 0
    assert main(["--authorizer"]) == 0

    assert sorted(path.name for path in (tmp_path / "dist").iterdir()) == [
        "jwt-authorizer.zip",
        "lambda.zip",
    ]
