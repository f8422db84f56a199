"""`python -m local_aws` as a person starts and stops it."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.frames import Close
from websockets.sync.client import connect

from tests.end_to_end.given import REPOSITORY, eventually

pytestmark = pytest.mark.stacks

ECHO = 'def handler(event, context):\n    return {"statusCode": 200, "body": event.get("body")}\n'
START_SECONDS = 90
STOP_SECONDS = 30


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_package(tmp_path_factory.mktemp("package") / "echo.zip", ECHO)


@pytest.fixture(scope="module")
def root() -> Path:
    return REPOSITORY / "tests" / "roots" / "echo"


def write_package(path: Path, source: str) -> Path:
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("echo.py", source)
    return path


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


class Command:
    """A `python -m local_aws` that was started, with its own folder for temporary files."""

    def __init__(self, directory: Path, *arguments: str | Path) -> None:
        self.ready_file = directory / "ready.json"
        # Not below `directory`, whose path is too long for the sockets of Terraform's providers.
        self.temporary = Path(tempfile.mkdtemp(prefix="command-"))
        self.output = directory / "output.txt"
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "local_aws", "--ready-file", self.ready_file, *arguments],
                cwd=REPOSITORY,
                env={**os.environ, "TMPDIR": str(self.temporary)},
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def text(self) -> str:
        return self.output.read_text(encoding="utf-8")

    def wait_until(self, line: str) -> None:
        assert eventually(
            lambda: line in self.text() or self.process.poll() is not None, within=START_SECONDS
        )
        assert line in self.text(), self.text()

    def addresses(self) -> dict[str, Any]:
        assert eventually(
            lambda: self.ready_file.exists() or self.process.poll() is not None,
            within=START_SECONDS,
        )
        assert self.ready_file.exists(), self.text()
        return dict(json.loads(self.ready_file.read_text(encoding="utf-8")))

    def stop(self, number: int) -> int:
        self.process.send_signal(number)
        return self.process.wait(STOP_SECONDS)

    def left(self) -> list[str]:
        """Return the processes of it that still run, and the files that it has left."""
        return [*(path.name for path in self.temporary.iterdir()), *self._processes()]

    def _processes(self) -> list[str]:
        """Find the processes that know this command's folder: all of its kind inherit it."""
        pgrep = shutil.which("pgrep")
        assert pgrep is not None
        search = (pgrep, "-f", self.temporary)
        found = subprocess.run(search, capture_output=True, text=True, check=False)
        return found.stdout.split()


@contextlib.contextmanager
def running(directory: Path, *arguments: str | Path) -> Iterator[Command]:
    command = Command(directory, *arguments)
    try:
        yield command
    finally:
        if command.process.poll() is None:
            command.process.kill()
            command.process.wait()
        shutil.rmtree(command.temporary)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serves_until_it_is_told_to_stop(
    number: int, tmp_path: Path, root: Path, package: Path
) -> None:
    port, aws_port = free_port(), free_port()
    ports = ("--port", str(port), "--aws-port", str(aws_port))
    variables = ("--var", f"package_path={package}")
    files_before = sorted(root.rglob("*"))
    with running(tmp_path, root, *ports, *variables, "--region", "eu-west-1") as command:
        assert (
            command.addresses().items()
            >= {
                "websocket_url": f"ws://127.0.0.1:{port}/prod",
                "management_endpoint": f"http://127.0.0.1:{port}/prod",
                "aws_endpoint": f"http://127.0.0.1:{aws_port}",
                "region": "eu-west-1",
            }.items()
        )
        with connect(f"ws://127.0.0.1:{port}/prod") as client:
            client.send("hello")
            assert client.recv(timeout=10) == "hello"
        assert command.stop(number) == 0
        printed = command.text().splitlines()
        first = printed.index(f"WebSocket    ws://127.0.0.1:{port}/prod")
        assert printed[first : first + 4] == [
            f"WebSocket    ws://127.0.0.1:{port}/prod",
            f"try          npx wscat -c ws://127.0.0.1:{port}/prod",
            f"@connections http://127.0.0.1:{port}/prod/@connections",
            f"AWS          http://127.0.0.1:{aws_port}",
        ]
        assert not command.ready_file.exists()
        assert command.left() == []
    for freed in (port, aws_port):
        socket.create_server(("127.0.0.1", freed)).close()
    assert sorted(root.rglob("*")) == files_before


