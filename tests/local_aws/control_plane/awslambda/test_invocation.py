import base64
import json
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from local_aws.control_plane.awslambda.invocation import InvokeApi as InvokeApiAddress
from local_aws.control_plane.awslambda.invocation import InvokeRequest
from tests.local_aws.control_plane.conftest import InvokeApi

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

CreateFunction = Callable[..., dict[str, Any]]


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


def test_missing_execution_environments_are_a_service_exception() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        address = f"127.0.0.1:{closed.getsockname()[1]}"
    answer = InvokeApiAddress(address).invoke(InvokeRequest("arn", b"{}", {}))
    assert (answer.status, answer.headers["x-amzn-errortype"]) == (500, "ServiceException")
    assert f"No execution environment at {address}" in json.loads(answer.payload)["Message"]
