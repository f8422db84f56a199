"""Powertools for AWS Lambda around an application: what its users rely on, and who writes what."""

from __future__ import annotations

import io
import json
import logging
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.utils import copy_config_to_registered_loggers

from tests.lambda_src.given import golden_event
from websocket_api import App, Reply, environment, xray

if TYPE_CHECKING:
    from collections.abc import Iterator

TRACE_ID = "1-5759e988-bd862e3fe1be46a994272793"
PARENT_ID = "53995c3f42cd8ad8"


class Context:
    """What Powertools reads of Lambda's context object."""

    function_name = "chat"
    memory_limit_in_mb = 256
    invoked_function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:chat"
    aws_request_id = "6bc28136-xmpl-4365-b021-0ce6b2e64ab0"


@pytest.fixture
def in_lambda(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(environment.FUNCTION_NAME_VARIABLE, "chat")


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What Powertools' logger writes to; whom it was put before has its own handlers again."""
    ours = logging.getLogger("websocket_api")
    handlers, level, propagate = ours.handlers, ours.level, ours.propagate
    ours.handlers = []
    yield io.StringIO()
    ours.handlers, ours.propagate = handlers, propagate
    ours.setLevel(level)


def logger_on(stream: io.StringIO) -> Logger:
    return Logger(service=f"chat-{id(stream)}", stream=stream, level="DEBUG")


def lines_of(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def echo(logger: Logger, *, sets_up_logs: bool) -> App:
    app = App(keeps_connections=False, sets_up_logs=sets_up_logs)

    @app.on_default
    def answer(text: str) -> Reply:
        logger.info("handled")
        return Reply(text)

    return app


@pytest.mark.usefixtures("in_lambda")
def test_logger_adds_lambdas_context_and_its_own_lines_are_written_once(
    written: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    # Lambda's own handler is there when the logger is made, ours when the application is.
    logging.root.addHandler(logging.StreamHandler())
    logger = logger_on(written)
    handler = logger.inject_lambda_context(
        echo(logger, sets_up_logs=True).handler, correlation_id_path="requestContext.connectionId"
    )
    event = golden_event("message")
    assert handler(event, Context()) == {"statusCode": 200, "body": event["body"]}
    (line,) = lines_of(written)
    assert line["message"] == "handled"
    assert line["function_request_id"] == Context.aws_request_id
    assert line["correlation_id"] == event["requestContext"]["connectionId"]
    assert "handled" not in capsys.readouterr().out


@pytest.mark.usefixtures("in_lambda")
def test_logs_that_the_application_sets_up_itself_stay_as_they_are(
    root_logger: logging.Logger,
) -> None:
    root_logger.addHandler(logging.StreamHandler(io.StringIO()))
    root_logger.setLevel(logging.ERROR)
    before = list(root_logger.handlers)
    _ = App(keeps_connections=False, sets_up_logs=False).handler
    assert root_logger.handlers == before
    assert root_logger.level == logging.ERROR


@pytest.mark.usefixtures("in_lambda")
def test_library_logs_through_powertools_logger_if_asked_to(
    written: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    logger = logger_on(written)
    app = echo(logger, sets_up_logs=False)
    copy_config_to_registered_loggers(source_logger=logger, include={"websocket_api"})
    handler = logger.inject_lambda_context(app.handler)
    handler(golden_event("connect"), Context())
    handler(golden_event("message"), Context())
    assert [line["message"] for line in lines_of(written)] == ["connection accepted", "handled"]
    assert capsys.readouterr().out == ""


TRACED = """
import json, sys
from aws_lambda_powertools import Tracer
from websocket_api import App, Reply

app = App(keeps_connections=False)

@app.on_default
def answer(text: str) -> Reply:
    return Reply(text)

class Context:
    aws_request_id = "6bc28136-xmpl-4365-b021-0ce6b2e64ab0"

handler = Tracer(service="chat", auto_patch=False).capture_lambda_handler(app.handler)
assert handler(json.load(sys.stdin), Context())["statusCode"] == 200
"""


def test_tracer_traces_the_handler_into_the_trace_of_the_invocation() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as daemon:
        daemon.bind(("127.0.0.1", 0))
        daemon.settimeout(10)
        subprocess.run(
            [sys.executable, "-c", TRACED],
            input=json.dumps(golden_event("message")),
            text=True,
            check=True,
            stdout=subprocess.PIPE,
            env={
                "PYTHONPATH": str(Path(environment.__file__).parent.parent),
                environment.FUNCTION_NAME_VARIABLE: "chat",
                environment.TRACE_HEADER_VARIABLE: f"Root={TRACE_ID};Parent={PARENT_ID};Sampled=1",
                "LAMBDA_TASK_ROOT": "/var/task",
                xray.DAEMON_ADDRESS_VARIABLE: "127.0.0.1:{1}".format(*daemon.getsockname()),
            },
        )
        document = json.loads(daemon.recv(65_536).partition(b"\n")[2])
    assert (document["trace_id"], document["parent_id"]) == (TRACE_ID, PARENT_ID)
    assert document["name"] == "## handle"
