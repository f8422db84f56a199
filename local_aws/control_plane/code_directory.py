"""The functions' zips on disk, where the execution environments find them."""

import base64
import tempfile
from dataclasses import dataclass
from pathlib import Path

from moto.awslambda.models import LambdaFunction


@dataclass(frozen=True, slots=True)
class CodeDirectory:
    """A folder of zips named by the SHA-256 of their bytes, so that one never changes."""

    path: Path

    def store(self, function: LambdaFunction) -> Path:
        """Return the zip of a function's code, written whole or not at all."""
        path = self.path / f"{base64.b64decode(function.code_sha_256).hex()}.zip"
        if not path.exists():
            with tempfile.TemporaryDirectory(dir=self.path) as unfinished:
                complete = Path(unfinished, path.name)
                complete.write_bytes(function.code_bytes)
                complete.rename(path)
        return path
