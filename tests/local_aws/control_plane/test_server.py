import json
import os
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import boto3
import pytest

from tests.local_aws.control_plane.conftest import command

EXIT_TIMEOUT_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Process:
    process: subprocess.Popen[bytes]
    publications: IO[bytes]

    def publication(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.publications.readline())
        return document

    def port(self) -> int:
        return int(self.publication()["aws_endpoint"].rpartition(":")[2])

    def exit_code(self) -> int:
        return self.process.wait(EXIT_TIMEOUT_SECONDS)


@contextmanager
def started(
    tmp_path: Path,
    *options: str,
    port: int = 0,
    code_directory: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Iterator[Process]:
    """Start a control plane that nobody else uses; it is killed if it is still there at the end."""
    readable, writable = os.pipe()
    arguments = command(
        port=port,
        publication_fd=writable,
        code_directory=code_directory or tmp_path / "code",
        invoke_address="127.0.0.1:9",
    )
    process = subprocess.Popen(
        [*arguments, *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        pass_fds=(writable,),
        env={**os.environ, **(environment or {})},
    )
    os.close(writable)
    with os.fdopen(readable, "rb") as publications, process:
        try:
            yield Process(process, publications)
        finally:
            if process.poll() is None:
                process.kill()


def assert_nobody_listens(port: int) -> None:
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port)).close()


def get_apis(port: int) -> list[Any]:
    apis = boto3.client(
        "apigatewayv2",
        endpoint_url=f"http://127.0.0.1:{port}",
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    return list(apis.get_apis()["Items"])


def close_stdin(control_plane: Process) -> None:
    assert control_plane.process.stdin is not None
    control_plane.process.stdin.close()


def close_reader(control_plane: Process) -> None:
    control_plane.publications.close()


def terminate(control_plane: Process) -> None:
    control_plane.process.send_signal(signal.SIGTERM)


def interrupt(control_plane: Process) -> None:
    control_plane.process.send_signal(signal.SIGINT)


@pytest.mark.parametrize("end", [close_stdin, close_reader, terminate, interrupt])
def test_process_ends_silently_and_leaves_no_port(
    tmp_path: Path, end: Callable[[Process], None]
) -> None:
    with started(tmp_path) as control_plane:
        port = control_plane.port()
        socket.create_connection(("127.0.0.1", port)).close()
        end(control_plane)
        assert control_plane.exit_code() == 0
        assert control_plane.process.stdout is not None
        assert control_plane.process.stdout.read() == b""
        assert_nobody_listens(port)


def test_input_that_goes_on_is_no_reason_to_end(tmp_path: Path) -> None:
    with started(tmp_path) as control_plane:
        port = control_plane.port()
        stdin = control_plane.process.stdin
        assert stdin is not None
        stdin.write(b"still here\n")
        stdin.flush()
        socket.create_connection(("127.0.0.1", port)).close()
        assert control_plane.process.poll() is None
        stdin.close()
        assert control_plane.exit_code() == 0


def test_listens_on_loopback_only(tmp_path: Path) -> None:
    with started(tmp_path) as control_plane:
        publication = control_plane.publication()
        assert publication["type"] == "ready"
        assert publication["aws_endpoint"].startswith("http://127.0.0.1:")


def test_port_in_use_is_said_with_what_to_do(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with started(tmp_path, port=port) as control_plane:
            assert control_plane.publication() == {
                "type": "failed",
                "message": f"Port {port} on 127.0.0.1 is in use; pass --aws-port or stop the "
                "other program.",
            }
            assert control_plane.exit_code() == 1


def test_code_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    occupied = tmp_path / "file"
    occupied.touch()
    with started(tmp_path, code_directory=occupied) as control_plane:
        publication = control_plane.publication()
        assert publication["type"] == "failed"
        assert publication["message"].startswith("The control plane cannot start: ")
        assert str(occupied) in publication["message"]
        assert control_plane.exit_code() == 1


def test_callers_own_aws_settings_do_not_matter(tmp_path: Path) -> None:
    environment = {"AWS_PROFILE": "nothing", "AWS_DEFAULT_REGION": "nowhere"}
    with started(tmp_path, environment=environment) as control_plane:
        assert get_apis(control_plane.port()) == []


@pytest.mark.parametrize(("options", "lines"), [((), 0), (("--verbose",), 1)])
def test_calls_are_logged_only_when_asked_for(
    tmp_path: Path, options: tuple[str, ...], lines: int
) -> None:
    with started(tmp_path, *options) as control_plane:
        get_apis(control_plane.port())
        close_stdin(control_plane)
        assert control_plane.exit_code() == 0
        assert control_plane.process.stdout is not None
        assert control_plane.process.stdout.read().count(b"GET /v2/apis HTTP/1.1") == lines


def test_policies_that_aws_manages_can_be_attached(tmp_path: Path) -> None:
    with started(tmp_path) as control_plane:
        iam = boto3.client(
            "iam",
            endpoint_url=f"http://127.0.0.1:{control_plane.port()}",
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )
        iam.create_role(RoleName="function", AssumeRolePolicyDocument="{}")
        policy = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
        iam.attach_role_policy(RoleName="function", PolicyArn=policy)
        (attached,) = iam.list_attached_role_policies(RoleName="function")["AttachedPolicies"]
        assert attached["PolicyArn"] == policy
