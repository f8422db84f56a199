import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as SigningCredentials

from local_aws import aws_client
from local_aws.aws_client import (
    AwsClient,
    AwsClientError,
    json_call,
    problem_of,
    put_call,
    query_call,
)
from local_aws.credentials import Credentials
from local_aws.http1 import Headers, HttpServer, HttpServerProtocol, Request, Response
from local_aws.http1.client import HttpClient

OK = Response(200)
CREDENTIALS = Credentials("key", "secret", "token")
QUERY = query_call(
    "sns",
    region="eu-west-1",
    action="Publish",
    version="2010-03-31",
    parameters={"Message": "hello & more"},
)
JSON = json_call(
    "sqs",
    region="eu-west-1",
    target="AmazonSQS.SendMessage",
    version="1.0",
    document={"MessageBody": "hello"},
)


@dataclass(slots=True)
class Service:
    """A service that keeps its requests and answers what a test has set."""

    response: Response
    requests: list[Request] = field(default_factory=list)
    url: str = ""

    async def answer(self, request: Request, _protocol: HttpServerProtocol) -> Response:
        self.requests.append(request)
        return self.response


@asynccontextmanager
async def serving(response: Response = OK) -> AsyncIterator[tuple[Service, AwsClient]]:
    service = Service(response)
    server = await HttpServer.start(service.answer)
    service.url = f"http://127.0.0.1:{server.port}"
    http = HttpClient()
    yield service, AwsClient(http, endpoint_url=service.url)
    await http.close()
    await server.close()


async def test_call_in_the_query_protocol_is_a_form() -> None:
    async with serving() as (service, client):
        await client.send(QUERY, CREDENTIALS)
        (request,) = service.requests
        assert (request.method, request.target) == ("POST", "/")
        assert parse_qs(request.body.decode()) == {
            "Action": ["Publish"],
            "Version": ["2010-03-31"],
            "Message": ["hello & more"],
        }


async def test_call_in_the_json_protocol_names_its_target() -> None:
    async with serving() as (service, client):
        await client.send(JSON, CREDENTIALS)
        (request,) = service.requests
        assert request.header("X-Amz-Target") == "AmazonSQS.SendMessage"
        assert request.header("Content-Type") == "application/x-amz-json-1.0"
        assert json.loads(request.body) == {"MessageBody": "hello"}


async def test_call_that_puts_something_names_its_place() -> None:
    call = put_call(
        "lambda", region="eu-west-1", action="UpdateAlias", path="/a/b", document={"c": "d"}
    )
    async with serving() as (service, client):
        await client.send(call, CREDENTIALS)
        (request,) = service.requests
        assert (request.method, request.target) == ("PUT", "/a/b")
        assert request.header("Content-Type") == "application/json"
        assert json.loads(request.body) == {"c": "d"}


async def test_call_is_signed_for_its_service_and_region() -> None:
    async with serving() as (service, client):
        await client.send(JSON, CREDENTIALS)
        (request,) = service.requests
    signed = {
        name: request.header(name) or ""
        for name in ("Content-Type", "X-Amz-Target", "X-Amz-Date", "X-Amz-Security-Token")
    }
    expected = AWSRequest("POST", f"{service.url}/", signed, request.body)
    expected.context["timestamp"] = signed["X-Amz-Date"]
    signer = SigV4Auth(SigningCredentials("key", "secret", "token"), "sqs", "eu-west-1")
    text = signer.string_to_sign(expected, signer.canonical_request(expected))
    authorization = request.header("Authorization") or ""
    assert "Credential=key/" in authorization
    assert "/eu-west-1/sqs/aws4_request" in authorization
    assert authorization.endswith(f"Signature={signer.signature(text, expected)}")
    assert signed["X-Amz-Security-Token"] == "token"


@pytest.mark.parametrize(
    ("body", "headers", "problem"),
    [
        (
            b"<ErrorResponse><Error><Code>NotFound</Code>\n <Message>No topic</Message></Error>",
            (),
            "NotFound: No topic",
        ),
        (
            b'{"__type": "com.amazonaws.sqs#QueueDoesNotExist", "message": "No queue"}',
            (),
            "QueueDoesNotExist: No queue",
        ),
        (
            b'{"Message": "No function"}',
            (("x-amzn-ErrorType", "ResourceNotFoundException"),),
            "ResourceNotFoundException: No function",
        ),
        (b'{"message": "No"}', (), "error: No"),
        (b"[]", (), "[]"),
        (b"{}", (), "{}"),
        (b"Not found", (), "Not found"),
    ],
)
async def test_refusal_tells_call_status_and_problem(
    body: bytes, headers: Headers, problem: str
) -> None:
    assert problem_of(Response(400, headers, body)) == problem
    async with serving(Response(400, headers, body)) as (_, client):
        with pytest.raises(AwsClientError) as refused:
            await client.send(JSON, CREDENTIALS)
    assert str(refused.value) == f"sqs:SendMessage was refused with status 400: {problem}"


async def test_service_that_is_not_there_is_told() -> None:
    async with serving() as (service, _):
        pass
    client = AwsClient(HttpClient(), endpoint_url=service.url)
    with pytest.raises(AwsClientError, match=r"^sqs:SendMessage failed: 127\.0\.0\.1:\d+ "):
        await client.send(JSON, CREDENTIALS)


async def test_service_that_does_not_answer_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aws_client, "_TIMEOUT_SECONDS", 0.05)

    async def never(_request: Request, _protocol: HttpServerProtocol) -> Response:
        await asyncio.Event().wait()
        raise AssertionError

    server = await HttpServer.start(never)
    client = AwsClient(HttpClient(), endpoint_url=f"http://127.0.0.1:{server.port}")
    with pytest.raises(AwsClientError, match="sqs:SendMessage had no answer within 0 s"):
        await client.send(JSON, CREDENTIALS)
    await server.close()
