import itertools
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.local_aws.control_plane.conftest import ControlPlane, InvokeApi

NUMBERS = itertools.count(1)


@pytest.fixture
def topic_arn(control_plane: ControlPlane, invoke_api: InvokeApi) -> str:
    invoke_api.status = 202
    topic = control_plane.client("sns").create_topic(Name=f"topic-{next(NUMBERS)}")
    return str(topic["TopicArn"])


@pytest.fixture
def subscription_arn(
    control_plane: ControlPlane, topic_arn: str, create_function: Callable[..., dict[str, Any]]
) -> Iterator[str]:
    """A subscription of a function whose policy lets the topic invoke it."""
    function = create_function()
    control_plane.client("lambda").add_permission(
        FunctionName=function["FunctionName"],
        StatementId="topic",
        Action="lambda:InvokeFunction",
        Principal="sns.amazonaws.com",
        SourceArn=topic_arn,
    )
    client = control_plane.client("sns")
    arn = client.subscribe(TopicArn=topic_arn, Protocol="lambda", Endpoint=function["FunctionArn"])[
        "SubscriptionArn"
    ]
    yield arn
    client.unsubscribe(SubscriptionArn=arn)


def test_function_gets_the_whole_message_as_an_event(
    control_plane: ControlPlane, topic_arn: str, subscription_arn: str, invoke_api: InvokeApi
) -> None:
    published = control_plane.client("sns").publish(
        TopicArn=topic_arn,
        Message="hello",
        Subject="greeting",
        MessageAttributes={"kind": {"DataType": "String", "StringValue": "order"}},
    )
    (invocation,) = invoke_api.invocations
    assert invocation.headers["X-Amz-Invocation-Type"] == "Event"
    (record,) = json.loads(invocation.payload)["Records"]
    message = record.pop("Sns")
    assert record == {
        "EventSource": "aws:sns",
        "EventVersion": "1.0",
        "EventSubscriptionArn": subscription_arn,
    }
    for name in ("Timestamp", "Signature", "SignatureVersion", "SigningCertUrl", "UnsubscribeUrl"):
        assert message.pop(name)
    assert message == {
        "Type": "Notification",
        "MessageId": published["MessageId"],
        "TopicArn": topic_arn,
        "Subject": "greeting",
        "Message": "hello",
        "MessageAttributes": {"kind": {"Type": "String", "Value": "order"}},
    }


def test_message_structure_has_a_part_for_functions(
    control_plane: ControlPlane, topic_arn: str, subscription_arn: str, invoke_api: InvokeApi
) -> None:
    assert subscription_arn
    control_plane.client("sns").publish(
        TopicArn=topic_arn,
        MessageStructure="json",
        Message=json.dumps({"default": "to all", "lambda": "to functions"}),
    )
    (invocation,) = invoke_api.invocations
    message = json.loads(invocation.payload)["Records"][0]["Sns"]
    assert (message["Message"], message["Subject"]) == ("to functions", None)
    assert message["MessageAttributes"] == {}


def test_filter_policy_holds_back_messages(
    control_plane: ControlPlane, topic_arn: str, subscription_arn: str, invoke_api: InvokeApi
) -> None:
    client = control_plane.client("sns")
    client.set_subscription_attributes(
        SubscriptionArn=subscription_arn,
        AttributeName="FilterPolicy",
        AttributeValue='{"kind": ["order"]}',
    )
    client.publish(TopicArn=topic_arn, Message="other")
    assert invoke_api.invocations == []


def test_topic_that_the_functions_policy_does_not_name_invokes_nothing(
    control_plane: ControlPlane,
    topic_arn: str,
    create_function: Callable[..., dict[str, Any]],
    invoke_api: InvokeApi,
) -> None:
    client = control_plane.client("sns")
    for endpoint in (
        create_function()["FunctionArn"],
        "arn:aws:lambda:us-east-1:123456789012:function:missing",
    ):
        client.subscribe(TopicArn=topic_arn, Protocol="lambda", Endpoint=endpoint)
    client.publish(TopicArn=topic_arn, Message="hello")
    assert invoke_api.invocations == []


def test_queue_gets_messages_as_ever(control_plane: ControlPlane, topic_arn: str) -> None:
    client, queues = control_plane.client("sns"), control_plane.client("sqs")
    url = queues.create_queue(QueueName=f"subscribed-{next(NUMBERS)}")["QueueUrl"]
    arn = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"][
        "QueueArn"
    ]
    client.subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=arn)
    client.publish(TopicArn=topic_arn, Message="hello")
    (message,) = queues.receive_message(QueueUrl=url)["Messages"]
    assert json.loads(message["Body"])["Message"] == "hello"
