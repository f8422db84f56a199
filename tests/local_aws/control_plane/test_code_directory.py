import base64
import hashlib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from local_aws.control_plane.code_directory import CodeDirectory


def function(code: bytes) -> Any:
    digest = hashlib.sha256(code).digest()
    return SimpleNamespace(code_bytes=code, code_sha_256=base64.b64encode(digest).decode())


def test_zip_is_named_by_its_digest(tmp_path: Path) -> None:
    path = CodeDirectory(tmp_path).store(function(b"code"))
    assert path == tmp_path / f"{hashlib.sha256(b'code').hexdigest()}.zip"
    assert path.read_bytes() == b"code"


def test_same_code_is_written_once(tmp_path: Path) -> None:
    directory = CodeDirectory(tmp_path)
    path = directory.store(function(b"code"))
    written = path.stat()
    assert directory.store(function(b"code")) == path
    assert path.stat() == written
    directory.store(function(b"other code"))
    assert len(list(tmp_path.iterdir())) == 2


def test_zip_that_cannot_be_written_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(OSError, match="no space left"):
        CodeDirectory(tmp_path).store(function(b"code"))
    assert list(tmp_path.iterdir()) == []
