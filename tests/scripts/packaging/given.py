"""Files to package, and packages read back."""

import zipfile
from collections.abc import Sequence
from pathlib import Path

from scripts.packaging.command_line import main


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
