from __future__ import annotations

import boto3
import pytest

from websocket_api import clients, environment


@pytest.fixture
def queue_url() -> str:
    return str(boto3.client("sqs").create_queue(QueueName="broadcasts")["QueueUrl"])


@pytest.fixture(params=["own", "boto3"], autouse=True)
def either(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(environment.AWS_CLIENT_VARIABLE, request.param)


def received(queue_url: str) -> dict[str, str | None]:
    """Return the trace headers of the messages in a queue, by their bodies."""
    answer = boto3.client("sqs").receive_message(
        QueueUrl=queue_url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["All"]
    )
    return {
        message["Body"]: message["Attributes"].get("AWSTraceHeader")
        for message in answer["Messages"]
    }


def test_message_arrives_with_its_trace(queue_url: str) -> None:
    answer = clients.sqs().send_message(
        QueueUrl=queue_url,
        MessageBody="grüß dich 👋",
        MessageSystemAttributes={
            "AWSTraceHeader": {"StringValue": "Root=1-5759e988-bd862e3f", "DataType": "String"}
        },
    )
    assert answer["MessageId"]
    assert received(queue_url) == {"grüß dich 👋": "Root=1-5759e988-bd862e3f"}


def test_batch_tells_what_arrived(queue_url: str) -> None:
    answer = clients.sqs().send_message_batch(
        QueueUrl=queue_url,
        Entries=[{"Id": str(number), "MessageBody": f"m{number}"} for number in range(3)],
    )
    assert [one["Id"] for one in answer["Successful"]] == ["0", "1", "2"]
    assert set(received(queue_url)) == {"m0", "m1", "m2"}


def test_missing_queue_is_awss_error(queue_url: str) -> None:
    with pytest.raises(clients.errors()) as caught:
        clients.sqs().send_message(QueueUrl=f"{queue_url}-none", MessageBody="a")
    assert clients.error_code(caught.value) == "AWS.SimpleQueueService.NonExistentQueue"
