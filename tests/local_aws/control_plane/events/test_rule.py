import itertools
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.local_aws.control_plane.conftest import ControlPlane, InvokeApi

NUMBERS = itertools.count(1)
PATTERN = '{"source": ["shop"]}'


@pytest.fixture
def function_arn(
    create_function: Callable[..., dict[str, Any]],
    control_plane: ControlPlane,
    invoke_api: InvokeApi,
) -> str:
    """A function that any rule may invoke."""
    invoke_api.status = 202
    function = create_function()
    control_plane.client("lambda").add_permission(
        FunctionName=function["FunctionName"],
        StatementId="rules",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
    )
    return str(function["FunctionArn"])


@pytest.fixture
def rule(control_plane: ControlPlane) -> Iterator[str]:
    client, name = control_plane.client("events"), f"rule-{next(NUMBERS)}"
    client.put_rule(Name=name, EventPattern=PATTERN)
    yield name
    ids = [each["Id"] for each in client.list_targets_by_rule(Rule=name)["Targets"]]
    if ids:
        client.remove_targets(Rule=name, Ids=ids)
    client.delete_rule(Name=name)


def put_event(control_plane: ControlPlane, source: str = "shop") -> str:
    answer = control_plane.client("events").put_events(
        Entries=[
            {
                "Source": source,
                "DetailType": "Order",
                "Detail": '{"number": 7, "customer": {"name": "Ada"}}',
                "Time": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
                "Resources": ["arn:of:something"],
            }
        ]
    )
    return str(answer["Entries"][0]["EventId"])


def target(control_plane: ControlPlane, rule: str, function_arn: str, **settings: Any) -> None:
    control_plane.client("events").put_targets(
        Rule=rule, Targets=[{"Id": "function", "Arn": function_arn, **settings}]
    )


def test_function_gets_the_event(
    control_plane: ControlPlane, rule: str, function_arn: str, invoke_api: InvokeApi
) -> None:
    target(control_plane, rule, function_arn)
    event_id = put_event(control_plane)
    (invocation,) = invoke_api.invocations
    assert invocation.headers["X-Amz-Invocation-Type"] == "Event"
    assert json.loads(invocation.payload) == {
        "version": "0",
        "id": event_id,
        "detail-type": "Order",
        "source": "shop",
        "account": "123456789012",
        "time": "2026-01-02T03:04:05Z",
        "region": "us-east-1",
        "resources": ["arn:of:something"],
        "detail": {"number": 7, "customer": {"name": "Ada"}},
    }


@pytest.mark.parametrize(
    "case",
    [
        ({"Input": '{"constant": true}'}, {"constant": True}),
        ({"InputPath": "$.detail.customer"}, {"name": "Ada"}),
        ({"InputPath": "$.detail.number.digits"}, None),
        (
            {
                "InputTransformer": {
                    "InputPathsMap": {"name": "$.detail.customer.name"},
                    "InputTemplate": '{"who": "<name>"}',
                }
            },
            {"who": "Ada"},
        ),
    ],
)
def test_target_may_want_another_input(
    control_plane: ControlPlane,
    rule: str,
    function_arn: str,
    invoke_api: InvokeApi,
    case: tuple[dict[str, Any], Any],
) -> None:
    settings, event = case
    target(control_plane, rule, function_arn, **settings)
    put_event(control_plane)
    (invocation,) = invoke_api.invocations
    assert json.loads(invocation.payload) == event


def test_event_of_another_source_and_a_disabled_rule_invoke_nothing(
    control_plane: ControlPlane, rule: str, function_arn: str, invoke_api: InvokeApi
) -> None:
    target(control_plane, rule, function_arn)
    put_event(control_plane, source="other")
    control_plane.client("events").disable_rule(Name=rule)
    put_event(control_plane)
    assert invoke_api.invocations == []


def test_rule_that_has_a_schedule_only_takes_no_events(
    control_plane: ControlPlane, rule: str, function_arn: str, invoke_api: InvokeApi
) -> None:
    client = control_plane.client("events")
    client.put_rule(Name=rule, ScheduleExpression="rate(1 minute)")
    target(control_plane, rule, function_arn)
    put_event(control_plane)
    assert invoke_api.invocations == []


def test_other_targets_get_events_as_ever(control_plane: ControlPlane, rule: str) -> None:
    queues = control_plane.client("sqs")
    url = queues.create_queue(QueueName=f"target-{next(NUMBERS)}")["QueueUrl"]
    arn = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"][
        "QueueArn"
    ]
    target(control_plane, rule, arn)
    put_event(control_plane)
    (message,) = queues.receive_message(QueueUrl=url)["Messages"]
    assert json.loads(message["Body"])["detail"]["number"] == 7
