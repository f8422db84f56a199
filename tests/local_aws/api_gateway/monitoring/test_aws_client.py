from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from local_aws.api_gateway.monitoring.aws_client import LOGS, AwsClient, AwsError
from local_aws.http1 import HttpServer, HttpServerProtocol, Request, Response
from local_aws.http1.client import HttpClient

REGION = "eu-west-1"


@asynccontextmanager
async def client_of(endpoint_url: str) -> AsyncIterator[AwsClient]:
    http = HttpClient()
    try:
        yield AwsClient(endpoint_url, http)
    finally:
        await http.close()


async def test_action_is_called_as_json_and_signed() -> None:
    requests: list[Request] = []

    async def handle(request: Request, protocol: HttpServerProtocol) -> Response:
        del protocol
        requests.append(request)
        return Response(200, (), b"{}")

    server = await HttpServer.start(handle)
    async with client_of(f"http://127.0.0.1:{server.port}") as client:
        await client.call(LOGS, "PutLogEvents", {"a": 1}, region=REGION)
    await server.close()
    (request,) = requests
    assert request.body == b'{"a": 1}'
    assert request.header("x-amz-target") == "Logs_20140328.PutLogEvents"
    assert request.header("content-type") == "application/x-amz-json-1.1"
    assert f"/{REGION}/logs/aws4_request" in str(request.header("authorization"))


async def test_error_has_its_code_and_message(aws_endpoint_url: str) -> None:
    async with client_of(aws_endpoint_url) as client:
        with pytest.raises(AwsError) as failed:
            await client.call(
                LOGS,
                "CreateLogStream",
                {"logGroupName": "missing", "logStreamName": "x"},
                region=REGION,
            )
    assert failed.value.code == "ResourceNotFoundException"
    assert str(failed.value).startswith("CreateLogStream answered 400 ResourceNotFoundException: ")


@pytest.mark.parametrize("body", [b"oops", b"[]"])
async def test_error_that_is_no_json_object_is_told_by_its_status(body: bytes) -> None:
    async def handle(request: Request, protocol: HttpServerProtocol) -> Response:
        del request, protocol
        return Response(503, (), body)

    server = await HttpServer.start(handle)
    async with client_of(f"http://127.0.0.1:{server.port}") as client:
        with pytest.raises(AwsError, match=r"^PutLogEvents answered 503$") as failed:
            await client.call(LOGS, "PutLogEvents", {}, region=REGION)
    await server.close()
    assert failed.value.code == ""


async def test_endpoint_that_is_not_there_is_an_error() -> None:
    async with client_of("http://127.0.0.1:1") as client:
        with pytest.raises(AwsError, match="cannot be reached"):
            await client.call(LOGS, "PutLogEvents", {}, region=REGION)
