"""A function that fails rings the alarm of infra/, and whoever subscribes to its topic hears it."""

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest

from local_aws.command_line import StackSettings
from local_aws.stack import Stack
from tests.end_to_end.given import REPOSITORY, SESSION, serving

pytestmark = pytest.mark.stacks

TOPIC_ARN = "arn:aws:sns:us-east-1:123456789012:alarms"
VARIABLES = {
    "functions": '{ echo = { handler = "handlers.default.handler" } }',
    "routes": '{ "$default" = { function = "echo" } }',
    "alarms": f'{{ topic_arns = ["{TOPIC_ARN}"], thresholds = {{ function_errors = 1 }} }}',
}
NO_EVENT = b"[]"
LONGEST_WAIT_SECONDS = 20


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """One function, which is made quickly, and its alarms."""
    settings = StackSettings(
        root=REPOSITORY / "infra", port=0, aws_port=0, terraform_variables=VARIABLES
    )
    with serving(settings, io.StringIO()) as running:
        yield running


def test_function_that_fails_rings_an_alarm_that_a_queue_hears(stack: Stack) -> None:
    def client(service: Any) -> Any:
        return SESSION.client(service, endpoint_url=stack.services.aws_endpoint)

    topics, queues = client("sns"), client("sqs")
    assert topics.create_topic(Name="alarms")["TopicArn"] == TOPIC_ARN
    queue_url = queues.create_queue(QueueName="alarms")["QueueUrl"]
    topics.subscribe(
        TopicArn=TOPIC_ARN, Protocol="sqs", Endpoint=TOPIC_ARN.replace(":sns:", ":sqs:")
    )
    (function,) = client("lambda").list_functions()["Functions"]
    failed = client("lambda").invoke(FunctionName=function["FunctionName"], Payload=NO_EVENT)
    assert failed["FunctionError"] == "Unhandled"

    message = _next_alarm(queues, queue_url)
    (alarm,) = client("cloudwatch").describe_alarms(AlarmNames=[message["AlarmName"]])[
        "MetricAlarms"
    ]
    assert alarm["AlarmName"].endswith("-function-echo-errors")
    assert alarm["StateValue"] == message["NewStateValue"] == "ALARM"
    assert message["NewStateReason"].startswith("Threshold Crossed: 1 out of the last 1 datapoints")
    assert message["Trigger"]["Dimensions"] == [
        {"name": "FunctionName", "value": function["FunctionName"]}
    ]


def _next_alarm(queues: Any, queue_url: str) -> dict[str, Any]:
    """Return what an alarm that rings says; alarms that are well say so too, at first."""
    for _ in range(LONGEST_WAIT_SECONDS):
        received = queues.receive_message(
            QueueUrl=queue_url, WaitTimeSeconds=1, MaxNumberOfMessages=10
        )
        for each in received.get("Messages", []):
            message: dict[str, Any] = json.loads(json.loads(each["Body"])["Message"])
            if message["NewStateValue"] == "ALARM":
                return message
    pytest.fail(f"no alarm rang within {LONGEST_WAIT_SECONDS} s")
