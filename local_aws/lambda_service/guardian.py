"""Ends the functions' processes if ours is killed before it can end them itself.

The guardian is a small process that reads from a pipe which process groups there are. When the
pipe's other end is gone it kills those left, and what has left its group, and removes the working
directory. This file is its program, run by path, isolated, with the standard library alone.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path


class Guardian:
    """Our end of the pipe; `close` ends the process."""

    def __init__(self, directory: Path) -> None:
        read_end, self._pipe = os.pipe()
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own program and directory
                [sys.executable, "-I", "-S", __file__, str(directory)],
                stdin=read_end,
                start_new_session=True,  # it outlives a Ctrl-C and whatever kills our group
                env={},
            )
        finally:
            os.close(read_end)

    @property
    def process_id(self) -> int:
        """The guardian's own process."""
        return self._process.pid

    def watch(self, process_group: int) -> None:
        """Have a process group ended with us."""
        self._tell(f"+{process_group}\n")

    def forget(self, process_group: int) -> None:
        """Say that a process group has ended: its number may go to somebody else's."""
        self._tell(f"-{process_group}\n")

    def close(self) -> None:
        """Let the guardian do its work, and wait for it; to be called once."""
        os.close(self._pipe)
        self._process.wait()

    def _tell(self, line: str) -> None:
        # Whoever killed the guardian is served without it.
        with contextlib.suppress(BrokenPipeError):
            os.write(self._pipe, line.encode())


def guard(lines: Iterable[str], directory: Path) -> None:
    """Follow `+group` and `-group` lines to their end, then kill what is left and tidy up."""
    groups: set[int] = set()
    for line in lines:
        group = int(line[1:])
        if line.startswith("+"):
            groups.add(group)
        else:
            groups.discard(group)
    for group in groups:
        kill_group(group)
    kill_strays(directory)
    remove_tree(directory)


def kill_group(process_group: int) -> None:
    """Kill every process of a group; one that is gone is no error."""
    # macOS answers a group in which only unreaped processes are left with "not permitted".
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process_group, signal.SIGKILL)


def kill_strays(directory: Path) -> None:
    """Kill processes that know a directory below this one from their environment variables.

    Whatever a function starts does, in a group of its own too. Read from Linux's /proc.
    """
    known = os.fsencode(directory) + b"/"
    for variables in Path("/proc").glob("[0-9]*/environ"):
        # Other users' may not be read, and any may have ended.
        with contextlib.suppress(OSError):
            if known in variables.read_bytes():
                os.kill(int(variables.parent.name), signal.SIGKILL)


def remove_tree(directory: Path) -> None:
    """Remove a directory and the read-only ones in it; one that does not exist is no error."""
    for parent, names, _ in os.walk(directory):
        for name in names:
            path = Path(parent, name)
            if not path.is_symlink():
                path.chmod(0o700)
    shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    guard(sys.stdin, Path(sys.argv[1]))
