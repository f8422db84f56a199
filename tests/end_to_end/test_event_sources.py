"""Whatever can invoke a function does so in the same execution environments, from Terraform on."""

import io
import json
import time
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest

from local_aws.command_line import StackSettings
from local_aws.stack import Stack
from tests.end_to_end.given import REPOSITORY, SESSION, eventually, serving

pytestmark = pytest.mark.stacks

# The first time a message comes, one with the body "bad" is reported as failed.
WORKER = """
import json

def handler(event, context):
    print("event", json.dumps(event))
    failed = [
        {"itemIdentifier": each["messageId"]}
        for each in event.get("Records", [])
        if each.get("body") == "bad" and each["attributes"]["ApproximateReceiveCount"] == "1"
    ]
    return {"batchItemFailures": failed}
"""


@pytest.fixture(scope="module")
def variables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    package = tmp_path_factory.mktemp("worker") / "worker.zip"
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("worker.py", WORKER)
    return {"package_path": str(package)}


@pytest.fixture(scope="module")
def log() -> io.StringIO:
    return io.StringIO()


@pytest.fixture(scope="module")
def stack(variables: dict[str, str], log: io.StringIO) -> Iterator[Stack]:
    settings = StackSettings(
        root=REPOSITORY / "tests" / "roots" / "event_sources",
        port=0,
        aws_port=0,
        terraform_variables=variables,
        time_to_live_sweep_seconds=0.2,
    )
    with serving(settings, log) as running:
        yield running


@pytest.fixture(scope="module")
def queue_url(stack: Stack, variables: dict[str, str]) -> str:
    """A queue that is mapped to the function, by a second apply."""
    queues = client(stack, "sqs")
    url = queues.create_queue(QueueName="messages", Attributes={"VisibilityTimeout": "1"})[
        "QueueUrl"
    ]
    answer = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    variables["queue_arn"] = answer["Attributes"]["QueueArn"]
    stack.terraform.apply(variables)
    return str(url)


class Events:
    """What the function was invoked with since the test began."""

    def __init__(self, log: io.StringIO) -> None:
        self._log = log
        self._start = len(log.getvalue())

    def all(self) -> list[dict[str, Any]]:
        lines = self._log.getvalue()[self._start :].splitlines()
        prefix = "[worker] event "
        return [json.loads(line.removeprefix(prefix)) for line in lines if line.startswith(prefix)]

    def records(self) -> list[list[dict[str, Any]]]:
        return [event["Records"] for event in self.all() if "Records" in event]

    def bodies(self) -> list[list[str]]:
        return [[each["body"] for each in records] for records in self.records()]


@pytest.fixture
def events(log: io.StringIO) -> Events:
    return Events(log)


def client(stack: Stack, service: Any) -> Any:
    return SESSION.client(service, endpoint_url=stack.services.aws_endpoint)


def test_queue_invokes_and_gives_a_reported_message_once_more(
    stack: Stack, queue_url: str, events: Events
) -> None:
    queues = client(stack, "sqs")
    for body in ("good", "bad"):
        queues.send_message(QueueUrl=queue_url, MessageBody=body)

    def is_empty() -> bool:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        answer = queues.get_queue_attributes(QueueUrl=queue_url, AttributeNames=names)
        return all(answer["Attributes"][name] == "0" for name in names)

    def seen() -> list[str]:
        return sorted(body for bodies in events.bodies() for body in bodies)

    assert eventually(lambda: seen() == ["bad", "bad", "good"])
    assert eventually(is_empty)


def test_item_invokes_when_it_is_written_and_when_its_time_to_live_is_over(
    stack: Stack, events: Events
) -> None:
    client(stack, "dynamodb").put_item(
        TableName="items", Item={"pk": {"S": "a"}, "ttl": {"N": str(int(time.time()) + 1)}}
    )
    assert eventually(lambda: sum(map(len, events.records())) == 2)
    written, removed = (record for records in events.records() for record in records)
    assert (written["eventName"], removed["eventName"]) == ("INSERT", "REMOVE")
    assert removed["userIdentity"] == {
        "type": "Service",
        "principalId": "dynamodb.amazonaws.com",
    }
    assert removed["dynamodb"]["OldImage"]["pk"] == {"S": "a"}


def test_topic_rule_and_caller_invoke(stack: Stack, events: Events) -> None:
    client(stack, "sns").publish(TopicArn=stack.outputs["topic_arn"], Message="news")
    client(stack, "events").put_events(
        Entries=[{"Source": "shop", "DetailType": "Order", "Detail": "{}"}]
    )
    functions = client(stack, "lambda")
    functions.invoke(FunctionName="worker", InvocationType="Event", Payload=b'{"later": 1}')
    answer = functions.invoke(FunctionName="worker", Payload=b'{"now": 1}')
    assert json.loads(answer["Payload"].read()) == {"batchItemFailures": []}
    assert eventually(lambda: len(events.all()) == 4)
    assert events.records()[0][0]["Sns"]["Message"] == "news"
    assert {"later": 1} in events.all()
    assert any(event.get("detail-type") == "Order" for event in events.all())


def test_log_of_the_function_is_in_its_log_group(stack: Stack) -> None:
    logs = client(stack, "logs")
    client(stack, "lambda").invoke(FunctionName="worker", Payload=b'{"find": "me"}')

    def is_there() -> bool:
        found = logs.filter_log_events(logGroupName="/aws/lambda/worker")["events"]
        return 'event {"find": "me"}' in [each["message"] for each in found]

    assert eventually(is_there)


def test_mapping_is_changed_in_place_and_disabled(
    stack: Stack, queue_url: str, variables: dict[str, str], events: Events
) -> None:
    functions, queues = client(stack, "lambda"), client(stack, "sqs")

    def mapping() -> dict[str, Any]:
        mappings = functions.list_event_source_mappings(FunctionName="worker")
        (found,) = (
            each for each in mappings["EventSourceMappings"] if ":sqs:" in each["EventSourceArn"]
        )
        return dict(found)

    uuid = mapping()["UUID"]
    changed = variables | {"batch_size": "1", "enabled": "false"}
    stack.terraform.apply(changed)
    assert (mapping()["UUID"], mapping()["BatchSize"], mapping()["State"]) == (uuid, 1, "Disabled")
    assert stack.terraform.plan(changed) is False
    for body in "ab":
        queues.send_message(QueueUrl=queue_url, MessageBody=body)
    functions.update_event_source_mapping(UUID=uuid, Enabled=True)
    assert eventually(lambda: len(events.bodies()) == 2)
    assert sorted(events.bodies()) == [["a"], ["b"]]


def test_destroy_leaves_no_mapping(stack: Stack, variables: dict[str, str]) -> None:
    stack.terraform.destroy(variables)
    assert client(stack, "lambda").list_event_source_mappings()["EventSourceMappings"] == []
