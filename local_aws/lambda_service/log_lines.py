"""The lines that the Lambda platform writes into a function's log, and the lines of its output.

Formats follow "Understanding the Lambda execution environment lifecycle" in the AWS Lambda
Developer Guide.
"""

import math
import re
import time
from dataclasses import dataclass

MAXIMUM_LINE_BYTES = 65_536

_CONTINUATION = 0b1000_0000  # the two high bits of each byte of a UTF-8 character but its first
_CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f]")


def start_line(request_id: str, version: str) -> str:
    """Say that an invocation begins."""
    return f"START RequestId: {request_id} Version: {version}"


def end_line(request_id: str) -> str:
    """Say that an invocation is over."""
    return f"END RequestId: {request_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What an invocation took; `status` is empty unless it failed outside the handler."""

    request_id: str
    duration_seconds: float
    memory_megabytes: int
    peak_memory_megabytes: int | None
    initialization_seconds: float | None
    status: str

    def line(self) -> str:
        """Write the REPORT line; AWS bills whole milliseconds, initialization included."""
        billed_seconds = self.duration_seconds + (self.initialization_seconds or 0.0)
        parts = [
            f"REPORT RequestId: {self.request_id}",
            f"Duration: {self.duration_seconds * 1000:.2f} ms",
            f"Billed Duration: {math.ceil(billed_seconds * 1000)} ms",
            f"Memory Size: {self.memory_megabytes} MB",
        ]
        if self.peak_memory_megabytes is not None:
            parts.append(f"Max Memory Used: {self.peak_memory_megabytes} MB")
        if self.initialization_seconds is not None:
            parts.append(f"Init Duration: {self.initialization_seconds * 1000:.2f} ms")
        if self.status:
            parts.append(f"Status: {self.status}")
        return "\t".join(parts)


def init_report_line(duration_seconds: float, *, status: str) -> str:
    """Say how an Init phase failed."""
    duration = f"{duration_seconds * 1000:.2f} ms"
    return f"INIT_REPORT Init Duration: {duration}\tPhase: init\tStatus: {status}"


def timed_out_line(request_id: str, timeout_seconds: float) -> str:
    """Say that an invocation ran into the function's timeout."""
    now = time.time()
    instant = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now))
    milliseconds = int(now * 1000) % 1000
    return (
        f"{instant}.{milliseconds:03d}Z {request_id} "
        f"Task timed out after {timeout_seconds:.2f} seconds"
    )


class LineSplitter:
    """Turns the bytes that a function writes into lines that are safe to print.

    Lines end at a line feed, and at a carriage return, with which the runtime client keeps a
    traceback together. One of more than `MAXIMUM_LINE_BYTES` is continued on the next. What is not
    UTF-8, and control characters other than tab, are escaped: no output can take over a terminal.
    """

    def __init__(self) -> None:
        self._pending = b""

    def feed(self, data: bytes) -> list[str]:
        """Take more output and return the lines that it completes."""
        complete = (self._pending + data).splitlines(keepends=True)
        # After a carriage return that comes last, the line feed that belongs to it may follow.
        is_whole = not complete or complete[-1].endswith(b"\n")
        rest = b"" if is_whole else complete.pop()
        lines = [_printable(each) for line in complete for each in _pieces(line.rstrip(b"\r\n"))]
        *full, self._pending = _pieces(rest)
        lines.extend(_printable(piece) for piece in full)
        return lines

    def end(self) -> list[str]:
        """Return what is left without a line's end."""
        rest, self._pending = self._pending.rstrip(b"\r"), b""
        return [_printable(rest)] if rest else []


def _pieces(line: bytes) -> list[bytes]:
    """Break a line that is too long, but not within a character."""
    pieces = []
    while len(line) > MAXIMUM_LINE_BYTES:
        cut = MAXIMUM_LINE_BYTES
        while cut > MAXIMUM_LINE_BYTES - 4 and line[cut] & 0b1100_0000 == _CONTINUATION:
            cut -= 1
        pieces.append(line[:cut])
        line = line[cut:]
    return [*pieces, line]


def _printable(line: bytes) -> str:
    text = line.decode("utf-8", "backslashreplace")
    if text.isprintable():
        return text
    return _CONTROL_CHARACTERS.sub(lambda found: f"\\x{ord(found[0]):02x}", text)
