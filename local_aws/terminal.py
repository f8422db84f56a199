"""What the person at the keyboard sees: one line for each thing that happens."""

import sys
import threading
from typing import TextIO


class Terminal:
    """Writes whole lines to one stream; safe to call from several threads."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = sys.stdout if stream is None else stream
        self._lock = threading.Lock()

    def step(self, text: str) -> None:
        """Say what is being done now."""
        self._write(f"==> {text}")

    def detail(self, text: str) -> None:
        """Add a line below the current step."""
        self._write(f"    {text}")

    def line(self, text: str = "") -> None:
        """Print one line as it is; without a text, an empty one."""
        self._write(text)

    def event(self, source: str, text: str) -> None:
        """Print one line of a function or of the API, prefixed with where it comes from."""
        self._write(f"[{source}] {text}")

    def address(self, label: str, address: str) -> None:
        """Print one address; the labels of all addresses are of one width."""
        self._write(f"{label:<12} {address}")

    def _write(self, line: str) -> None:
        with self._lock:
            self._stream.write(f"{line}\n")
            self._stream.flush()
