from pathlib import Path

import pytest

from local_aws.terraform.binary import BinaryError, find_binary, installed_path


def make_program(path: Path, script: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def answering(version: str) -> str:
    return f'echo \'{{"terraform_version": "{version}", "platform": "linux_arm64"}}\''


def test_first_fitting_program_on_path_is_taken(tmp_path: Path) -> None:
    make_program(tmp_path / "shim/terraform", "echo 'no version is selected' >&2; exit 127")
    make_program(tmp_path / "old/terraform", answering("1.8.5"))
    fitting = make_program(tmp_path / "new/terraform", answering("1.9.0"))
    make_program(tmp_path / "newer/terraform", answering("1.12.1"))
    path = ":".join(str(tmp_path / name) for name in ("absent", "shim", "old", "new", "newer"))

    binary = find_binary({"PATH": path}, tools_directory=tmp_path / ".tools")

    assert (binary.path, binary.version, binary.platform) == (fitting, "1.9.0", "linux_arm64")


def test_without_one_on_path_the_newest_installed_one_is_taken(tmp_path: Path) -> None:
    for version in ("1.9.8", "1.11.4", "1.10.0"):
        make_program(installed_path(version, tools_directory=tmp_path), answering(version))

    assert find_binary({"PATH": ""}, tools_directory=tmp_path).version == "1.11.4"


def test_beta_of_a_later_version_fits(tmp_path: Path) -> None:
    make_program(tmp_path / "terraform", answering("1.12.0-beta1"))

    assert find_binary({"PATH": str(tmp_path)}, tools_directory=tmp_path).version == "1.12.0-beta1"


def test_refusal_names_each_candidate_and_both_ways_out(tmp_path: Path) -> None:
    old = make_program(tmp_path / "a/terraform", answering("1.5.7"))
    shim = make_program(tmp_path / "b/terraform", "exit 127")
    other = make_program(tmp_path / "c/terraform", "echo Hello")
    odd = make_program(tmp_path / "d/terraform", "echo '[]'")
    path = ":".join(str(program.parent) for program in (old, shim, other, odd))

    with pytest.raises(BinaryError) as raised:
        find_binary({"PATH": path}, tools_directory=tmp_path / ".tools")

    assert f"{old} is version 1.5.7." in str(raised.value)
    assert f"{shim} does not run: it ends with exit code 127." in str(raised.value)
    assert f"{other} does not answer `version -json`" in str(raised.value)
    assert f"{odd} does not answer `version -json`" in str(raised.value)
    assert "make setup" in str(raised.value)
    assert "https://developer.hashicorp.com/terraform/install" in str(raised.value)


def test_program_for_another_machine_is_named(tmp_path: Path) -> None:
    program = make_program(tmp_path / "terraform", "")
    program.write_bytes(b"\x7fELF of some other kind")

    with pytest.raises(BinaryError, match=f"{program} does not run: .*Exec format error"):
        find_binary({"PATH": str(tmp_path)}, tools_directory=tmp_path)


def test_folder_or_plain_file_named_terraform_is_no_candidate(tmp_path: Path) -> None:
    (tmp_path / "a/terraform").mkdir(parents=True)
    (tmp_path / "b").mkdir()
    (tmp_path / "b/terraform").write_text("notes")

    with pytest.raises(BinaryError) as raised:
        find_binary({"PATH": f"{tmp_path}/a:{tmp_path}/b"}, tools_directory=tmp_path)

    assert str(tmp_path) not in str(raised.value)
