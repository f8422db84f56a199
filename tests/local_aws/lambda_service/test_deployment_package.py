import stat
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from local_aws.lambda_service import deployment_package
from local_aws.lambda_service.deployment_package import DeploymentPackages, unpack
from local_aws.lambda_service.errors import InvalidZipFileError
from local_aws.lambda_service.guardian import remove_tree
from tests.local_aws.lambda_service.given import entry, function_of


def archive_of(directory: Path, *entries: tuple[zipfile.ZipInfo, str]) -> Path:
    archive = directory / "package.zip"
    with zipfile.ZipFile(archive, "w") as package:
        for info, content in entries:
            package.writestr(info, content)
    return archive


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def refusal_of(archive: Path, destination: Path) -> str:
    with pytest.raises(InvalidZipFileError) as refused:
        unpack(archive, destination, name="the package of greeter")
    assert not destination.exists()
    return str(refused.value)


def test_files_are_readable_and_nothing_is_writable(tmp_path: Path) -> None:
    archive = archive_of(
        tmp_path,
        (entry("app.py"), "pass"),
        (entry("bin/tool", mode=stat.S_IFREG | 0o755), "#!/bin/sh"),
        (entry("empty/", mode=stat.S_IFDIR | 0o755), ""),
    )
    root = unpack(archive, tmp_path / "root", name="the package of greeter")
    assert (root / "app.py").read_text() == "pass"
    assert mode_of(root / "app.py") == 0o444
    assert mode_of(root / "bin/tool") == 0o555
    assert [mode_of(root / name) for name in (".", "bin", "empty")] == [0o555] * 3
    remove_tree(root)
    assert not root.exists()


def test_file_that_only_its_owner_may_read_cannot_be_read_as_on_lambda(tmp_path: Path) -> None:
    archive = archive_of(tmp_path, (entry("app.py", mode=stat.S_IFREG | 0o600), "pass"))
    root = unpack(archive, tmp_path / "root", name="the package of greeter")
    assert mode_of(root / "app.py") == 0


def test_file_of_an_archive_without_modes_is_readable(tmp_path: Path) -> None:
    info = zipfile.ZipInfo("app.py")
    info.create_system = 0
    archive = archive_of(tmp_path, (info, "pass"))
    root = unpack(archive, tmp_path / "root", name="the package of greeter")
    assert mode_of(root / "app.py") == 0o555


def test_links_within_the_package_are_kept(tmp_path: Path) -> None:
    archive = archive_of(
        tmp_path,
        (entry("lib/tool", mode=stat.S_IFLNK | 0o777), "../bin/tool"),
        (entry("bin/tool"), "content"),
    )
    root = unpack(archive, tmp_path / "root", name="the package of greeter")
    assert (root / "lib/tool").readlink() == Path("../bin/tool")
    assert (root / "lib/tool").read_text() == "content"


@pytest.mark.parametrize("target", ["/etc/passwd", "../../outside", ".."])
def test_link_that_leads_outside_is_refused(tmp_path: Path, target: str) -> None:
    archive = archive_of(tmp_path, (entry("link", mode=stat.S_IFLNK | 0o777), target))
    assert "its link 'link' leads outside" in refusal_of(archive, tmp_path / "root")


def test_no_file_is_written_through_a_link(tmp_path: Path) -> None:
    archive = archive_of(
        tmp_path,
        (entry("here", mode=stat.S_IFLNK | 0o777), "."),
        (entry("here/app.py"), "pass"),
    )
    assert "here" in refusal_of(archive, tmp_path / "root")


@pytest.mark.parametrize("name", ["../app.py", "/app.py", "lib/../../app.py"])
def test_entry_outside_of_the_package_is_refused(tmp_path: Path, name: str) -> None:
    archive = archive_of(tmp_path, (entry("before.py"), "pass"), (entry(name), "pass"))
    message = refusal_of(archive, tmp_path / "root")
    assert "greeter" in message
    assert repr(name) in message
    assert not (tmp_path / "app.py").exists()


def test_package_that_is_too_large_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deployment_package, "MAXIMUM_UNPACKED_BYTES", 9)
    archive = archive_of(tmp_path, (entry("a.py"), "12345"), (entry("b.py"), "12345"))
    assert "take 10 bytes; at most 9" in refusal_of(archive, tmp_path / "root")


def test_file_that_is_no_zip_is_refused(tmp_path: Path) -> None:
    archive = tmp_path / "package.zip"
    archive.write_bytes(b"no zip")
    assert "not a zip file" in refusal_of(archive, tmp_path / "root")


def test_damaged_entry_is_refused(tmp_path: Path) -> None:
    archive = archive_of(tmp_path, (entry("app.py"), "the content"))
    archive.write_bytes(archive.read_bytes().replace(b"the content", b"the CONTENT"))
    assert "app.py" in refusal_of(archive, tmp_path / "root")


def test_empty_package_is_an_empty_directory(tmp_path: Path) -> None:
    root = unpack(archive_of(tmp_path), tmp_path / "root", name="the package of greeter")
    assert list(root.iterdir()) == []


async def test_functions_with_the_same_code_share_it(tmp_path: Path) -> None:
    packages = DeploymentPackages(tmp_path / "code")
    greeter = function_of(tmp_path)
    other = function_of(tmp_path, "def handler(event, context): ...", name="other")
    root = await packages.task_root(greeter)
    assert await packages.task_root(replace(greeter, name="twin")) == root
    assert await packages.task_root(other) != root
    await packages.close()


async def test_missing_zip_is_looked_for_again(tmp_path: Path) -> None:
    packages = DeploymentPackages(tmp_path / "code")
    function = function_of(tmp_path)
    aside = tmp_path / "aside"
    function.code_path.rename(aside)
    with pytest.raises(InvalidZipFileError, match="No such file"):
        await packages.task_root(function)
    aside.rename(function.code_path)
    root = await packages.task_root(function)
    assert (root / "app.py").is_file()
    other = function_of(tmp_path, "def handler(event, context): ...")
    assert await packages.task_root(other) != root
    await packages.close()


async def test_layers_come_topmost_first_and_are_shared(tmp_path: Path) -> None:
    packages = DeploymentPackages(tmp_path / "code")
    layers = []
    for name in ("bottom", "top"):
        archive = archive_of(tmp_path, (entry(f"python/{name}.py"), ""))
        layers.append(archive.rename(tmp_path / f"{name}.zip"))
    function = function_of(tmp_path, layer_paths=tuple(layers))
    top, bottom = await packages.layers(function)
    assert (top / "python" / "top.py").is_file()
    assert (bottom / "python" / "bottom.py").is_file()
    assert await packages.layers(replace(function, name="twin")) == (top, bottom)
    assert await packages.layers(replace(function, layer_paths=())) == ()
    await packages.close()
