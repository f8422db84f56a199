import itertools
import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from local_aws.publication import EventSourceMapping
from tests.local_aws.control_plane.conftest import ControlPlane, InvokeApi

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

NUMBERS = itertools.count(1)


@pytest.fixture(autouse=True)
def _no_mapping_is_left(functions: "LambdaClient") -> Iterator[None]:
    yield
    for mapping in functions.list_event_source_mappings()["EventSourceMappings"]:
        functions.delete_event_source_mapping(UUID=mapping["UUID"])


@pytest.fixture
def name(create_function: Callable[..., dict[str, Any]]) -> str:
    return str(create_function(Publish=True)["FunctionName"])


@pytest.fixture
def queue_arn(control_plane: ControlPlane) -> str:
    return create_queue(control_plane)


@pytest.fixture
def stream_arn(control_plane: ControlPlane) -> str:
    table = control_plane.client("dynamodb").create_table(
        TableName=f"mapped-{next(NUMBERS)}",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )
    return str(table["TableDescription"]["LatestStreamArn"])


def create_queue(control_plane: ControlPlane, suffix: str = "", **attributes: str) -> str:
    client = control_plane.client("sqs")
    url = client.create_queue(QueueName=f"mapped-{next(NUMBERS)}{suffix}", Attributes=attributes)[
        "QueueUrl"
    ]
    answer = client.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return str(answer["Attributes"]["QueueArn"])


def published(control_plane: ControlPlane, uuid: str) -> EventSourceMapping | None:
    mappings = control_plane.state().event_source_mappings
    return next((each for each in mappings if each.uuid == uuid), None)


def test_mapping_of_a_queue_is_published_with_its_settings(
    functions: "LambdaClient", control_plane: ControlPlane, name: str, queue_arn: str
) -> None:
    created = functions.create_event_source_mapping(
        FunctionName=f"{name}:1",
        EventSourceArn=queue_arn,
        BatchSize=20,
        MaximumBatchingWindowInSeconds=2,
        FunctionResponseTypes=["ReportBatchItemFailures"],
        ScalingConfig={"MaximumConcurrency": 3},
        FilterCriteria={"Filters": [{"Pattern": '{"body": {"kind": ["order"]}}'}]},
    )
    assert created["State"] == "Creating"
    assert published(control_plane, created["UUID"]) == EventSourceMapping(
        uuid=created["UUID"],
        function_arn=created["FunctionArn"],
        event_source_arn=queue_arn,
        is_enabled=True,
        batch_size=20,
        batching_window_seconds=2,
        reports_batch_item_failures=True,
        filter_patterns=('{"body": {"kind": ["order"]}}',),
        maximum_concurrency=3,
    )
    assert created["FunctionArn"].endswith(f":{name}:1")
    found = functions.get_event_source_mapping(UUID=created["UUID"])
    assert (found["State"], found["StateTransitionReason"]) == ("Enabled", "USER_INITIATED")
    assert "StartingPosition" not in found


def test_mapping_of_a_stream_is_published_with_its_settings(
    functions: "LambdaClient", control_plane: ControlPlane, name: str, stream_arn: str
) -> None:
    table = stream_arn.split("/")[1]
    control_plane.client("dynamodb").put_item(TableName=table, Item={"pk": {"S": "before"}})
    created = functions.create_event_source_mapping(
        FunctionName=name,
        EventSourceArn=stream_arn,
        StartingPosition="LATEST",
        BisectBatchOnFunctionError=True,
        MaximumRetryAttempts=2,
        DestinationConfig={"OnFailure": {"Destination": "arn:aws:sqs:us-east-1:1:failed"}},
    )
    mapping = published(control_plane, created["UUID"])
    assert mapping is not None
    assert mapping.starting_sequence_number == "1100000000017454423010"
    assert (mapping.bisects_batch, mapping.maximum_retry_attempts) == (True, 2)
    assert mapping.maximum_record_age_seconds is None
    assert mapping.on_failure_arn == "arn:aws:sqs:us-east-1:1:failed"
    found = functions.get_event_source_mapping(UUID=created["UUID"])
    assert (found["BatchSize"], found["MaximumRecordAgeInSeconds"]) == (100, -1)
    assert found["ParallelizationFactor"] == 1


def test_change_is_published_and_a_deleted_mapping_is_gone(
    functions: "LambdaClient", control_plane: ControlPlane, name: str, queue_arn: str
) -> None:
    uuid = functions.create_event_source_mapping(FunctionName=name, EventSourceArn=queue_arn)[
        "UUID"
    ]
    functions.update_event_source_mapping(
        UUID=uuid, Enabled=False, BatchSize=2, FunctionName=f"{name}:1"
    )
    mapping = published(control_plane, uuid)
    assert mapping is not None
    assert (mapping.is_enabled, mapping.batch_size) == (False, 2)
    assert mapping.function_arn.endswith(f":{name}:1")
    assert functions.delete_event_source_mapping(UUID=uuid)["State"] == "Deleting"
    assert published(control_plane, uuid) is None
    for operation in (functions.get_event_source_mapping, functions.delete_event_source_mapping):
        with pytest.raises(functions.exceptions.ResourceNotFoundException, match="does not exist"):
            operation(UUID=uuid)