def test_options_make_the_unlucky_paths_happen_and_are_told(
    tmp_path: Path, root: Path, package: Path
) -> None:
    """Everything that an application cannot wait for on AWS: an idle end, and an old one."""
    ports = ("--host", "0.0.0.0", "--port", "0", "--aws-port", "0")  # noqa: S104 - what is tested
    times = ("--idle-timeout", "3s", "--max-lifetime", "6s")
    faults = ("--fault", "slow-connect=50ms", "--fault", "cold-start=50ms")
    variables = ("--var", f"package_path={package}")
    with running(tmp_path, root, *ports, *times, *faults, *variables) as command:
        url = command.addresses()["websocket_url"]
        assert url.startswith("ws://127.0.0.1:")
        with connect(url, ping_interval=None) as idle, pytest.raises(ConnectionClosed) as ended:
            idle.recv(timeout=START_SECONDS)
        assert ended.value.rcvd == Close(1001, "Going away")
        with connect(url, ping_interval=0.5) as old, pytest.raises(ConnectionClosed) as ended:
            old.recv(timeout=START_SECONDS)
        assert ended.value.rcvd == Close(1001, "Going away")
        # Of both, $disconnect is told, which takes a moment more.
        assert eventually(lambda: command.text().count(" 1001 Going away\n") == 2)
        assert "Warning: whoever can reach this machine, at any of its" in command.text()
        assert "0.05 s late, by --fault slow-connect" in command.text()
        assert "Cold start takes 0.05 s longer, by --fault cold-start" in command.text()
        assert command.stop(signal.SIGINT) == 0
        assert command.left() == []


def test_saved_file_goes_live_and_saved_configuration_is_applied(
    tmp_path: Path, root: Path
) -> None:
    project = tmp_path / "project"
    shutil.copytree(root, project / "root")
    (project / ".git").mkdir()
    source = project / "echo.py"
    source.write_text(ECHO, encoding="utf-8")
    package = write_package(tmp_path / "echo.zip", ECHO)
    ports = ("--port", "0", "--aws-port", "0")
    variables = ("--var", f"package_path={package}")
    with running(tmp_path, project / "root", *ports, *variables, "--watch") as command:
        command.wait_until("==> Watching")
        url = command.addresses()["websocket_url"]
        source.write_text(ECHO.replace('event.get("body")', '"live"'), encoding="utf-8")
        command.wait_until("live after")
        with connect(url) as client:
            client.send("hello")
            assert client.recv(timeout=10) == "live"
        outputs = project / "root/more.tf"
        outputs.write_text('output "more" {\n  value = "more"\n}\n', encoding="utf-8")
        assert eventually(
            lambda: command.addresses()["outputs"].get("more") == "more", within=START_SECONDS
        )
        with connect(url) as client:
            client.send("hello")
            assert client.recv(timeout=10) == "live"
        assert command.stop(signal.SIGINT) == 0
        assert command.left() == []


def test_ctrl_c_while_terraform_applies_stops_everything(
    tmp_path: Path, root: Path, package: Path
) -> None:
    ports = ("--port", "0", "--aws-port", "0")
    with running(tmp_path, root, *ports, "--var", f"package_path={package}") as command:
        command.wait_until("Plan: ")
        assert command.stop(signal.SIGINT) == 0
        assert command.left() == []


def test_terminal_that_goes_away_stops_everything(tmp_path: Path, root: Path) -> None:
    with running(tmp_path, root, "--port", "0", "--aws-port", "0") as command:
        command.wait_until("==> Starting")
        assert command.stop(signal.SIGHUP) == 0
        assert command.left() == []


def test_handler_that_cannot_be_imported_fails_the_start(tmp_path: Path, root: Path) -> None:
    package = write_package(tmp_path / "broken.zip", "import not_there\n")
    ports = ("--port", "0", "--aws-port", "0")
    with running(tmp_path, root, *ports, "--var", f"package_path={package}") as command:
        assert command.process.wait(START_SECONDS) == 1
        assert "Function echo cannot be started: Runtime.ImportModuleError" in command.text()
        assert "No module named 'not_there'" in command.text()
        assert command.left() == []


def test_terraforms_own_error_is_shown(tmp_path: Path, root: Path) -> None:
    ports = ("--port", "0", "--aws-port", "0")
    with running(tmp_path, root, *ports) as command:
        assert command.process.wait(START_SECONDS) == 1
        assert 'The root module input variable "package_path" is not set' in command.text()
        assert "Traceback" not in command.text()
        assert command.left() == []


@pytest.mark.parametrize("option", ["--port", "--aws-port"])
def test_port_in_use_is_named(option: str, tmp_path: Path, root: Path) -> None:
    other = "--aws-port" if option == "--port" else "--port"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with running(tmp_path, root, option, port, other, "0") as command:
            assert command.process.wait(START_SECONDS) == 1
            assert f"Port {port} on 127.0.0.1 is in use; pass {option}" in command.text()
            assert command.left() == []


def test_root_without_an_api_is_refused(tmp_path: Path) -> None:
    root = tmp_path / "empty"
    root.mkdir()
    (root / "main.tf").write_text('output "nothing" {\n  value = "here"\n}\n', encoding="utf-8")
    with running(tmp_path, root, "--port", "0", "--aws-port", "0") as command:
        assert command.process.wait(START_SECONDS) == 1
        assert "deploys no WebSocket API" in command.text()
        assert command.left() == []
