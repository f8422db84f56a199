"""The processes of a measurement: the sink, and the programs that are measured against it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import botocore
import trustme

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PROJECT_DIRECTORY = Path(__file__).resolve().parent.parent
REGION = "us-east-1"


@dataclass(frozen=True, slots=True)
class Sink:
    """A running sink."""

    port: int
    certificates: Path
    """The authorities that programs trust: those that botocore brings, and the sink's own."""

    def environment(self) -> dict[str, str]:
        """Return the variables with which a program takes the sink for AWS."""
        return {
            "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "example",
            "AWS_SESSION_TOKEN": "a session token has some hundred characters " * 8,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_CA_BUNDLE": str(self.certificates),
            "AWS_ENDPOINT_URL_DYNAMODB": f"https://localhost:{self.port}",
            "AWS_LAMBDA_FUNCTION_NAME": "benchmark",
            "WEBSOCKET_TABLE_NAME": "connections",
            "WEBSOCKET_MANAGEMENT_ENDPOINT": f"https://localhost:{self.port}/prod",
            "WEBSOCKET_CONNECTION_TTL_SECONDS": "7500",
        }


@contextmanager
def sink(*, latency: float = 0.0) -> Iterator[Sink]:
    """Run a sink in a process of its own, on the last CPU if there are several."""
    with tempfile.TemporaryDirectory() as directory:
        authority = trustme.CA()
        certificate = Path(directory, "certificate.pem")
        issued = authority.issue_cert("localhost")
        issued.private_key_and_cert_chain_pem.write_to_path(certificate)
        certificates = Path(directory, "authorities.pem")
        known = Path(botocore.__file__).with_name("cacert.pem").read_bytes()
        certificates.write_bytes(known + authority.cert_pem.bytes())
        process = subprocess.Popen(  # noqa: S603 - our own server
            (
                sys.executable,
                *("-m", "benchmarks.sink"),
                *("--certificate", str(certificate), "--latency", str(latency)),
            ),
            cwd=PROJECT_DIRECTORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        with process:
            if process.stdin is None or process.stdout is None:
                raise AssertionError
            _use_cpu(process.pid, -1)
            try:
                yield Sink(int(process.stdout.readline()), certificates)
            finally:
                process.stdin.close()


def measure(
    program: str, *arguments: str, environment: Mapping[str, str], path: Path | None = None
) -> dict[str, Any]:
    """Run one of `benchmarks.children` on the first CPU, alone, and return what it prints.

    Args:
        program: the module's name.
        arguments: those of the program.
        environment: all the variables that it has, besides those that find what it imports.
        path: where it finds the package; by default in the sources.

    Raises:
        subprocess.CalledProcessError: it failed.
    """
    package = path or PROJECT_DIRECTORY / "lambda_src"
    script = PROJECT_DIRECTORY / "benchmarks/children" / f"{program}.py"
    finished = subprocess.run(  # noqa: S603 - our own program
        # Lambda's folder of code cannot be written to: what it holds is compiled at each start.
        (sys.executable, "-B", script, *arguments),
        env={**environment, "PATH": os.environ["PATH"], "PYTHONPATH": str(package)},
        stdout=subprocess.PIPE,
        check=True,
        preexec_fn=lambda: _use_cpu(0, 0),
    )
    # Lines of a function's log may stand above it.
    measured: dict[str, Any] = json.loads(finished.stdout.splitlines()[-1])
    return measured


def _use_cpu(process_id: int, position: int) -> None:
    """Keep a process on one CPU, where the system lets it be chosen: Linux does, macOS does not."""
    if sys.platform == "linux":
        cpus = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(process_id, {cpus[position]})
