import ast
import hashlib
import io
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts import package
from scripts.package import Entry, PackageError, check, main, source_entries, write

PROJECT_DIRECTORY = Path(__file__).resolve().parents[2]
SCRIPT = PROJECT_DIRECTORY / "scripts" / "package.py"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_files(tmp_path / "source", {"chat.py": "def handler(event, context): ...\n"})


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The one place where pip looks for packages."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def write_files(folder: Path, files: dict[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def write_wheel(
    wheels: Path, name: str, files: dict[str, str], *, requires: Sequence[str] = ()
) -> Path:
    """Write a wheel named `distribution-version-tags`, with what an index would serve."""
    distribution, version, tag = name.split("-", 2)
    information = f"{distribution}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n"
    metadata += "".join(f"Requires-Dist: {requirement}\n" for requirement in requires)
    contents = {
        **files,
        f"{information}/METADATA": metadata,
        f"{information}/WHEEL": f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n",
        f"{information}/RECORD": "",
    }
    path = wheels / f"{name}.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in contents.items():
            archive.writestr(member, content)
    return path


def build(tmp_path: Path, *arguments: str | Path) -> dict[str, bytes]:
    """Build a package and return its files."""
    output = tmp_path / "lambda.zip"
    assert main([*map(str, arguments), "--output", str(output)]) == 0
    return read(output)


