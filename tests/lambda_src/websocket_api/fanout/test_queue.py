from __future__ import annotations

from dataclasses import replace
from typing import Any

import boto3
import pytest

from websocket_api import clients, environment
from websocket_api.aws.errors import NoAnswer
from websocket_api.fanout import queue as queue_module
from websocket_api.fanout.queue import MAXIMUM_BATCH_BYTES, SqsQueue
from websocket_api.fanout.task import Task, parse

TASK = Task(
    channel="room/blue",
    message_id="m1",
    published_at_milliseconds=1_700_000_000_000,
    shard=0,
    part="",
    frames=('{"text":"grüß dich \ufffe"}',),
)
TRACE = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"


def tasks(count: int, **changes: Any) -> list[Task]:
    return [replace(TASK, shard=shard, **changes) for shard in range(count)]


class RefusingClient:
    """A client of SQS's whose calls take the entries that a test lets through."""

    def __init__(self, *answers: set[str] | Exception) -> None:
        """Take what each call does: the IDs that it refuses, or what it raises."""
        self.answers = list(answers)
        self.calls: list[list[dict[str, Any]]] = []

    def send_message_batch(self, **parameters: Any) -> dict[str, Any]:
        entries = parameters["Entries"]
        self.calls.append(entries)
        answer = self.answers.pop(0) if self.answers else set()
        if isinstance(answer, Exception):
            raise answer
        failed = [
            {"Id": entry["Id"], "SenderFault": False, "Code": "InternalError"}
            for entry in entries
            if entry["Id"] in answer
        ]
        taken = [{"Id": entry["Id"]} for entry in entries if entry["Id"] not in answer]
        return {"Successful": taken, **({"Failed": failed} if failed else {})}


@pytest.mark.parametrize("client", ["own", "boto3"])
def test_tasks_go_through_sqs_as_they_are(monkeypatch: pytest.MonkeyPatch, client: str) -> None:
    monkeypatch.setenv(environment.AWS_CLIENT_VARIABLE, client)
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="fanout")["QueueUrl"]
    assert SqsQueue(clients.sqs(), url=url).send(tasks(12)) == []
    received: list[Any] = []
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        received += messages
    parsed = [parse(message["Body"]) for message in received]
    assert sorted(parsed, key=lambda task: task.shard) == tasks(12)


def test_nothing_is_no_call() -> None:
    client = RefusingClient()
    assert SqsQueue(client, url="https://example.com/q").send([]) == []
    assert client.calls == []


def test_calls_take_ten_messages() -> None:
    client = RefusingClient()
    SqsQueue(client, url="https://example.com/q").send(tasks(21), delay_seconds=5)
    assert [len(entries) for entries in client.calls] == [10, 10, 1]
    assert {entry["DelaySeconds"] for entries in client.calls for entry in entries} == {5}
    assert "MessageSystemAttributes" not in client.calls[0][0]


def test_trace_goes_on_in_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_X_AMZN_TRACE_ID", TRACE)
    client = RefusingClient()
    SqsQueue(client, url="https://example.com/q").send(tasks(1))
    (entry,) = client.calls[0]
    header = {"StringValue": TRACE, "DataType": "String"}
    assert entry["MessageSystemAttributes"] == {"AWSTraceHeader": header}


def test_calls_take_256_kilobytes() -> None:
    client = RefusingClient()
    SqsQueue(client, url="https://example.com/q").send(tasks(5, frames=("x" * 100_000,)))
    assert [len(entries) for entries in client.calls] == [2, 2, 1]
    for entries in client.calls:
        assert sum(len(entry["MessageBody"]) for entry in entries) <= MAXIMUM_BATCH_BYTES


def test_large_message_has_a_call_of_its_own() -> None:
    client = RefusingClient()
    task = replace(TASK, frames=("x" * MAXIMUM_BATCH_BYTES,))
    SqsQueue(client, url="https://example.com/q").send([TASK, task, TASK])
    assert [len(entries) for entries in client.calls] == [1, 1, 1]


def test_refused_messages_are_sent_again_and_no_others(
    caplog: pytest.LogCaptureFixture,
) -> None:
    client = RefusingClient({"1", "3"}, {"1"})
    assert SqsQueue(client, url="https://example.com/q").send(tasks(4)) == []
    sent = [[parse(entry["MessageBody"]).shard for entry in entries] for entries in client.calls]
    assert sent == [[0, 1, 2, 3], [1, 3], [1]]
    assert {record.__dict__["errorCode"] for record in caplog.records} == {"InternalError"}


def test_messages_that_are_refused_each_time_are_returned() -> None:
    client = RefusingClient(*[{"0"}] * queue_module.ATTEMPTS)
    assert SqsQueue(client, url="https://example.com/q").send(tasks(2)) == tasks(1)
    assert len(client.calls) == queue_module.ATTEMPTS


def test_queue_that_is_out_of_reach_is_not_waited_for_again() -> None:
    client = RefusingClient(set(), NoAnswer("SendMessageBatch: no answer"))
    left = SqsQueue(client, url="https://example.com/q").send(tasks(25))
    assert [task.shard for task in left] == list(range(10, 25))
    assert len(client.calls) == 2


@pytest.mark.parametrize("client", ["own", "boto3"])
def test_queue_that_is_not_there_returns_all_and_says_why(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, client: str
) -> None:
    monkeypatch.setenv(environment.AWS_CLIENT_VARIABLE, client)
    url = "https://sqs.us-east-1.amazonaws.com/123456789012/nowhere"
    assert SqsQueue(clients.sqs(), url=url).send(tasks(2)) == tasks(2)
    assert "NonExistentQueue" in caplog.records[0].__dict__["errorCode"]
