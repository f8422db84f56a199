from __future__ import annotations

import importlib
import json
import logging
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from tests.lambda_src.given import TABLE_NAME, Context, Table
from tests.lambda_src.websocket_api.fanout.fan_out_stage import FanOutStage
from tests.lambda_src.websocket_api.sockets import connection_row
from websocket_api import clients, environment
from websocket_api.connections import ConnectionStore
from websocket_api.dynamodb_table import DynamoDBTable
from websocket_api.fanout import worker as worker_module
from websocket_api.publisher import Publisher
from websocket_api.table import Key

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from tests.lambda_src.conftest import LoopbackServer

FAR = 10**10


@pytest.fixture
def environ(
    server: LoopbackServer, table: Table, monkeypatch: pytest.MonkeyPatch
) -> dict[str, str]:
    """Set the variables that the Terraform module sets on the worker."""
    url = boto3.client("sqs").create_queue(QueueName="fanout")["QueueUrl"]
    variables = {
        environment.TABLE_NAME_VARIABLE: table.name,
        environment.MANAGEMENT_ENDPOINT_VARIABLE: f"{server.url}/prod",
        environment.FANOUT_QUEUE_URL_VARIABLE: url,
        environment.FANOUT_POSTS_PER_SECOND_VARIABLE: "2500",
        environment.FUNCTION_NAME_VARIABLE: "fanout",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return variables


@pytest.fixture
def worker() -> Iterator[ModuleType]:
    """Return the module as a new execution environment imports it."""
    yield worker_module
    worker_module._worker.cache_clear()


@pytest.mark.parametrize("client", ["own", "boto3"])
def test_worker_sends_what_a_publisher_has_left_to_it(
    environ: dict[str, str],
    server: LoopbackServer,
    monkeypatch: pytest.MonkeyPatch,
    worker: ModuleType,
    client: str,
) -> None:
    monkeypatch.setenv(environment.AWS_CLIENT_VARIABLE, client)
    publisher = Publisher.from_env({**environ, environment.FANOUT_THRESHOLD_VARIABLE: "1"})
    dynamodb = DynamoDBTable(clients.dynamodb(), table_name=TABLE_NAME)
    for connection_id in ("a", "b", "c"):
        ConnectionStore(dynamodb).put(connection_row(connection_id, ttl=FAR))
        publisher._channels.subscribe(connection_id, "room/blue", ttl=FAR)
    report = publisher.channel("room/blue").publish({"text": "hello"})
    assert (report.delivered, report.queued_shards) == (1, 1)
    message = _receive(environ)
    importlib.reload(worker)
    event = {"Records": [{"messageId": message["MessageId"], "body": message["Body"]}]}
    assert worker.handler(event, Context()) == {"batchItemFailures": []}
    assert sorted(request.path for request in server.requests) == [
        f"/prod/@connections/{each}" for each in ("a", "b", "c")
    ]
    frames = {request.body for request in server.requests}
    assert [json.loads(frame)["data"] for frame in frames] == [{"text": "hello"}]


@pytest.mark.parametrize(
    "name",
    [
        environment.TABLE_NAME_VARIABLE,
        environment.MANAGEMENT_ENDPOINT_VARIABLE,
        environment.FANOUT_QUEUE_URL_VARIABLE,
        environment.FANOUT_POSTS_PER_SECOND_VARIABLE,
    ],
)
def test_variable_that_is_missing_is_named_while_the_function_is_initialised(
    environ: dict[str, str],  # noqa: ARG001 - sets the others
    monkeypatch: pytest.MonkeyPatch,
    worker: ModuleType,
    name: str,
) -> None:
    monkeypatch.delenv(name)
    with pytest.raises(Exception, match=f"{name} is not set"):
        importlib.reload(worker)


def test_importing_the_worker_elsewhere_needs_no_variable(worker: ModuleType) -> None:
    importlib.reload(worker)


def test_only_the_messages_that_have_to_stay_are_reported(
    caplog: pytest.LogCaptureFixture,
) -> None:
    stage = FanOutStage(threshold=0)
    stage.join_all(2)
    stage.channel.publish("hello")
    (good,) = stage.queue.messages.values()
    records = [
        {"messageId": "poison", "body": "{"},
        {"messageId": good.message_id, "body": good.body},
        {"messageId": "also", "body": json.dumps({"version": 99})},
    ]
    answer = stage.worker.handle({"Records": records}, None)
    assert answer == {
        "batchItemFailures": [{"itemIdentifier": "poison"}, {"itemIdentifier": "also"}]
    }
    assert set(stage.received().values()) == {1}
    reasons = [each.__dict__["reason"] for each in caplog.records if each.message == "not a task"]
    assert reasons == ["The message is no JSON.", "The message is no task of the version 1."]


def test_poison_ends_among_the_dead_letters() -> None:
    stage = FanOutStage()
    stage.queue.put("{")
    stage.work_off()
    assert [each.body for each in stage.queue.dead] == ["{"]


def test_message_whose_task_fails_stays_on_the_queue(caplog: pytest.LogCaptureFixture) -> None:
    stage = FanOutStage(threshold=0)
    stage.join_all(2)
    stage.channel.publish("x" * 30_000)
    for row in stage.memory.rows():
        if str(row["pk"]).startswith("FRAMES#"):
            stage.memory.delete(Key(str(row["pk"]), str(row["sk"])))
    stage.work_off()
    assert len(stage.queue.dead) == 1
    assert "they have expired" in str(caplog.records[0].exc_info)


def test_log_tells_what_became_of_which_broadcast(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    stage = FanOutStage(threshold=0)
    stage.join_all(3)
    stage.channel.publish("secret", message_id="m1")
    stage.clock.advance(2)
    stage.work()
    (record,) = [each for each in caplog.records if each.message == "worked on a broadcast"]
    assert record.__dict__["delivered"] == 3
    assert 2000 <= record.__dict__["lagMs"] < 2100
    assert "secret" not in str([each.__dict__ for each in caplog.records])


def _receive(environ: dict[str, str]) -> Any:
    url = environ[environment.FANOUT_QUEUE_URL_VARIABLE]
    (message,) = boto3.client("sqs").receive_message(QueueUrl=url)["Messages"]
    return message