def read(output: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(output) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def refusal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Fail to build a package and return what is said about it."""

    def fail(*arguments: str | Path) -> str:
        output = tmp_path / "refused.zip"
        assert main([*map(str, arguments), "--output", str(output)]) == 1
        assert not output.exists()
        return capsys.readouterr().err

    return fail


def test_package_holds_our_handlers_and_our_library(tmp_path: Path) -> None:
    files = build(tmp_path)

    own = PROJECT_DIRECTORY / "lambda_src"
    assert files["handlers/connect.py"] == (own / "handlers/connect.py").read_bytes()
    assert "websocket_api/environment.py" in files
    assert {name.split("/")[0] for name in files} == {"handlers", "websocket_api"}
    assert list(files) == sorted(files)


def test_python_can_import_from_the_package(tmp_path: Path) -> None:
    build(tmp_path)

    script = (
        "import sys; sys.path.insert(0, sys.argv[1]); from websocket_api import events; "
        "assert events.__file__.startswith(sys.argv[1])"
    )
    subprocess.run(
        (sys.executable, "-c", script, tmp_path / "lambda.zip"), cwd=tmp_path, check=True
    )


def test_path_size_and_checksum_are_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    build(tmp_path)

    content = (tmp_path / "lambda.zip").read_bytes()
    assert capsys.readouterr().out == (
        f"{tmp_path / 'lambda.zip'}  {len(content):,} bytes  "
        f"SHA-256 {hashlib.sha256(content).hexdigest()}\n"
    )


def test_clock_umask_and_hash_seed_of_a_machine_do_not_matter(tmp_path: Path) -> None:
    def run(name: str, umask: int, **variables: str) -> bytes:
        output = tmp_path / name / "lambda.zip"
        subprocess.run(
            (sys.executable, SCRIPT, "--output", output),
            env={**os.environ, **variables},
            umask=umask,
            check=True,
            capture_output=True,
        )
        assert output.stat().st_mode & 0o777 == 0o644
        return output.read_bytes()

    one = run("one", 0o077, TZ="Asia/Tokyo", PYTHONHASHSEED="1")
    two = run("two", 0o000, TZ="America/Lima", PYTHONHASHSEED="2", LC_ALL="C")

    assert one == two


NAMES = st.text("abcdéß_", min_size=1, max_size=4)
FILES = st.dictionaries(
    st.lists(NAMES, min_size=1, max_size=3).map(lambda parts: "/".join(parts) + ".py"),
    st.tuples(st.binary(max_size=50), st.integers(0, 2**31), st.sampled_from([0o600, 0o755])),
    min_size=1,
    max_size=6,
)


@given(files=FILES, data=st.data())
def test_bytes_depend_on_names_and_contents_alone(
    tmp_path_factory: pytest.TempPathFactory,
    files: dict[str, tuple[bytes, int, int]],
    data: st.DataObject,
) -> None:
    packages = []
    for _ in range(2):
        folder = tmp_path_factory.mktemp("machine")
        for name in data.draw(st.permutations(list(files))):
            content, time, mode = files[name]
            write_files(folder / "source", {name: content})
            later = time + data.draw(st.integers(0, 1000))
            os.utime(folder / "source" / name, (later, later))
            (folder / "source" / name).chmod(data.draw(st.sampled_from([mode, 0o644])))
        output = folder / "lambda.zip"
        entries = source_entries([folder / "source"], leave_out=output)
        write(data.draw(st.permutations(entries)), output)
        packages.append(output.read_bytes())

    assert packages[0] == packages[1]
    with zipfile.ZipFile(io.BytesIO(packages[0])) as archive:
        assert {name: archive.read(name) for name in files} == {
            name: content for name, (content, _, _) in files.items()
        }


def test_lambda_can_read_every_file_and_run_every_program(tmp_path: Path, source: Path) -> None:
    write_files(source, {"tool": "#!/bin/sh\n", "native.so": b"\x7fELF...", "data.bin": b"\0"})
    for path in source.iterdir():
        path.chmod(0o600)

    build(tmp_path, "--source", source)

    with zipfile.ZipFile(tmp_path / "lambda.zip") as archive:
        members = {member.filename: member for member in archive.infolist()}
    for name, mode in {
        "chat.py": 0o100644,
        "data.bin": 0o100644,
        "tool": 0o100755,
        "native.so": 0o100755,
        "websocket_api/events.py": 0o100644,
    }.items():
        assert members[name].external_attr >> 16 == mode, name
        assert members[name].date_time == (1980, 1, 1, 0, 0, 0)


def test_unzip_of_the_system_reads_the_package(tmp_path: Path, source: Path) -> None:
    write_files(source, {"grüße.py": "hello = 1\n"})
    build(tmp_path, "--source", source)

    subprocess.run(
        (sys.executable, "-m", "zipfile", "-e", tmp_path / "lambda.zip", tmp_path / "unpacked"),
        check=True,
    )

    assert (tmp_path / "unpacked/grüße.py").read_text() == "hello = 1\n"


def test_tests_caches_and_editor_files_stay_out(tmp_path: Path, source: Path) -> None:
    unwanted = """
        tests/test_chat.py test_chat.py chat_test.py conftest.py chat.egg-info/PKG-INFO
        __pycache__/chat.cpython-313.pyc chat.pyc chat.py~ #chat.py# .chat.py.swp
        .DS_Store .git/config .venv/lib/site.py venv/lib/site.py node_modules/a/index.js
    """
    for name in unwanted.split():
        write_files(source, {name: "unwanted"})
    write_files(source, {"rooms/contests.py": "wanted", "rooms/page.html": "wanted"})

    files = build(tmp_path, "--source", source)

    own = {name for name in files if not name.startswith(("handlers/", "websocket_api/"))}
    assert own == {"chat.py", "rooms/contests.py", "rooms/page.html"}


def test_users_own_code_stands_beside_our_handlers(tmp_path: Path, source: Path) -> None:
    files = build(tmp_path, "--source", source)

    assert "chat.py" in files
    assert "handlers/connect.py" in files


def test_handlers_folder_of_the_user_replaces_ours(tmp_path: Path, source: Path) -> None:
    write_files(source, {"handlers/say.py": "say"})

    files = build(tmp_path, "--source", source)

    assert [name for name in files if name.startswith("handlers/")] == ["handlers/say.py"]
    assert "websocket_api/events.py" in files


def test_several_folders_come_together(tmp_path: Path, source: Path) -> None:
    more = write_files(tmp_path / "more", {"rooms.py": "rooms"})

    files = build(tmp_path, "--source", source, "--source", more)

    assert {"chat.py", "rooms.py"} <= files.keys()


def test_package_inside_its_own_sources_is_not_packaged(source: Path) -> None:
    output = source / "build" / "lambda.zip"
    write_files(source, {"build/notes.txt": "kept"})

    assert main(["--source", str(source), "--output", str(output)]) == 0
    first = output.read_bytes()
    assert main(["--source", str(source), "--output", str(output)]) == 0

    assert output.read_bytes() == first
    assert "build/lambda.zip" not in read(output)


def test_link_to_a_file_of_the_folder_is_packaged_as_that_file(
    tmp_path: Path, source: Path
) -> None:
    (source / "alias.py").symlink_to("chat.py")

    files = build(tmp_path, "--source", source)

    assert files["alias.py"] == files["chat.py"]


@pytest.mark.parametrize("target", ["../outside.py", "../outside", "rooms", "absent.py"])
def test_other_links_are_refused(
    tmp_path: Path, source: Path, refusal: Callable[..., str], target: str
) -> None:
    write_files(tmp_path, {"outside.py": "x", "outside/a.py": "x", "source/rooms/a.py": "x"})
    (source / "link").symlink_to(target)

    assert refusal("--source", source) == (
        f"package.py: {source / 'link'} is a symbolic link to {target}; "
        "put the files themselves there.\n"
    )


def test_what_is_no_file_is_passed_over(tmp_path: Path, source: Path) -> None:
    os.mkfifo(source / "pipe")

    assert "pipe" not in build(tmp_path, "--source", source)


@pytest.mark.parametrize("name", ["websocket_api/extra.py", "websocket_api.py"])
def test_name_of_our_library_is_taken(source: Path, refusal: Callable[..., str], name: str) -> None:
    write_files(source, {name: "mine"})

    assert f"{source} holds {name}, but the name websocket_api is that of" in refusal(
        "--source", source
    )


def test_file_from_two_places_is_refused(
    tmp_path: Path, source: Path, refusal: Callable[..., str]
) -> None:
    more = write_files(tmp_path / "more", {"chat.py": "other"})

    message = refusal("--source", source, "--source", more)

    assert f"chat.py comes from both {source} and {more}" in message


def test_missing_folder_is_named(tmp_path: Path, refusal: Callable[..., str]) -> None:
    assert f"{tmp_path / 'mine'} is no folder" in refusal("--source", tmp_path / "mine")


def test_folder_without_a_file_to_package_is_named(
    tmp_path: Path, refusal: Callable[..., str]
) -> None:
    mine = write_files(tmp_path / "mine", {".hidden": "x", "tests/test_chat.py": "x"})

    assert f"{mine} holds no file to package" in refusal("--source", mine)


def test_more_than_lambda_takes_is_refused() -> None:
    entry = Entry("a.bin", "here", b"", zipfile.ZIP_STORED, 0, 200 * 1024 * 1024, executable=False)
    other = Entry("b.bin", "here", b"", zipfile.ZIP_STORED, 0, 50 * 1024 * 1024, executable=False)
    check([entry, other])

    over = Entry("c.bin", "here", b"", zipfile.ZIP_STORED, 0, 1, executable=False)
    with pytest.raises(PackageError, match=r"262,144,001 bytes unzipped, .* 262,144,000"):
        check([entry, other, over])


def test_more_files_than_the_zip_can_hold_are_refused() -> None:
    files = [
        Entry(f"{number}.txt", "here", b"", zipfile.ZIP_STORED, 0, 0, executable=False)
        for number in range(65_536)
    ]
    check(files[1:])

    with pytest.raises(PackageError, match="has 65,536 files, and its zip can hold 65,535"):
        check(files)


def test_old_package_survives_a_failure(
    tmp_path: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(tmp_path, "--source", source)
    before = (tmp_path / "lambda.zip").read_bytes()

    def fill_the_disk(*_: object) -> Any:
        yield b"half of a zip"
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(package, "_zip_parts", fill_the_disk)

    assert main(["--source", str(source), "--output", str(tmp_path / "lambda.zip")]) == 1
    assert (tmp_path / "lambda.zip").read_bytes() == before
    assert not list(tmp_path.glob(".lambda*"))


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


def test_terraform_may_run_it_with_python_3_9() -> None:
    ast.parse(SCRIPT.read_text(), feature_version=(3, 9))
    finished = subprocess.run(
        (sys.executable, "-I", "-S", "-W", "error", SCRIPT, "--help"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, "it needs more than the standard library"


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
        list(package._wheel_entries(wheel))


def test_wheel_that_lambda_could_not_unpack_is_refused(tmp_path: Path) -> None:
    wheel = tmp_path / "example-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("example.py", "answer = 42\n")

    with pytest.raises(PackageError, match=r"compresses example\.py in a way"):
        list(package._wheel_entries(wheel))


@pytest.mark.parametrize("member", ["../outside.py", "/etc/passwd", "a/../../outside.py"])
def test_wheel_that_leaves_its_folder_is_refused(tmp_path: Path, member: str) -> None:
    wheel = tmp_path / "example-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(member, "x")

    with pytest.raises(PackageError, match="leaves its folder"):
        list(package._wheel_entries(wheel))


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


def test_what_only_tests_need_of_the_library_stays_out(tmp_path: Path) -> None:
    names = build(tmp_path).keys()
    assert "websocket_api/app.py" in names
    assert not any(name.startswith("websocket_api/testing/") for name in names)


def test_folder_testing_of_a_user_is_packaged(tmp_path: Path) -> None:
    sources = write_files(tmp_path / "own", {"app.py": "", "testing/__init__.py": ""})
    assert "testing/__init__.py" in build(tmp_path, "--source", str(sources))


@pytest.fixture
def native_wheels(tmp_path: Path, wheels: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put wheels of one native package in the place of PyJWT's and cryptography's."""
    for machine in ("aarch64", "x86_64"):
        write_wheel(
            wheels, f"signatures-1.0-cp311-abi3-manylinux2014_{machine}", {"signatures.py": machine}
        )
    requirements = write_files(tmp_path, {"authorizer.txt": "signatures==1.0\n"})
    monkeypatch.setattr(package, "AUTHORIZER_REQUIREMENTS", requirements / "authorizer.txt")


@pytest.mark.usefixtures("native_wheels")
def test_authorizer_has_a_zip_of_its_own_with_wheels_for_its_architecture(
    tmp_path: Path,
) -> None:
    arm = build(tmp_path, "--authorizer")
    intel = build(tmp_path, "--authorizer", "--architecture", "x86_64")

    own = PROJECT_DIRECTORY / "lambda_src/jwt_authorizer"
    assert arm["jwt_authorizer/handler.py"] == (own / "handler.py").read_bytes()
    folders = {"jwt_authorizer", "signatures.py", "signatures-1.0.dist-info"}
    assert {name.split("/")[0] for name in arm} == folders
    assert arm["signatures.py"] == b"aarch64"
    assert intel["signatures.py"] == b"x86_64"


def test_wheel_may_not_stand_in_for_the_authorizer(
    tmp_path: Path, wheels: Path, refusal: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_wheel(wheels, "example-1.0-py3-none-any", {"jwt_authorizer/other.py": "not ours"})
    requirements = write_files(tmp_path, {"authorizer.txt": "example==1.0\n"}) / "authorizer.txt"
    monkeypatch.setattr(package, "AUTHORIZER_REQUIREMENTS", requirements)

    assert "example-1.0-py3-none-any.whl" in refusal("--authorizer")


@pytest.mark.parametrize("option", ["--source", "--requirements"])
def test_authorizer_takes_nothing_of_the_users(
    tmp_path: Path, option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["--authorizer", option, str(tmp_path)])
    assert "--authorizer takes neither --source nor --requirements" in capsys.readouterr().err


def test_each_zip_has_a_place_in_dist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "PROJECT_DIRECTORY", tmp_path)
    requirements = write_files(tmp_path, {"authorizer.txt": ""}) / "authorizer.txt"
    monkeypatch.setattr(package, "AUTHORIZER_REQUIREMENTS", requirements)

    assert main([]) == 0
    assert main(["--authorizer"]) == 0

    assert sorted(path.name for path in (tmp_path / "dist").iterdir()) == [
        "jwt-authorizer.zip",
        "lambda.zip",
    ]


def test_authorizers_wheels_are_pinned_with_their_hashes() -> None:
    pinned = package._pinned_requirements(package.AUTHORIZER_REQUIREMENTS)
    text = package.AUTHORIZER_REQUIREMENTS.read_text()

    assert {"pyjwt", "cryptography"} <= pinned.keys()
    assert text.count("==") == len(pinned)
    assert text.count("--hash=sha256:") >= len(pinned)


def test_authorizer_is_tested_with_the_versions_that_it_is_packaged_with() -> None:
    pinned = package._pinned_requirements(package.AUTHORIZER_REQUIREMENTS)

    assert {name: metadata.version(name) for name in pinned} == pinned
