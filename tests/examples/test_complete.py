import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosedOK, InvalidStatus
from websockets.sync.client import ClientConnection

from tests.examples.given import Example, example

STAGE = "module.websocket.aws_apigatewayv2_stage.websocket[0]"


class StatusServer(BaseHTTPRequestHandler):
    """The server behind the route `status`."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"All is well.")

    def log_message(self, *_arguments: object) -> None: ...


@contextmanager
def status_server() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), StatusServer) as server:
        Thread(target=server.serve_forever).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()


def api_key(complete: Example, name: str) -> str:
    keys = complete.client("apigateway").get_api_keys(includeValues=True)["items"]
    return next(str(key["value"]) for key in keys if key["name"] == f"complete-{name}")


def enter(complete: Example, *, room: str | None = "lobby", key: str) -> ClientConnection:
    url = complete.stack.addresses[0].websocket_url + (f"?room={room}" if room else "")
    return complete.connect(url, additional_headers={"x-api-key": api_key(complete, key)})


def refusal(connect: Callable[[], ClientConnection]) -> int:
    with pytest.raises(InvalidStatus) as refused:
        connect()
    return refused.value.response.status_code


def ask(client: ClientConnection, message: str) -> Any:
    client.send(message)
    return client.recv(timeout=10)


@pytest.mark.examples
def test_complete_does_what_each_of_its_inputs_says(tmp_path: Path) -> None:
    with (
        status_server() as status_url,
        example("complete", tmp_path, account_logging="create", status_url=status_url) as complete,
    ):
        # Who may connect.
        assert refusal(lambda: enter(complete, room="cellar", key="website")) == 403
        assert refusal(lambda: enter(complete, room=None, key="website")) == 401
        assert refusal(lambda: enter(complete, key="partner")) == 403

        with enter(complete, key="website") as client:
            assert len(complete.rows()) == 1

            # Functions, with the authorizer's context and the stage's variables; and a model.
            assert json.loads(ask(client, "?")) == {"greeting": "Welcome to the lobby."}
            said = {"room": "lobby", "said": "Hello."}
            assert json.loads(ask(client, '{"action": "say", "text": "Hello."}')) == said
            refused = json.loads(ask(client, '{"action": "say", "text": ""}'))
            assert refused["message"] == "Bad request body"

            # Integrations without a function of ours.
            report = '{"action": "report", "what": "50 % & more"}'
            assert set(json.loads(ask(client, report))) == {"reported"}
            assert ask(client, '{"action": "status"}') == "All is well."
            assert set(json.loads(ask(client, '{"action": "ping"}'))) == {"pong"}
            assert records(complete) == [said, json.loads(report)]

            # A function that closes its own connection.
            client.send('{"action": "leave"}')
            with pytest.raises(ConnectionClosedOK):
                client.recv(timeout=10)

        changes_of_settings_are_in_place(complete)
        with enter(complete, key="website") as client:
            assert json.loads(ask(client, "?")) == {"greeting": "Hello to the lobby."}


def records(complete: Example) -> list[Any]:
    """Return what lies in the queue."""
    url = complete.stack.outputs["records_queue_url"]
    received = complete.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10)
    return [json.loads(message["Body"]) for message in received["Messages"]]


def changes_of_settings_are_in_place(complete: Example) -> None:
    complete.edit("stage.tf", 'greeting = "Welcome"', 'greeting = "Hello"')
    complete.edit("stage.tf", "burst_limit = 100", "burst_limit = 90")
    complete.edit("routes.tf", "burst_limit = 10 ", "burst_limit = 9 ")
    complete.edit("alarms.tf", "client_errors = 20", "client_errors = 30")
    complete.edit("functions.tf", "memory_size           = 512", "memory_size           = 768")
    assert complete.apply() == {
        STAGE: "update",
        'module.websocket.aws_cloudwatch_metric_alarm.alarms["api-client-errors"]': "update",
        'module.websocket.aws_lambda_function.functions["room"]': "update",
        'module.websocket.aws_lambda_alias.functions["room"]': "update",
    }
