"""The benchmark's root on local_aws, and the bare server, each as a process of its own."""

import json
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.processes import PROJECT_DIRECTORY

ROOT: Final = PROJECT_DIRECTORY / "benchmarks/local_aws/root"
HANDLER: Final = PROJECT_DIRECTORY / "benchmarks/echo_handler.py"
_APPLIED: Final = "Apply complete!"
_STOP_SECONDS: Final = 30
_TICK_SECONDS: Final = 0.01


class StackError(Exception):
    """local_aws did not start; the message is what it printed."""


@dataclass(frozen=True, slots=True)
class Stack:
    """A running local_aws.

    Attributes:
        process_id: Its process.
        websocket_url: The address of the API.
        management_endpoint: Below which `@connections` is.
        start_seconds: How long it took from the command to an address that is served.
        seconds_after_terraform: How much of this was left when Terraform had applied the root.
    """

    process_id: int
    websocket_url: str
    management_endpoint: str
    start_seconds: float
    seconds_after_terraform: float


@contextmanager
def running_stack() -> Iterator[Stack]:
    """Serve the root while the block runs; a line for each request goes into a file.

    Raises:
        StackError: It did not start.
    """
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        package, ready, log = (directory / each for each in ("echo.zip", "ready.json", "log"))
        with zipfile.ZipFile(package, "w") as archive:
            archive.write(HANDLER, "echo.py")
        begun = time.perf_counter()
        with log.open("wb") as output:
            process = subprocess.Popen(  # noqa: S603 - our own command
                (
                    *(sys.executable, "-m", "local_aws", str(ROOT), "--port", "0"),
                    *("--aws-port", "0", "--ready-file", str(ready)),
                    *("--var", f"package_path={package}"),
                ),
                cwd=PROJECT_DIRECTORY,
                stdout=output,
                stderr=output,
            )
        try:
            applied = _when(process, log, lambda: _APPLIED in log.read_text(encoding="utf-8"))
            served = _when(process, log, ready.exists)
            addresses = json.loads(ready.read_text(encoding="utf-8"))
            yield Stack(
                process.pid,
                addresses["websocket_url"],
                addresses["management_endpoint"],
                served - begun,
                served - applied,
            )
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(_STOP_SECONDS)


def _when(process: subprocess.Popen[bytes], log: Path, has_happened: Callable[[], bool]) -> float:
    """Wait for something, and return when it was there."""
    while not has_happened():
        if process.poll() is not None:
            raise StackError(log.read_text(encoding="utf-8"))
        time.sleep(_TICK_SECONDS)
    return time.perf_counter()


@contextmanager
def bare_server() -> Iterator[str]:
    """Run a server that only sends back while the block runs; return its address."""
    with subprocess.Popen(
        (sys.executable, "-m", "benchmarks.local_aws.bare_server"),
        cwd=PROJECT_DIRECTORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        if process.stdin is None or process.stdout is None:
            raise AssertionError
        try:
            yield f"ws://127.0.0.1:{int(process.stdout.readline())}/"
        finally:
            process.stdin.close()
