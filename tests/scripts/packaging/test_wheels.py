import hashlib
import zipfile
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import pytest

from scripts.packaging import command_line
from scripts.packaging.entry import PackageError
from scripts.packaging.wheels import _pinned_requirements, _wheel_entries
from tests.scripts.packaging.given import build, write_files, write_wheel


def test_wheel_for_the_function_is_chosen(tmp_path: Path, wheels: Path) -> None:
    for tag, text in {
        "cp313-cp313-manylinux_2_28_aarch64": "Graviton",
        "cp313-cp313-manylinux_2_17_x86_64.manylinux2014_x86_64": "Intel",
        "cp313-cp313-macosx_11_0_arm64": "Mac",
        "cp312-cp312-manylinux_2_28_aarch64": "older Python",
        "cp313-cp313-manylinux_2_39_aarch64": "newer system",
    }.items():
        write_wheel(wheels, f"native-1.0-{tag}", {"native.py": text})
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("native==1.0\n")

    arm = build(tmp_path, "--requirements", requirements)
    intel = build(tmp_path, "--requirements", requirements, "--architecture", "x86_64")
    older = build(tmp_path, "--requirements", requirements, "--python-version", "3.12")

    assert arm["native.py"] == b"Graviton"
    assert intel["native.py"] == b"Intel"
    assert older["native.py"] == b"older Python"


def test_wheel_of_the_stable_interface_fits_every_later_python(
    tmp_path: Path, wheels: Path
) -> None:
    write_wheel(wheels, "native-1.0-cp39-abi3-manylinux2014_aarch64", {"native.py": "stable"})
    (tmp_path / "requirements.txt").write_text("native==1.0")

    assert build(tmp_path, "--requirements", tmp_path / "requirements.txt")["native.py"]


def test_amazon_linux_2_gets_no_wheel_that_needs_a_newer_system(
    tmp_path: Path, wheels: Path, refusal: Callable[..., str]
) -> None:
    write_wheel(wheels, "native-1.0-py3-none-manylinux_2_28_aarch64", {"native.py": "newer"})
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("native==1.0")

    message = refusal("--requirements", requirements, "--python-version", "3.11")

    assert f"native==1.0 ({requirements}) has no wheel for arm64 and Python 3.11" in message
    assert build(tmp_path, "--requirements", requirements, "--python-version", "3.12")


def test_wheel_is_laid_out_as_an_installation_would(tmp_path: Path, wheels: Path) -> None:
    write_wheel(
        wheels,
        "example-1.0-py3-none-any",
        {
            "example/__init__.py": "answer = 42\n" * 100,
            "example/old.pyc": "stale",
            "example.data": "no folder",
            "example-1.0.data/purelib/moved.py": "moved",
            "example-1.0.data/scripts/run": "#!python",
            "example-1.0.dist-info/direct_url.json": "{}",
            "example-1.0.dist-info/licenses/LICENSE": "licence",
        },
    )
    (tmp_path / "requirements.txt").write_text("example==1.0\n")

    files = build(tmp_path, "--requirements", tmp_path / "requirements.txt")

    assert {name for name in files if not name.startswith(("handlers/", "websocket_api/"))} == {
        "example.data",
        "example/__init__.py",
        "moved.py",
        "example-1.0.dist-info/METADATA",
        "example-1.0.dist-info/WHEEL",
        "example-1.0.dist-info/licenses/LICENSE",
    }
    assert files["example/__init__.py"] == b"answer = 42\n" * 100
    with zipfile.ZipFile(tmp_path / "lambda.zip") as archive:
        member = archive.getinfo("example/__init__.py")
        assert member.compress_size < member.file_size
        assert member.date_time == (1980, 1, 1, 0, 0, 0)


def test_hashes_and_included_files_are_honoured(
    tmp_path: Path, wheels: Path, refusal: Callable[..., str]
) -> None:
    one = write_wheel(wheels, "one-1.0-py3-none-any", {"one.py": "1"}, requires=["Two.Two"])
    two = write_wheel(wheels, "two_two-2.0-py3-none-any", {"two.py": "2"})
    hashes = {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in (one, two)}
    requirements = tmp_path / "requirements.txt"
    requirements.write_text(
        "--no-index\n-r more/others.txt  # the rest\n"
        f"one[extra] == 1.0 ; python_version >= '3.8' \\\n    --hash=sha256:{hashes[one]}\n"
    )
    write_files(tmp_path, {"more/others.txt": f"two-two==2.0 --hash=sha256:{hashes[two]}\n"})

    files = build(tmp_path, "--requirements", requirements)
    assert (files["one.py"], files["two.py"]) == (b"1", b"2")

    write_wheel(wheels, "two_two-2.0-py3-none-any", {"two.py": "tampered"})
    message = refusal("--requirements", requirements)
    assert "pip could not download" in message
    assert "HASHES" in message


