"""serverless-offline with osls, the fork of the Serverless Framework that needs no login."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.local_aws.stack import HANDLER
from benchmarks.processes import PROJECT_DIRECTORY

DIRECTORY: Final = PROJECT_DIRECTORY / ".cache/peers"
NAME: Final = "serverless-offline 14, osls 4"
_FILES: Final = ("package.json", "serverless.yml")
_START_SECONDS: Final = 60
_STOP_SECONDS: Final = 30
_TICK_SECONDS: Final = 0.02


class PeerError(Exception):
    """The peer cannot be installed or started; the message says why."""


class Peer(NamedTuple):
    """A running peer: its process, its address, and how long it took to start."""

    process_id: int
    websocket_url: str
    start_seconds: float


def install() -> None:
    """Install it with npm, unless it is there.

    Raises:
        PeerError: There is no npm, or it fails.
    """
    npm = shutil.which("npm")
    if npm is None:
        raise PeerError("npm is not on PATH; install Node.js 20 or later.")
    DIRECTORY.mkdir(parents=True, exist_ok=True)
    for name in _FILES:
        shutil.copy(Path(__file__).with_name(name), DIRECTORY / name)
    shutil.copy(HANDLER, DIRECTORY / "echo.py")
    command = (npm, "install", "--no-audit", "--no-fund", "--loglevel=error")
    if subprocess.run(command, cwd=DIRECTORY, check=False).returncode:  # noqa: S603 - npm itself
        raise PeerError(f"npm install failed in {DIRECTORY}.")


@contextmanager
def running() -> Iterator[Peer]:
    """Serve the benchmark's API while the block runs.

    Raises:
        PeerError: It does not start.
    """
    websocket, *others = (_free_port() for _ in range(3))
    http, functions = others
    begun = time.perf_counter()
    log = DIRECTORY / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - the peer's own command
            (
                *(DIRECTORY / "node_modules/.bin/osls", "offline", "start"),
                *("--websocketPort", str(websocket), "--httpPort", str(http)),
                *("--lambdaPort", str(functions)),
            ),
            cwd=DIRECTORY,
            # It runs the first `python3` on PATH; ours is to be the one for both.
            env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        _wait_for(process, websocket, log)
        started = time.perf_counter() - begun
        yield Peer(process.pid, f"ws://127.0.0.1:{websocket}/", started)
    finally:
        # It leaves processes of its functions behind, which are in its session.
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait_for(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(_TICK_SECONDS)
    raise PeerError(f"{NAME} did not start:\n{log.read_text(encoding='utf-8')}")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
