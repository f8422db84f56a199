import asyncio
import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from websockets.exceptions import ConnectionClosed
from websockets.frames import Opcode

from local_aws.api_gateway.management import (
    Call,
    ManagedConnection,
    answer,
    find_no_method,
    forbid,
    is_management_path,
    parse_connection_path,
)
from local_aws.http1 import Response
from tests.local_aws.api_gateway.given import (
    ECHO_ROUTES,
    Functions,
    Result,
    api,
    deployment,
    echo,
    exchange,
    raw_client,
    serving,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_apigatewaymanagementapi import ApiGatewayManagementApiClient

ID = "Qyi07eCbtjMCJKw="
NOW = 1605442994.972


@dataclass
class Client:
    source_ip: str = "1.2.3.4"
    user_agent: str | None = "Mozilla/5.0"
    connected_at: float = 1605442994.726
    last_active_at: float = 1605442994.972
    is_full: bool = False
    sent: list[bytes] = field(default_factory=list)
    disconnected: bool = False

    def send(self, text: bytes) -> None:
        self.sent.append(text)

    def disconnect(self) -> None:
        self.disconnected = True


def call(
    method: str, client: Client | None, *, connection_id: str = ID, body: bytes = b""
) -> Response:
    def find(identifier: str) -> ManagedConnection | None:
        return client if identifier == ID else None

    return answer(Call(method, connection_id, body), find, maximum_message_bytes=100, now=NOW)


def error_type(response: Response) -> str | None:
    return dict(response.headers).get("x-amzn-ErrorType")


def test_post_sends_the_body_and_answers_nothing() -> None:
    client = Client()
    response = call("POST", client, body=b"x" * 100)
    assert client.sent == [b"x" * 100]
    assert (response.status, response.body, error_type(response)) == (200, b"", None)
    assert dict(response.headers).keys() == {
        "Content-Type",
        "x-amzn-RequestId",
        "x-amz-apigw-id",
        "x-amzn-trace-id",
    }


def test_get_describes_the_connection_as_recorded() -> None:
    response = call("GET", Client())
    assert response.status == 200
    assert response.body == (
        b'{\n  "identity" : {\n    "sourceIp" : "1.2.3.4",\n    "userAgent" : "Mozilla/5.0"\n  },\n'
        b'  "connectedAt" : "2020-11-15T12:23:14.726Z",\n'
        b'  "lastActiveAt" : "2020-11-15T12:23:14.972Z"\n}'
    )


def test_get_says_null_for_a_client_without_user_agent() -> None:
    response = call("GET", Client(user_agent=None))
    assert json.loads(response.body)["identity"]["userAgent"] is None


def test_delete_disconnects_and_answers_nothing() -> None:
    client = Client()
    response = call("DELETE", client)
    assert client.disconnected
    assert (response.status, response.body) == (204, b"")


@pytest.mark.parametrize("method", ["POST", "GET", "DELETE"])
def test_connection_that_is_not_there_is_gone(method: str) -> None:
    response = call(method, None)
    assert (response.status, response.body, error_type(response)) == (410, b"", "GoneException")


@pytest.mark.parametrize("method", ["POST", "GET", "DELETE"])
def test_malformed_id_is_a_bad_request(method: str) -> None:
    response = call(method, Client(), connection_id="WDGT8fY4joECJrQ=test")
    assert response.status == 400
    assert response.body == b'{"message":"Invalid connectionId: WDGT8fY4joECJrQ=test"}'
    assert error_type(response) == "BadRequestException"
    assert "x-amzn-trace-id" not in dict(response.headers)


def test_post_over_the_message_limit_is_too_large() -> None:
    client = Client()
    response = call("POST", client, body=b"x" * 101)
    assert (response.status, error_type(response)) == (413, "PayloadTooLargeException")
    assert json.loads(response.body) == {"message": "Message too long"}
    assert client.sent == []


def test_post_that_is_not_text_is_a_bad_request() -> None:
    client = Client()
    response = call("POST", client, body=b"\xff")
    assert (response.status, error_type(response)) == (400, "BadRequestException")
    assert client.sent == []


def test_post_to_a_client_that_does_not_read_exceeds_the_limit() -> None:
    client = Client(is_full=True)
    response = call("POST", client, body=b"x")
    assert (response.status, error_type(response)) == (429, "LimitExceededException")
    assert client.sent == []


def test_what_does_not_exist_is_forbidden() -> None:
    response = forbid(NOW)
    assert (response.status, response.body) == (403, b'{"message":"Forbidden"}')
    assert error_type(response) == "ForbiddenException"


def test_stage_under_a_domain_name_has_no_method() -> None:
    response = find_no_method("POST", ("prod", "%40connections", "abc%3D"), NOW)
    assert response.status == 403
    assert response.body == (
        b'{"message":"No method found matching route prod/@connections/abc= for http method POST."}'
    )


@pytest.mark.parametrize(
    ("segments", "connection_id"),
    [
        (("@connections", "abc="), "abc="),
        (("%40connections", "abc%3D"), "abc="),
        (("@connections", "a%2Fb"), "a/b"),
        (("@connections",), None),
        (("connections", "abc="), None),
        (("@connections", "abc=", "more"), None),
    ],
)
def test_connection_id_is_found_under_both_escapings(
    segments: tuple[str, ...], connection_id: str | None
) -> None:
    assert parse_connection_path(segments) == connection_id


def test_path_of_the_collection_is_recognized_below_any_stage() -> None:
    assert is_management_path("/@connections/abc=")
    assert is_management_path("/none/%40connections/abc%3D")
    assert not is_management_path("/prod?next=/@connections")


# Over real sockets, by the AWS SDK


@contextmanager
def sdk(endpoint: str) -> "Iterator[ApiGatewayManagementApiClient]":
    client = boto3.client(
        "apigatewaymanagementapi",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": 1}),
    )
    yield client
    client.close()


async def test_sdk_posts_to_a_client_and_asks_about_it() -> None:
    async with serving() as running, running.connect() as client:
        connection_id = running.connection().context.connection_id
        with sdk(running.endpoint) as management:
            posted = await asyncio.to_thread(
                management.post_to_connection, ConnectionId=connection_id, Data="é".encode()
            )
            assert posted["ResponseMetadata"]["HTTPStatusCode"] == 200
            assert await client.recv() == "é"
            found = await asyncio.to_thread(management.get_connection, ConnectionId=connection_id)
        connected_at = running.functions.events[0]["requestContext"]["connectedAt"]
        assert round(found["ConnectedAt"].timestamp() * 1000) == connected_at
        assert found["LastActiveAt"] >= found["ConnectedAt"]
        assert found["Identity"]["SourceIp"] == "127.0.0.1"
        assert found["Identity"]["UserAgent"].startswith("Python/")
        assert [line.status for line in running.logged("POST")] == [200]


async def test_sdk_disconnects_a_client_which_is_gone_at_once() -> None:
    async with serving() as running, running.connect() as client:
        connection_id = running.connection().context.connection_id
        with sdk(running.endpoint) as management:

            def delete_twice() -> None:
                management.delete_connection(ConnectionId=connection_id)
                with pytest.raises(management.exceptions.GoneException):
                    management.delete_connection(ConnectionId=connection_id)

            await asyncio.to_thread(delete_twice)
        with pytest.raises(ConnectionClosed) as closed:
            await client.recv()
        assert closed.value.rcvd is not None
        assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1000, "")
        context = (await running.functions.wait_for("$disconnect"))[0]["requestContext"]
        assert context["disconnectStatusCode"] == 1000
        assert context["disconnectReason"] == "Connection Closed Normally"


