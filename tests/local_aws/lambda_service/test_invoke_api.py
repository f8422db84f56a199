import asyncio
import base64
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from local_aws.lambda_service.invoke_api import InvokeApi
from tests.local_aws.lambda_service.given import Output, function_of, running

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

    from local_aws.publication import Function

FUNCTION = """
    def handler(event, context):
        print("said")
        if event == "fail":
            raise ValueError("no")
        custom = context.client_context and context.client_context.custom
        return {"event": event, "arn": context.invoked_function_arn, "custom": custom}
"""
ARN = "arn:aws:lambda:eu-west-1:123456789012:function:greeter"


@dataclass(frozen=True, slots=True)
class Caller:
    """boto3's Lambda client, in a thread of its own."""

    client: "LambdaClient"
    output: Output

    async def invoke(self, name: str = ARN, **arguments: Any) -> dict[str, Any]:
        def invoke() -> dict[str, Any]:
            response = self.client.invoke(FunctionName=name, **arguments)
            return {**response, "Payload": response["Payload"].read()}

        return await asyncio.to_thread(invoke)


@asynccontextmanager
async def calling(tmp_path: Path, function: "Function | None" = None) -> AsyncIterator[Caller]:
    async with running(tmp_path, function or function_of(tmp_path, FUNCTION)) as serving:
        api = await InvokeApi.start(serving.service)
        client = boto3.client(
            "lambda",
            endpoint_url=f"http://{api.address}",
            region_name="eu-west-1",
            aws_access_key_id="nobody",
            aws_secret_access_key="nobody",
            config=Config(retries={"total_max_attempts": 1}),
        )
        try:
            yield Caller(client, serving.output)
        finally:
            client.close()
            await api.close()


async def test_result_is_the_payload(tmp_path: Path) -> None:
    async with calling(tmp_path) as caller:
        response = await caller.invoke(Payload=b'{"a": 1}')
        assert response["StatusCode"] == 200
        assert response["ExecutedVersion"] == "$LATEST"
        assert "FunctionError" not in response
        assert json.loads(response["Payload"]) == {"event": {"a": 1}, "arn": ARN, "custom": None}


async def test_function_may_be_named_with_a_qualifier(tmp_path: Path) -> None:
    async with calling(tmp_path) as caller:
        response = await caller.invoke("greeter", Qualifier="$LATEST")
        assert json.loads(response["Payload"])["arn"] == f"{ARN}:$LATEST"
        assert json.loads(response["Payload"])["event"] == {}


async def test_error_of_the_function_is_no_error_of_the_call(tmp_path: Path) -> None:
    async with calling(tmp_path) as caller:
        response = await caller.invoke(Payload=b'"fail"')
        assert (response["StatusCode"], response["FunctionError"]) == (200, "Unhandled")
        assert json.loads(response["Payload"])["errorMessage"] == "no"


async def test_log_tail_comes_if_asked_for(tmp_path: Path) -> None:
    async with calling(tmp_path) as caller:
        response = await caller.invoke(LogType="Tail")
        log = base64.b64decode(response["LogResult"]).decode().splitlines()
        assert [line.split()[0] for line in log] == ["START", "said", "END", "REPORT"]
        assert "LogResult" not in await caller.invoke(LogType="None")


async def test_client_context_reaches_the_handler(tmp_path: Path) -> None:
    async with calling(tmp_path) as caller:
        context = base64.b64encode(b'{\n  "custom": {"a": 1}\n}').decode()
        response = await caller.invoke(ClientContext=context)
        assert json.loads(response["Payload"])["custom"] == {"a": 1}


async def test_asynchronous_invocation_is_accepted(tmp_path: Path) -> None:
    async with calling(tmp_path) as caller:
        response = await caller.invoke(InvocationType="Event", Payload=b"1")
        assert (response["StatusCode"], response["Payload"]) == (202, b"")
        await caller.output.until("said")


async def test_dry_run_is_answered_without_content(tmp_path: Path) -> None:
    async with calling(tmp_path) as caller:
        response = await caller.invoke(InvocationType="DryRun")
        assert (response["StatusCode"], response["Payload"]) == (204, b"")


@pytest.mark.parametrize(
    ("arguments", "status", "code", "message"),
    [
        ({"name": "other"}, 404, "ResourceNotFoundException", "Function not found: other"),
        (
            {"name": "greeter", "Qualifier": "live"},
            404,
            "ResourceNotFoundException",
            f"Function not found: {ARN}:live",
        ),
        ({"Payload": b"{"}, 400, "InvalidRequestContentException", "Could not parse request body"),
        ({"Payload": b" " * 6_291_457}, 413, "RequestTooLargeException", "6291457 byte payload"),
        (
            {"ClientContext": "e30"},
            400,
            "InvalidRequestContentException",
            "X-Amz-Client-Context must be",
        ),
        (
            {"InvocationType": "Later"},
            400,
            "InvalidParameterValueException",
            "one of RequestResponse, Event, DryRun",
        ),
    ],
)
async def test_refusal_names_awss_error_and_the_reason(
    tmp_path: Path, arguments: dict[str, Any], status: int, code: str, message: str
) -> None:
    if "Payload" in arguments and status == 413:
        arguments = {"Payload": b"1" + arguments["Payload"][1:]}
    async with calling(tmp_path) as caller:
        with pytest.raises(ClientError) as refused:
            await caller.invoke(**arguments)
        response: Any = refused.value.response
        assert response["ResponseMetadata"]["HTTPStatusCode"] == status
        assert response["Error"]["Code"] == code
        assert message in response["Error"]["Message"]


async def test_function_without_a_runtime_is_a_fault_of_the_service(tmp_path: Path) -> None:
    async with calling(tmp_path, function_of(tmp_path, runtime="go1.x")) as caller:
        with pytest.raises(ClientError) as refused:
            await caller.invoke()
        response: Any = refused.value.response
        assert response["ResponseMetadata"]["HTTPStatusCode"] == 502
        assert response["Error"]["Code"] == "InvalidRuntimeException"
        assert response["Type"] == "Service"


async def test_function_that_is_throttled_says_why_and_until_when(tmp_path: Path) -> None:
    async with calling(tmp_path, function_of(tmp_path, reserved_concurrency=0)) as caller:
        with pytest.raises(ClientError) as refused:
            await caller.invoke()
        response: Any = refused.value.response
        assert response["ResponseMetadata"]["HTTPStatusCode"] == 429
        assert response["Error"] == {
            "Code": "TooManyRequestsException",
            "Message": "Rate Exceeded.",
        }
        assert response["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
        assert (response["Type"], response["retryAfterSeconds"]) == ("User", "1")


async def test_other_operations_are_not_found(tmp_path: Path) -> None:
    async with calling(tmp_path) as caller:
        ask: Callable[..., Any] = caller.client.get_function
        with pytest.raises(ClientError, match="is no operation of this API"):
            await asyncio.to_thread(ask, FunctionName="greeter")


async def test_port_that_is_in_use_is_told(tmp_path: Path) -> None:
    async with running(tmp_path) as serving:
        api = await InvokeApi.start(serving.service)
        port = int(api.address.rpartition(":")[2])
        with pytest.raises(OSError, match="in use"):
            await InvokeApi.start(serving.service, port=port)
        await api.close()
        await (await InvokeApi.start(serving.service, port=port)).close()
