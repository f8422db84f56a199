import base64
import json
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from local_aws.control_plane.awslambda.invocation import InvokeApi as InvokeApiAddress
from local_aws.control_plane.awslambda.invocation import InvokeRequest
from tests.local_aws.control_plane.conftest import ControlPlane, InvokeApi

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

CreateFunction = Callable[..., dict[str, Any]]


@dataclass(frozen=True, slots=True)
class MessageSource:
    """A queue of SQS that invokes a function."""

    queues: Any
    queue_url: str
    function_arn: str

    def send(self, body: str) -> None:
        self.queues.send_message(QueueUrl=self.queue_url, MessageBody=body)

    def holds_a_message(self) -> bool:
        received = self.queues.receive_message(QueueUrl=self.queue_url, VisibilityTimeout=0)
        return "Messages" in received


@pytest.fixture
def message_source(
    control_plane: ControlPlane, functions: "LambdaClient", create_function: CreateFunction
) -> Iterator[MessageSource]:
    function, queues = create_function(), control_plane.client("sqs")
    queue_url = queues.create_queue(QueueName="queue")["QueueUrl"]
    attributes = queues.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])
    functions.create_event_source_mapping(
        EventSourceArn=attributes["Attributes"]["QueueArn"], FunctionName=function["FunctionName"]
    )
    yield MessageSource(queues, queue_url, function["FunctionArn"])
    queues.delete_queue(QueueUrl=queue_url)


def path_of(function_arn: str) -> str:
    return f"/2015-03-31/functions/{quote(function_arn, safe='')}/invocations"


def test_invocation_runs_where_functions_run(
    create_function: CreateFunction, functions: "LambdaClient", invoke_api: InvokeApi
) -> None:
    function = create_function()
    invoke_api.payload = b'{"answer":1}'
    invoke_api.headers = {
        "X-Amz-Executed-Version": "$LATEST",
        "X-Amz-Log-Result": base64.b64encode(b"START").decode(),
    }
    answer = functions.invoke(
        FunctionName=function["FunctionName"],
        LogType="Tail",
        ClientContext="e30=",
        Payload=b'{"question":2}',
    )
    assert "FunctionError" not in dict(answer)
    assert answer["StatusCode"] == 200
    assert answer["Payload"].read() == b'{"answer":1}'
    assert answer["ExecutedVersion"] == "$LATEST"
    assert base64.b64decode(answer["LogResult"]) == b"START"
    (invocation,) = invoke_api.invocations
    assert invocation.path == path_of(function["FunctionArn"])
    assert invocation.payload == b'{"question":2}'
    assert invocation.headers["X-Amz-Log-Type"] == "Tail"
    assert invocation.headers["X-Amz-Client-Context"] == "e30="


@pytest.mark.parametrize(("invocation_type", "status"), [("Event", 202), ("DryRun", 204)])
def test_invocation_type_is_passed_on(
    create_function: CreateFunction,
    functions: "LambdaClient",
    invoke_api: InvokeApi,
    invocation_type: Any,
    status: int,
) -> None:
    invoke_api.status, invoke_api.payload = status, b""
    answer = functions.invoke(
        FunctionName=create_function()["FunctionName"], InvocationType=invocation_type
    )
    assert answer["StatusCode"] == status
    (invocation,) = invoke_api.invocations
    assert invocation.headers["X-Amz-Invocation-Type"] == invocation_type


def test_invoke_async_is_an_event(
    create_function: CreateFunction, functions: "LambdaClient", invoke_api: InvokeApi
) -> None:
    invoke_api.status, invoke_api.payload = 202, b""
    name = create_function()["FunctionName"]
    assert functions.invoke_async(FunctionName=name, InvokeArgs=b"{}")["Status"] == 202
    (invocation,) = invoke_api.invocations
    assert invocation.headers["X-Amz-Invocation-Type"] == "Event"


def test_failure_of_a_function_keeps_awss_shape(
    create_function: CreateFunction, functions: "LambdaClient", invoke_api: InvokeApi
) -> None:
    invoke_api.payload = b'{"errorType":"ValueError","errorMessage":"no"}'
    invoke_api.headers = {"X-Amz-Function-Error": "Unhandled"}
    answer = functions.invoke(FunctionName=create_function()["FunctionName"])
    assert (answer["StatusCode"], answer["FunctionError"]) == (200, "Unhandled")
    assert json.loads(answer["Payload"].read())["errorType"] == "ValueError"


def test_refusal_of_an_invocation_is_passed_on(
    create_function: CreateFunction, functions: "LambdaClient", invoke_api: InvokeApi
) -> None:
    invoke_api.status = 429
    invoke_api.headers = {"X-Amzn-ErrorType": "TooManyRequestsException"}
    invoke_api.payload = b'{"message":"Rate Exceeded."}'
    name = create_function()["FunctionName"]
    with pytest.raises(functions.exceptions.TooManyRequestsException, match="Rate Exceeded"):
        functions.invoke(FunctionName=name)


@pytest.mark.parametrize("by_qualifier", [False, True])
def test_alias_is_left_to_the_execution_environments_which_know_its_weights(
    create_function: CreateFunction,
    functions: "LambdaClient",
    invoke_api: InvokeApi,
    by_qualifier: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    function = create_function(Publish=True)
    name = function["FunctionName"]
    functions.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    if by_qualifier:
        functions.invoke(FunctionName=name, Qualifier="live")
    else:
        functions.invoke(FunctionName=f"{function['FunctionArn']}:live")
    (invocation,) = invoke_api.invocations
    assert invocation.path == path_of(f"{function['FunctionArn']}:live")


def test_unknown_function_is_not_found(functions: "LambdaClient", invoke_api: InvokeApi) -> None:
    with pytest.raises(functions.exceptions.ResourceNotFoundException, match="Function not found"):
        functions.invoke(FunctionName="nothing")
    assert invoke_api.invocations == []


@pytest.mark.parametrize(
    ("status", "headers", "failed"),
    [
        (200, {}, False),
        (200, {"X-Amz-Function-Error": "Unhandled"}, True),
        (429, {"X-Amzn-ErrorType": "TooManyRequestsException"}, True),
    ],
)
def test_queue_keeps_a_message_only_when_its_event_failed(
    message_source: MessageSource,
    invoke_api: InvokeApi,
    status: int,
    headers: dict[str, str],
    *,
    failed: bool,
) -> None:
    invoke_api.status, invoke_api.headers = status, headers
    message_source.send("hello")
    (invocation,) = invoke_api.invocations
    assert invocation.path == path_of(message_source.function_arn)
    (record,) = json.loads(invocation.payload)["Records"]
    assert record["body"] == "hello"
    assert message_source.holds_a_message() is failed


def test_missing_execution_environments_are_a_service_exception() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        address = f"127.0.0.1:{closed.getsockname()[1]}"
    answer = InvokeApiAddress(address).invoke(InvokeRequest("arn", b"{}", {}))
    assert (answer.status, answer.headers["x-amzn-errortype"]) == (500, "ServiceException")
    assert f"No execution environment at {address}" in json.loads(answer.payload)["Message"]