async def test_sdk_raises_its_exceptions() -> None:
    async with serving() as running, running.connect():
        connection_id = running.connection().context.connection_id

        def call_wrongly() -> None:
            with sdk(running.endpoint) as management:
                with pytest.raises(management.exceptions.GoneException):
                    management.post_to_connection(ConnectionId="Qyi07eCbtjMCJKw=", Data=b"x")
                with pytest.raises(ClientError, match=r"BadRequestException.*Invalid connectionId"):
                    management.get_connection(ConnectionId="malformed!")
                with pytest.raises(ClientError) as too_large:
                    management.post_to_connection(ConnectionId=connection_id, Data=b"x" * 131_073)
                assert too_large.value.response["Error"]["Code"] == "PayloadTooLargeException"
            with (
                sdk(f"http://{running.host}/none") as elsewhere,
                pytest.raises(elsewhere.exceptions.ForbiddenException),
            ):
                elsewhere.get_connection(ConnectionId=connection_id)

        await asyncio.to_thread(call_wrongly)


async def test_slow_client_alone_exceeds_the_limit() -> None:
    async with (
        serving(maximum_unread_bytes=65_536) as running,
        raw_client(running) as slow,
    ):
        connection = running.connection()
        with slow.without_reading():
            while not connection.is_full:
                connection.send(b"x" * 131_072)
            async with running.connect() as quick:
                quick_id = running.functions.events[-1]["requestContext"]["connectionId"]

                def post_to_both() -> None:
                    with sdk(running.endpoint) as management:
                        with pytest.raises(management.exceptions.LimitExceededException):
                            management.post_to_connection(
                                ConnectionId=connection.context.connection_id, Data=b"x"
                            )
                        management.post_to_connection(ConnectionId=quick_id, Data=b"for you")

                await asyncio.to_thread(post_to_both)
                assert await quick.recv() == "for you"
        while connection.is_full:
            await slow.receive()


