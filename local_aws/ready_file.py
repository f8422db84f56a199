"""The file that tells other programs where the API is."""

import contextlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any


@contextlib.contextmanager
def ready_file(path: Path, content: Mapping[str, Any]) -> Iterator[None]:
    """Keep `content` as a JSON object in `path` while the block runs, if it is not written anew.

    A reader never sees half of it, and never the addresses of a stack that has stopped.
    """
    write_ready_file(path, content)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def write_ready_file(path: Path, content: Mapping[str, Any]) -> None:
    """Put other content into a file of which no reader sees half."""
    unfinished = path.with_name(f".{path.name}.unfinished")
    unfinished.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    unfinished.replace(path)
