"""The handlers as Lambda runs them: by AWS's runtime client, in a process of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest

from tests.lambda_src.given import EVENTS, golden_event
from websocket_api import environment

if TYPE_CHECKING:
    from collections.abc import Iterator

REQUEST_ID = "6bc28136-xmpl-4365-b021-0ce6b2e64ab0"


@dataclass(frozen=True, slots=True)
class RuntimeApi:
    """Lambda's Runtime API for one event: it hands the event out once and keeps the answers."""

    address: str
    answers: list[tuple[str, Any]] = field(default_factory=list)

    def run(self, handler: str, variables: dict[str, str]) -> list[str]:
        """Run a handler until there is no event left, and return the lines that it wrote."""
        own = {name: value for name, value in os.environ.items() if "WEBSOCKET" not in name}
        completed = subprocess.run(
            [sys.executable, "-m", "awslambdaric", handler],
            cwd=EVENTS.parent.parent / "lambda_src",
            env=own | {"AWS_LAMBDA_RUNTIME_API": self.address} | variables,
            capture_output=True,
            check=False,
            text=True,
            timeout=60,
        )
        return completed.stdout.splitlines()


@contextmanager
def serve(event: dict[str, Any]) -> Iterator[RuntimeApi]:
    events = [event]

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if not events:
                # The runtime client ends when it cannot get an event.
                self.send_error(500)
                return
            body = json.dumps(events.pop()).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Lambda-Runtime-Aws-Request-Id", REQUEST_ID)
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            answer = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            api.answers.append((self.path, answer))
            self.send_response(202)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        api = RuntimeApi(f"127.0.0.1:{http.server_port}")
        thread = Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield api
        finally:
            http.shutdown()
            thread.join()


@pytest.mark.parametrize("log_format", ["Text", "JSON"])
def test_echo_answers_and_writes_each_line_once(log_format: str) -> None:
    with serve(golden_event("message")) as api:
        lines = api.run(
            "handlers.default.handler",
            {environment.LOG_LEVEL_VARIABLE: "DEBUG", "AWS_LAMBDA_LOG_FORMAT": log_format},
        )
    ((path, answer),) = api.answers
    assert path == f"/2018-06-01/runtime/invocation/{REQUEST_ID}/response"
    assert answer == {"statusCode": 200, "body": golden_event("message")["body"]}
    (line,) = [json.loads(line) for line in lines if "message received" in line]
    assert line["requestId"] == REQUEST_ID
    assert line["connectionId"] == "R1kExample4CFIA="


@pytest.mark.parametrize(
    ("handler", "variable"),
    [
        ("handlers.connect.handler", environment.TABLE_NAME_VARIABLE),
        ("handlers.disconnect.handler", environment.TABLE_NAME_VARIABLE),
    ],
)
def test_missing_variable_is_named_by_the_error_of_the_initialisation(
    handler: str, variable: str
) -> None:
    with serve(golden_event("connect")) as api:
        lines = api.run(handler, {environment.CONNECTION_TTL_SECONDS_VARIABLE: "7500"})
    ((path, answer),) = api.answers
    assert path == "/2018-06-01/runtime/init/error"
    assert answer["errorType"] == "MissingEnvironmentVariable"
    assert variable in answer["errorMessage"]
    assert any(variable in line for line in lines)
