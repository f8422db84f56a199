"""An AWS of moto's with the API's table in it, a loopback server, freshly imported handlers."""

from __future__ import annotations

import importlib
import json
import logging
import sys
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from tests.lambda_src.given import TABLE_NAME, Table
from tests.lambda_src.in_process_aws import Calls, in_process_aws
from websocket_api import environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import ModuleType


@pytest.fixture(autouse=True)
def root_logger() -> Iterator[logging.Logger]:
    """Give each test the root logger of a process that has not configured logging."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    root.handlers = []
    yield root
    root.handlers = handlers
    root.setLevel(level)


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Calls]:
    """Put moto in the place of AWS; return what our own clients ask it for."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with in_process_aws() as calls:
        yield calls


@pytest.fixture
def table(aws: Calls) -> Table:
    client = boto3.client("dynamodb")
    client.create_table(
        TableName=TABLE_NAME,
        KeySchema=[
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "S"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    return Table(client, TABLE_NAME, aws)


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], ModuleType]]:
    """Return what imports a handler's module as a new execution environment does.

    The variables are those that the Terraform module sets.
    """
    monkeypatch.setenv(environment.TABLE_NAME_VARIABLE, TABLE_NAME)
    monkeypatch.setenv(environment.CONNECTION_TTL_SECONDS_VARIABLE, "7500")
    monkeypatch.delenv(environment.LOG_LEVEL_VARIABLE, raising=False)

    def load(name: str) -> ModuleType:
        sys.modules.pop(name, None)
        return importlib.import_module(name)

    yield load
    for name in [name for name in sys.modules if name.startswith("handlers.")]:
        del sys.modules[name]


@dataclass(frozen=True, slots=True)
class LoopbackRequest:
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(slots=True)
class LoopbackServer:
    """An HTTP server on loopback that answers every request with the one answer given to it."""

    url: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    requests: list[LoopbackRequest] = field(default_factory=list)

    def answer(self, status: int, *, error: str | None = None, body: bytes = b"") -> None:
        self.status = status
        self.headers = {"x-amzn-ErrorType": error} if error else {}
        self.body = body


@pytest.fixture
def server() -> Iterator[LoopbackServer]:
    loopback = LoopbackServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            loopback.requests.append(
                LoopbackRequest(self.command, self.path, dict(self.headers), body)
            )
            self.send_response(loopback.status)
            for name, value in loopback.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(loopback.body)))
            self.end_headers()
            self.wfile.write(loopback.body)

        do_GET = do_POST = do_DELETE = _answer  # noqa: N815 - names that http.server looks for

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        loopback.url = f"http://127.0.0.1:{http.server_port}"
        thread = Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield loopback
        http.shutdown()
        thread.join()


@pytest.fixture
def log_lines(capsys: pytest.CaptureFixture[str]) -> Callable[[], list[dict[str, Any]]]:
    """Return what reads the JSON objects logged since it was last called."""
    return lambda: [json.loads(line) for line in capsys.readouterr().out.splitlines()]
