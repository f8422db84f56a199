import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosedOK, InvalidStatus
from websockets.sync.client import ClientConnection

from tests.end_to_end.given import eventually
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
        example(
            "complete",
            tmp_path,
            account_logging="create",
            fanout_threshold="0",  # so that workers send to everybody
            status_url=status_url,
        ) as complete,
    ):
        # Who may connect.
        assert refusal(lambda: enter(complete, room="cellar", key="website")) == 403
        assert refusal(lambda: enter(complete, room=None, key="website")) == 401
        assert refusal(lambda: enter(complete, key="partner")) == 403

        with (
            enter(complete, key="website") as client,
            enter(complete, key="website") as listener,
        ):
            # Functions, with the authorizer's context and the stage's variables; and a model.
            assert json.loads(ask(client, "?")) == {"greeting": "Welcome to the lobby."}
            said = {"room": "lobby", "said": "Hello."}
            assert json.loads(ask(client, '{"action": "say", "text": "Hello."}')) == said
            heard = json.loads(listener.recv(timeout=30))
            assert (heard["channel"], heard["data"]) == ("room/lobby", said)
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

        # What functions count, by way of their logs: the worker has sent to the listener alone.
        counted = {"Connects": 2, "Messages": 3, "Publishes": 1, "PostsDelivered": 1}
        assert eventually(lambda: sums(complete, counted) == counted), sums(complete, counted)
        assert sums(complete, ["FanOutLag"])["FanOutLag"] > 0

        changes_of_settings_are_in_place(complete)
        with enter(complete, key="website") as client:
            assert json.loads(ask(client, "?")) == {"greeting": "Hello to the lobby."}


def records(complete: Example) -> list[Any]:
    """Return what lies in the queue."""
    url = complete.stack.outputs["records_queue_url"]
    received = complete.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10)
    return [json.loads(message["Body"]) for message in received["Messages"]]


def sums(complete: Example, metrics: Iterable[str]) -> dict[str, float]:
    """Return the sums of what functions have counted in the last hour."""
    (address,) = complete.stack.addresses
    cloudwatch, now = complete.client("cloudwatch"), datetime.now(UTC)
    points = {
        metric: cloudwatch.get_metric_statistics(
            Namespace="Complete",
            MetricName=metric,
            Dimensions=[
                {"Name": "ApiId", "Value": address.api_id},
                {"Name": "Stage", "Value": address.stage_name},
            ],
            StartTime=now - timedelta(hours=1),
            EndTime=now + timedelta(minutes=1),
            Period=3600,
            Statistics=["Sum"],
        )["Datapoints"]
        for metric in metrics
    }
    return {metric: sum(point["Sum"] for point in each) for metric, each in points.items()}


def changes_of_settings_are_in_place(complete: Example) -> None:
    complete.edit("stage.tf", 'greeting = "Welcome"', 'greeting = "Hello"')
    complete.edit("stage.tf", "burst_limit = 100", "burst_limit = 90")
    complete.edit("routes.tf", "burst_limit = 10 ", "burst_limit = 9 ")
    complete.edit("alarms.tf", "client_errors = 20", "client_errors = 30")
    complete.edit("fanout.tf", "posts_per_second = 500", "posts_per_second = 800")
    complete.edit("fanout.tf", "workers          = 2", "workers          = 4")
    complete.edit("functions.tf", "memory_size           = 512", "memory_size           = 768")
    assert complete.apply() == {
        STAGE: "update",
        'module.websocket.aws_cloudwatch_metric_alarm.alarms["api-client-errors"]': "update",
        'module.websocket.aws_lambda_event_source_mapping.fanout["fanout"]': "update",
        'module.websocket.aws_lambda_function.functions["fanout"]': "update",
        'module.websocket.aws_lambda_function.functions["room"]': "update",
        'module.websocket.aws_lambda_alias.functions["room"]': "update",
    }
