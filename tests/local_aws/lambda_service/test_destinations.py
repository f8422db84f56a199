import json
import uuid
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import boto3
import pytest

from local_aws.aws_client import AwsClient
from local_aws.credentials import Credentials
from local_aws.http1.client import HttpClient
from local_aws.lambda_service.asynchronous_invocations import (
    AsynchronousEvent,
    Attempt,
    Condition,
    Outcome,
)
from local_aws.lambda_service.deployed_functions import DeployedFunctions
from local_aws.lambda_service.destinations import (
    Destinations,
    dead_letter_attributes,
    destination_call,
    invocation_record,
)
from local_aws.lambda_service.invocation import InvocationResult
from local_aws.publication import EventInvokeConfig, Function
from tests.local_aws.lambda_service.given import CREDENTIALS, Output

ACCOUNT = "123456789012"
REGION = "eu-west-1"
ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:greeter"
ERROR = b'{"errorType": "ValueError", "errorMessage": "no"}'
FAILED = Outcome(
    Condition.RETRIES_EXHAUSTED, 3, Attempt(InvocationResult(ERROR, "Unhandled", "$LATEST"))
)
SUCCEEDED = Outcome(Condition.SUCCESS, 1, Attempt(InvocationResult(b'"done"', None)))


async def event(function: Function) -> AsynchronousEvent:
    return AsynchronousEvent(
        target=DeployedFunctions([function]).target("greeter"),
        payload=b'{"order": 1}',
        client_context=None,
        trace_id="",
        request_id="e4b46cbf",
    )