def test_mappings_are_listed_by_source_and_by_function(
    functions: "LambdaClient", control_plane: ControlPlane, name: str, queue_arn: str
) -> None:
    other = create_queue(control_plane)
    for function, arn in ((name, queue_arn), (f"{name}:1", other)):
        functions.create_event_source_mapping(FunctionName=function, EventSourceArn=arn)

    def listed(**arguments: Any) -> list[str]:
        answer = functions.list_event_source_mappings(**arguments)
        return [each["EventSourceArn"] for each in answer["EventSourceMappings"]]

    assert listed(FunctionName=name) == [queue_arn, other]
    assert listed(FunctionName=f"{name}:1") == [other]
    assert listed(EventSourceArn=queue_arn) == [queue_arn]
    assert {queue_arn, other} <= set(listed())


def test_second_mapping_of_the_same_source_is_a_conflict(
    functions: "LambdaClient", name: str, queue_arn: str
) -> None:
    functions.create_event_source_mapping(FunctionName=name, EventSourceArn=queue_arn)
    with pytest.raises(functions.exceptions.ResourceConflictException, match="already exists"):
        functions.create_event_source_mapping(FunctionName=name, EventSourceArn=queue_arn)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"BatchSize": 11}, "Maximum batch window in seconds must be greater than 0"),
        ({"StartingPosition": "LATEST"}, "StartingPosition"),
        ({"ScalingConfig": {"MaximumConcurrency": 1}}, "from 2 to 1000"),
        ({"FilterCriteria": {"Filters": [{"Pattern": "{"}]}}, "Invalid filter pattern"),
    ],
)
def test_what_no_queue_has_is_refused(
    functions: "LambdaClient", name: str, queue_arn: str, arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(functions.exceptions.InvalidParameterValueException, match=message):
        functions.create_event_source_mapping(
            FunctionName=name, EventSourceArn=queue_arn, **arguments
        )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "StartingPosition"),
        ({"StartingPosition": "LATEST", "ScalingConfig": {"MaximumConcurrency": 2}}, "Scaling"),
        ({"StartingPosition": "LATEST", "TumblingWindowInSeconds": 5}, "tumbling"),
    ],
)
def test_what_no_stream_has_is_refused(
    functions: "LambdaClient", name: str, stream_arn: str, arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(functions.exceptions.InvalidParameterValueException, match=message):
        functions.create_event_source_mapping(
            FunctionName=name, EventSourceArn=stream_arn, **arguments
        )


def test_queue_whose_messages_come_back_too_early_is_refused(
    functions: "LambdaClient", control_plane: ControlPlane, name: str
) -> None:
    arn = create_queue(control_plane, VisibilityTimeout="2")
    message = "2 seconds is less than Function timeout: 3 seconds"
    with pytest.raises(functions.exceptions.InvalidParameterValueException, match=message):
        functions.create_event_source_mapping(FunctionName=name, EventSourceArn=arn)


def test_window_of_a_fifo_queue_is_refused(
    functions: "LambdaClient", control_plane: ControlPlane, name: str
) -> None:
    arn = create_queue(control_plane, ".fifo", FifoQueue="true")
    with pytest.raises(functions.exceptions.InvalidParameterValueException, match="FIFO"):
        functions.create_event_source_mapping(
            FunctionName=name, EventSourceArn=arn, MaximumBatchingWindowInSeconds=1
        )


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:sqs:us-east-1:123456789012:missing",
        "arn:aws:dynamodb:us-east-1:123456789012:table/missing/stream/1",
        "arn:aws:kinesis:us-east-1:123456789012:stream/missing",
        "nothing",
    ],
)
def test_source_that_is_none_is_refused(functions: "LambdaClient", name: str, arn: str) -> None:
    with pytest.raises(ClientError, match="InvalidParameterValueException"):
        functions.create_event_source_mapping(
            FunctionName=name, EventSourceArn=arn, StartingPosition="LATEST"
        )


def test_control_plane_itself_invokes_nothing_for_a_mapping(
    functions: "LambdaClient",
    control_plane: ControlPlane,
    invoke_api: InvokeApi,
    name: str,
    queue_arn: str,
) -> None:
    functions.create_event_source_mapping(FunctionName=name, EventSourceArn=queue_arn)
    queues = control_plane.client("sqs")
    queue_url = queues.get_queue_url(QueueName=queue_arn.rpartition(":")[2])["QueueUrl"]
    queues.send_message(QueueUrl=queue_url, MessageBody=json.dumps("hello"))
    (message,) = queues.receive_message(QueueUrl=queue_url)["Messages"]
    assert message["Body"] == '"hello"'
    assert invoke_api.invocations == []