@pytest.mark.parametrize(
    "line",
    [
        "example",
        "example>=1",
        "example==1.*",
        "example==1.0,<2",
        "example===1.0",
        "-e ./example",
        "--editable=./example",
        "example@https://example.com/example.whl",
        "./example.whl",
    ],
)
def test_requirement_that_is_not_pinned_is_refused(
    tmp_path: Path, refusal: Callable[..., str], line: str
) -> None:
    (tmp_path / "requirements.txt").write_text(f"# ours\n{line} # why\n")

    message = refusal("--requirements", tmp_path / "requirements.txt")

    assert f"does not pin '{line.split(maxsplit=1)[0]}'; write name==version" in message


def test_dependency_that_is_not_pinned_is_named_with_its_version(
    tmp_path: Path, wheels: Path, refusal: Callable[..., str]
) -> None:
    write_wheel(wheels, "one-1.0-py3-none-any", {"one.py": "1"}, requires=["two", "Three_3>=1"])
    write_wheel(wheels, "two-2.0-py3-none-any", {"two.py": "2"})
    write_wheel(wheels, "three_3-3.0-py3-none-any", {"three.py": "3"})
    (tmp_path / "requirements.txt").write_text("one==1.0\n")

    message = refusal("--requirements", tmp_path / "requirements.txt")

    assert "add three-3==3.0, two==2.0" in message


def test_package_without_any_wheel_is_named(
    tmp_path: Path, wheels: Path, refusal: Callable[..., str]
) -> None:
    write_wheel(wheels, "native-1.0-cp313-cp313-macosx_11_0_arm64", {"native.py": "Mac"})
    (tmp_path / "requirements.txt").write_text("native==1.0\n")

    message = refusal("--requirements", tmp_path / "requirements.txt")

    assert "native==1.0" in message
    assert "has no wheel for arm64 and Python 3.13" in message


def test_requirements_file_may_require_nothing_but_must_exist(
    tmp_path: Path, refusal: Callable[..., str]
) -> None:
    (tmp_path / "requirements.txt").write_text("# nothing yet\n")
    assert build(tmp_path, "--requirements", tmp_path / "requirements.txt")

    message = refusal("--requirements", tmp_path / "absent.txt")
    assert f"{tmp_path / 'absent.txt'} is no file" in message


def test_requirements_that_include_themselves_are_refused(
    tmp_path: Path, refusal: Callable[..., str]
) -> None:
    write_files(tmp_path, {"one.txt": "-r two.txt\n", "two.txt": "--requirement=one.txt\n"})

    message = refusal("--requirements", tmp_path / "one.txt")

    assert f"{tmp_path / 'one.txt'} includes itself" in message


@pytest.mark.parametrize("name", ["websocket_api/events.py", "handlers/other.py"])
def test_wheel_may_not_stand_in_for_our_packages(
    tmp_path: Path, wheels: Path, refusal: Callable[..., str], name: str
) -> None:
    write_wheel(wheels, "example-1.0-py3-none-any", {name: "not ours"})
    (tmp_path / "requirements.txt").write_text("example==1.0\n")

    assert "example-1.0-py3-none-any.whl" in refusal(
        "--requirements", tmp_path / "requirements.txt"
    )


@pytest.mark.parametrize("position", [0, 60, -10])
def test_damaged_wheel_is_named(tmp_path: Path, position: int) -> None:
    wheel = write_wheel(tmp_path, "example-1.0-py3-none-any", {"example.py": "answer = 42\n" * 9})
    content = bytearray(wheel.read_bytes())
    content[position] ^= 0xFF
    wheel.write_bytes(content)

    with pytest.raises(PackageError, match=f"{wheel.name} is damaged"):
        list(_wheel_entries(wheel))


def test_wheel_that_lambda_could_not_unpack_is_refused(tmp_path: Path) -> None:
    wheel = tmp_path / "example-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("example.py", "answer = 42\n")

    with pytest.raises(PackageError, match=r"compresses example\.py in a way"):
        list(_wheel_entries(wheel))


@pytest.mark.parametrize("member", ["../outside.py", "/etc/passwd", "a/../../outside.py"])
def test_wheel_that_leaves_its_folder_is_refused(tmp_path: Path, member: str) -> None:
    wheel = tmp_path / "example-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(member, "x")

    with pytest.raises(PackageError, match="leaves its folder"):
        list(_wheel_entries(wheel))


def test_authorizers_wheels_are_pinned_with_their_hashes() -> None:
    pinned = _pinned_requirements(command_line.AUTHORIZER_REQUIREMENTS)
    text = command_line.AUTHORIZER_REQUIREMENTS.read_text()

    assert {"pyjwt", "cryptography"} <= pinned.keys()
    assert text.count("==") == len(pinned)
    assert text.count("--hash=sha256:") >= len(pinned)


def test_authorizer_is_tested_with_the_versions_that_it_is_packaged_with() -> None:
    pinned = _pinned_requirements(command_line.AUTHORIZER_REQUIREMENTS)

    assert {name: metadata.version(name) for name in pinned} == pinned