class Aws:
    """moto's services, and what arrived at a queue of them."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self.output = Output()
        self.sqs = self.client("sqs")
        name = f"outcomes-{uuid.uuid4()}"
        self.queue_url = self.sqs.create_queue(QueueName=name)["QueueUrl"]
        self.queue_arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"

    def client(self, service: str) -> Any:
        session: Any = boto3.session.Session()
        return session.client(
            service,
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

    def messages(self) -> list[dict[str, Any]]:
        answer = self.sqs.receive_message(
            QueueUrl=self.queue_url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]
        )
        return list(answer.get("Messages", []))

    async def deliver(
        self, function: Function, outcome: Outcome, config: EventInvokeConfig | None = None
    ) -> None:
        async def credentials(_function: Function) -> Credentials:
            return CREDENTIALS

        http = HttpClient()
        client = AwsClient(http, endpoint_url=self.endpoint)
        destinations = Destinations(client, credentials, self.output)
        config = config or EventInvokeConfig(f"{ARN}:$LATEST")
        await destinations.deliver(await event(function), outcome, function, config)
        await http.close()


@pytest.fixture
def aws(moto_endpoint: str) -> Aws:
    return Aws(moto_endpoint)


async def test_record_says_what_was_asked_and_what_came_of_it(greeter: Function) -> None:
    now = datetime(2026, 1, 2, 3, 4, 5, 678_900, UTC)
    assert invocation_record(await event(greeter), FAILED, now) == {
        "version": "1.0",
        "timestamp": "2026-01-02T03:04:05.678Z",
        "requestContext": {
            "requestId": "e4b46cbf",
            "functionArn": f"{ARN}:$LATEST",
            "condition": "RetriesExhausted",
            "approximateInvokeCount": 3,
        },
        "requestPayload": {"order": 1},
        "responseContext": {
            "statusCode": 200,
            "executedVersion": "$LATEST",
            "functionError": "Unhandled",
        },
        "responsePayload": {"errorType": "ValueError", "errorMessage": "no"},
    }
    success = invocation_record(await event(greeter), SUCCEEDED, now)
    assert success["responseContext"] == {"statusCode": 200, "executedVersion": "$LATEST"}
    assert success["responsePayload"] == "done"


async def test_dead_letter_has_the_error_in_its_attributes(greeter: Function) -> None:
    given = await event(greeter)
    assert dead_letter_attributes(given, FAILED) == (
        ("RequestID", "String", "e4b46cbf"),
        ("ErrorCode", "Number", "200"),
        ("ErrorMessage", "String", "no"),
    )
    long = InvocationResult(json.dumps({"errorMessage": "é" * 600}).encode(), "Unhandled")
    throttled = replace(FAILED, attempt=Attempt(long, HTTPStatus.TOO_MANY_REQUESTS))
    _, (_, _, code), (_, _, message) = dead_letter_attributes(given, throttled)
    assert (code, message) == ("429", "é" * 512)
    nothing = replace(FAILED, attempt=Attempt(InvocationResult(b"\xff no json", "Unhandled")))
    assert dead_letter_attributes(given, nothing)[2][2] == "\ufffd no json"
    empty = replace(FAILED, attempt=Attempt(InvocationResult(b'""', "Unhandled")))
    assert dead_letter_attributes(given, empty)[2][2] == "-"


async def test_queue_gets_the_record_of_a_failure(aws: Aws, greeter: Function) -> None:
    config = EventInvokeConfig(f"{ARN}:$LATEST", on_failure_arn=aws.queue_arn)
    await aws.deliver(greeter, SUCCEEDED, config)
    await aws.deliver(greeter, FAILED, config)
    (message,) = aws.messages()
    assert json.loads(message["Body"])["requestContext"]["condition"] == "RetriesExhausted"
    assert aws.output.lines == []


async def test_topic_gets_the_record_of_a_success(aws: Aws, greeter: Function) -> None:
    sns = aws.client("sns")
    topic_arn = sns.create_topic(Name="outcomes")["TopicArn"]
    sns.subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=aws.queue_arn)
    config = EventInvokeConfig(f"{ARN}:$LATEST", on_success_arn=topic_arn)
    await aws.deliver(greeter, FAILED, config)
    await aws.deliver(greeter, SUCCEEDED, config)
    (message,) = aws.messages()
    record = json.loads(json.loads(message["Body"])["Message"])
    assert record["requestContext"]["condition"] == "Success"


async def test_event_bus_gets_the_record_as_the_detail_of_an_event(
    aws: Aws, greeter: Function
) -> None:
    events = aws.client("events")
    bus_arn = events.create_event_bus(Name="outcomes")["EventBusArn"]
    pattern = json.dumps({"source": ["lambda"]})
    events.put_rule(Name="all", EventBusName="outcomes", EventPattern=pattern)
    target = {"Id": "queue", "Arn": aws.queue_arn}
    events.put_targets(Rule="all", EventBusName="outcomes", Targets=[target])
    await aws.deliver(greeter, FAILED, EventInvokeConfig(ARN, on_failure_arn=bus_arn))
    (message,) = aws.messages()
    event = json.loads(message["Body"])
    assert event["detail-type"] == "Lambda Function Invocation Result - Failure"
    assert event["detail"]["requestPayload"] == {"order": 1}
    assert event["resources"] == [bus_arn, ARN]


async def test_dead_letter_queue_gets_the_event_itself(aws: Aws, greeter: Function) -> None:
    function = replace(greeter, dead_letter_arn=aws.queue_arn)
    await aws.deliver(function, SUCCEEDED)
    await aws.deliver(function, FAILED)
    (message,) = aws.messages()
    assert message["Body"] == '{"order": 1}'
    assert message["MessageAttributes"]["ErrorMessage"]["StringValue"] == "no"
    assert message["MessageAttributes"]["ErrorCode"]["DataType"] == "Number"


async def test_dead_letter_topic_gets_the_event_itself(aws: Aws, greeter: Function) -> None:
    sns = aws.client("sns")
    topic_arn = sns.create_topic(Name="dead-letters")["TopicArn"]
    sns.subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=aws.queue_arn)
    await aws.deliver(replace(greeter, dead_letter_arn=topic_arn), FAILED)
    (message,) = aws.messages()
    notification = json.loads(message["Body"])
    assert notification["Message"] == '{"order": 1}'
    assert notification["MessageAttributes"]["RequestID"]["Value"] == "e4b46cbf"


@pytest.mark.parametrize(
    ("arn", "problem"),
    [
        (f"arn:aws:sqs:{REGION}:{ACCOUNT}:missing", "sqs:SendMessage was refused with status 400"),
        ("arn:aws:s3:::bucket", "only SQS queues, SNS topics, EventBridge event buses and Lambda"),
        ("queue", "only SQS queues"),
    ],
)
async def test_destination_that_is_not_reached_is_told(
    aws: Aws, greeter: Function, arn: str, problem: str
) -> None:
    await aws.deliver(replace(greeter, dead_letter_arn=arn), FAILED)
    ((name, line),) = aws.output.lines
    assert name == "greeter"
    assert f"did not reach {arn}: {problem}" in line


def test_function_is_invoked_asynchronously() -> None:
    call = destination_call(f"{ARN}:live", "{}", (), function_arn=ARN)
    assert (call.service, call.region) == ("lambda", REGION)
    assert ("X-Amz-Invocation-Type", "Event") in call.headers
    assert call.path == (
        "/2015-03-31/functions/"
        f"arn%3Aaws%3Alambda%3A{REGION}%3A{ACCOUNT}%3Afunction%3Agreeter%3Alive/invocations"
    )