async def test_post_of_128_kb_arrives_whole() -> None:
    async with serving() as running, running.connect() as client:
        connection_id = running.connection().context.connection_id
        body = "x" * 131_072
        with sdk(running.endpoint) as management:
            await asyncio.to_thread(
                management.post_to_connection, ConnectionId=connection_id, Data=body
            )
        assert await client.recv() == body


async def test_large_post_is_sent_in_frames_of_32_kb() -> None:
    async with serving() as running, raw_client(running) as client:
        connection_id = running.connection().context.connection_id
        with sdk(running.endpoint) as management:
            await asyncio.to_thread(
                management.post_to_connection, ConnectionId=connection_id, Data=b"x" * 32_769
            )
        assert await client.receive() == (Opcode.TEXT, b"x" * 32_768, False)
        assert await client.receive() == (Opcode.CONT, b"x", True)


async def test_connection_that_is_not_open_yet_is_gone() -> None:
    answers: list[bytes] = []

    async def post_from_connect(event: dict[str, Any]) -> Result:
        connection_id = event["requestContext"]["connectionId"]
        answers.append(
            await exchange(
                running,
                f"POST /prod/@connections/{connection_id} HTTP/1.1\r\nHost: here\r\n"
                "Connection: close\r\nContent-Length: 1\r\n\r\nx".encode(),
            )
        )
        return await echo(event)

    functions = Functions({"$connect": post_from_connect})
    async with serving(functions=functions) as running, running.connect():
        assert answers[0].startswith(b"HTTP/1.1 410 ")


async def test_connection_of_one_stage_is_gone_below_another() -> None:
    apis = [
        api(deployment(*ECHO_ROUTES)),
        api(deployment(*ECHO_ROUTES), api_id="other", stage="dev"),
    ]
    async with serving(*apis) as running, running.connect():
        connection_id = running.connection().context.connection_id
        for stage, status in (("prod", b"200"), ("dev", b"410")):
            target = f"/{stage}/%40connections/{connection_id.replace('=', '%3D')}"
            answer = await exchange(
                running,
                f"GET {target} HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n".encode(),
            )
            assert answer.startswith(b"HTTP/1.1 " + status)
