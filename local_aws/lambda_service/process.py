"""The process of an execution environment, its output, and the memory that it takes."""

import asyncio
import contextlib
import os
import re
import signal
import socket
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from local_aws.lambda_service.guardian import Guardian, kill_group
from local_aws.lambda_service.log_lines import LineSplitter

_CHUNK_BYTES = 16_384
_CHUNKS_IN_A_PIPE = 8  # twice what Linux and macOS let a pipe hold
_PEAK_MEMORY = re.compile(rb"^VmHWM:\s+(\d+) kB", re.MULTILINE)
_OWN_MEMORY = re.compile(rb"^RssAnon:\s+(\d+) kB", re.MULTILINE)


class RuntimeProcess:
    """A running process that leads a group of its own; every line that it prints is passed on.

    Its output never blocks it for longer than our event loop takes to come round.
    """

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        output: int,
        print_line: Callable[[str], None],
        guardian: Guardian,
    ) -> None:
        self._process = process
        self._output: int | None = output
        self._ended = False
        self._print_line = print_line
        self._guardian = guardian
        self._splitter = LineSplitter()
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(output, self._read_chunk)

    @classmethod
    async def start(
        cls,
        command: Sequence[str | Path | socket.socket],
        *,
        directory: Path,
        environment: Mapping[str, str],
        print_line: Callable[[str], None],
        guardian: Guardian,
    ) -> "RuntimeProcess":
        """Start a command in a directory, with these environment variables and no others.

        Of the files that are open here it inherits only the sockets of the command, where each
        stands for its number.

        Raises:
            OSError: It cannot be executed.
        """
        inherited = [each.fileno() for each in command if isinstance(each, socket.socket)]
        read_end, write_end = os.pipe()
        try:
            process = await asyncio.create_subprocess_exec(
                *(
                    str(each.fileno()) if isinstance(each, socket.socket) else each
                    for each in command
                ),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=write_end,
                stderr=write_end,
                cwd=directory,
                env=environment,
                start_new_session=True,
                pass_fds=inherited,
            )
        except BaseException:
            os.close(read_end)
            raise
        finally:
            os.close(write_end)
        guardian.watch(process.pid)
        os.set_blocking(read_end, False)
        return cls(process, read_end, print_line, guardian)

    def kill(self) -> None:
        """Kill the process and whatever it has started."""
        if not self._ended:
            kill_group(self._process.pid)

    async def wait(self) -> int:
        """Wait for the process to end, tidy up after it, and return its exit status.

        A negative status is the number of the signal that ended it.
        """
        status = await self._process.wait()
        self.kill()
        self._ended = True
        self._guardian.forget(self._process.pid)
        self.read_output()
        for line in self._splitter.end():
            self._print_line(line)
        self._close_output()
        return status

    def read_output(self) -> None:
        """Pass on what has been printed before now."""
        for _ in range(_CHUNKS_IN_A_PIPE):
            if not self._read_chunk():
                return

    def peak_memory_megabytes(self) -> int | None:
        """Return the most memory that the process has held, or None where the system does not say.

        Read from Linux's /proc; processes that it started are not counted.
        """
        return self._memory_megabytes(_PEAK_MEMORY)

    def own_memory_megabytes(self) -> int | None:
        """Return the memory that it holds now, or None where the system does not say.

        Files that are mapped into it do not count, so that this is never more than on Lambda.
        """
        return self._memory_megabytes(_OWN_MEMORY)

    def _memory_megabytes(self, measure: re.Pattern[bytes]) -> int | None:
        with contextlib.suppress(OSError):
            status = Path(f"/proc/{self._process.pid}/status").read_bytes()
            if found := measure.search(status):
                return -(-int(found[1]) // 1024)
        return None

    def _read_chunk(self) -> bool:
        """Pass on a part of the output; False if there is none at the moment."""
        if self._output is None:
            return False
        try:
            data = os.read(self._output, _CHUNK_BYTES)
        except BlockingIOError:
            return False
        for line in self._splitter.feed(data):
            self._print_line(line)
        if not data:
            self._close_output()
        return bool(data)

    def _close_output(self) -> None:
        if self._output is not None:
            self._loop.remove_reader(self._output)
            os.close(self._output)
            self._output = None


def describe_exit(status: int) -> str:
    """Say how a process ended, in the words that Lambda uses for its runtime's process."""
    if status == 0:
        return "Runtime exited without providing a reason"
    if status > 0:
        return f"Runtime exited with error: exit status {status}"
    name = signal.strsignal(-status) or f"signal {-status}"
    return f"Runtime exited with error: signal: {name.lower()}"
