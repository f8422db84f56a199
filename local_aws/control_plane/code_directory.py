"""The zips of functions and layers on disk, where the execution environments find them."""

import base64
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


class Code(Protocol):
    """What moto keeps of a function's or a layer's zip; the digest is in base64."""

    code_bytes: bytes
    code_sha_256: str


@dataclass(frozen=True, slots=True)
class CodeDirectory:
    """A folder of zips named by the SHA-256 of their bytes, so that one never changes."""

    path: Path

    def store(self, code: Code) -> Path:
        """Return the zip of a function or a layer, written whole or not at all."""
        path = self.path / f"{base64.b64decode(code.code_sha_256).hex()}.zip"
        if not path.exists():
            with tempfile.TemporaryDirectory(dir=self.path) as unfinished:
                complete = Path(unfinished, path.name)
                complete.write_bytes(code.code_bytes)
                complete.rename(path)
        return path
