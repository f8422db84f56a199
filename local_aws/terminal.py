"""What the person at the keyboard sees: one line for each thing that happens."""

import io
import os
import shutil
import sys
import threading
from collections.abc import Mapping
from enum import StrEnum
from typing import Final, TextIO

_CLEARED_LINE: Final = "\r\x1b[K"
_RESET: Final = "\x1b[0m"


class Style(StrEnum):
    """How a piece of text looks, as a control sequence of ECMA-48."""

    BOLD = "\x1b[1m"
    DIM = "\x1b[2m"
    RED = "\x1b[31m"
    GREEN = "\x1b[32m"
    YELLOW = "\x1b[33m"
    BLUE = "\x1b[34m"
    CYAN = "\x1b[36m"


class Terminal:
    """Writes whole lines to one stream; safe to call from several threads.

    There are colours only where a person looks: on a terminal that has some, if nobody has set
    NO_COLOR (https://no-color.org).
    """

    def __init__(
        self, stream: TextIO | None = None, environment: Mapping[str, str] = os.environ
    ) -> None:
        self._stream = sys.stdout if stream is None else stream
        if isinstance(self._stream, io.TextIOWrapper):
            # Of another encoding than UTF-8, a line of a log must not end what prints it.
            self._stream.reconfigure(errors="backslashreplace")
        self.is_interactive = self._stream.isatty() and environment.get("TERM") != "dumb"
        self._has_colours = self.is_interactive and not environment.get("NO_COLOR")
        self._lock = threading.Lock()
        self._held_back: list[str] = []
        self._status = ""

    def paint(self, text: str, style: Style) -> str:
        """Return a text as it looks in a style, where there are colours."""
        return f"{style}{text}{_RESET}" if self._has_colours and text else text

    def step(self, text: str) -> None:
        """Say what is being done now."""
        self.line(f"{self.paint('==>', Style.BLUE)} {self.paint(text, Style.BOLD)}")

    def detail(self, text: str) -> None:
        """Add a line below the current step."""
        self.line(f"    {text}")

    def line(self, text: str = "") -> None:
        """Print one line as it is; without a text, an empty one."""
        self.lines(text)

    def lines(self, *lines: str) -> None:
        """Print some lines, between which none of another thread comes."""
        self._write("".join(f"{line}\n" for line in lines))

    def hold_back(self, *lines: str) -> bool:
        """Keep lines until `flush`, or until anything else is printed, which comes after them.

        Returns:
            Whether these are the first ones that are kept.
        """
        with self._lock:
            is_first = not self._held_back
            self._held_back += lines
        return is_first

    def flush(self) -> None:
        """Print the lines that were held back."""
        self._write("")

    def event(self, source: str, text: str) -> None:
        """Print one line of what goes on, prefixed with where it comes from."""
        self.line(f"{self.paint(f'[{source}]', Style.DIM)} {text}")

    def address(self, label: str, address: str) -> None:
        """Print one address; the labels of all addresses are of one width."""
        self.line(f"{self.paint(f'{label:<12}', Style.DIM)} {address}")

    def status(self, text: str = "") -> None:
        """Show what is going on in a last line that does not stay; without a text, show nothing.

        It is cut to the terminal's width, and left out where there is no terminal.
        """
        if not self.is_interactive:
            return
        width = shutil.get_terminal_size().columns - 1
        self._status = text if len(text) <= width else f"{text[: width - 1]}…"
        self._write("")

    def _write(self, text: str) -> None:
        with self._lock:
            if self._held_back:
                text = "\n".join((*self._held_back, text))
                self._held_back.clear()
            if self.is_interactive:
                text = f"{_CLEARED_LINE}{text}{self.paint(self._status, Style.DIM)}"
            self._stream.write(text)
            self._stream.flush()
