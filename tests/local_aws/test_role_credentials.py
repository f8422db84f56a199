import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import boto3
import pytest

from local_aws.aws_client import AwsClient
from local_aws.http1 import HttpServer, HttpServerProtocol, Request, Response
from local_aws.http1.client import HttpClient
from local_aws.role_credentials import (
    RENEWED_BEFORE_SECONDS,
    SESSION_SECONDS,
    RoleCredentials,
    RoleCredentialsError,
)

ROLE_ARN = "arn:aws:iam::123456789012:role/greeter"


class Clock:
    """A clock that a test sets forward."""

    def __init__(self) -> None:
        self.now = time.time()

    def __call__(self) -> float:
        return self.now


@asynccontextmanager
async def credentials_at(
    endpoint: str, clock: Clock | None = None
) -> AsyncIterator[RoleCredentials]:
    http = HttpClient()
    client = AwsClient(http, endpoint_url=endpoint)
    yield RoleCredentials(client, region="eu-west-1", clock=clock or Clock())
    await http.close()


@asynccontextmanager
async def sts_that_answers(status: int, body: bytes) -> AsyncIterator[str]:
    async def answer(_request: Request, _protocol: HttpServerProtocol) -> Response:
        return Response(status, (("Content-Type", "text/xml"),), body)

    server = await HttpServer.start(answer)
    yield f"http://127.0.0.1:{server.port}"
    await server.close()


async def test_session_of_a_role_is_its_own_identity(moto_endpoint: str) -> None:
    async with credentials_at(moto_endpoint) as roles:
        session = await roles.session(ROLE_ARN, session_name="echo")

    def caller() -> str:
        client = boto3.session.Session().client(
            "sts",
            endpoint_url=moto_endpoint,
            region_name="eu-west-1",
            aws_access_key_id=session.credentials.access_key_id,
            aws_secret_access_key=session.credentials.secret_access_key,
            aws_session_token=session.credentials.session_token,
        )
        return str(client.get_caller_identity()["Arn"])

    assert await asyncio.to_thread(caller) == (
        "arn:aws:sts::123456789012:assumed-role/greeter/echo"
    )
    assert session.expires_at == pytest.approx(time.time() + SESSION_SECONDS, abs=60)
    assert session.credentials.secret_access_key not in repr(session)


async def test_session_is_kept_until_shortly_before_it_expires(moto_endpoint: str) -> None:
    clock = Clock()
    async with credentials_at(moto_endpoint, clock) as roles:
        first, again = await asyncio.gather(
            *(roles.session(ROLE_ARN, session_name="echo") for _ in range(2))
        )
        assert again is first
        assert await roles.session(ROLE_ARN, session_name="other") != first
        clock.now = first.expires_at - RENEWED_BEFORE_SECONDS - 1
        assert await roles.session(ROLE_ARN, session_name="echo") is first
        clock.now += 2
        renewed = await roles.session(ROLE_ARN, session_name="echo")
        assert renewed.credentials != first.credentials


@pytest.mark.parametrize(
    ("status", "body", "problem"),
    [
        (
            403,
            b"<ErrorResponse><Error><Code>AccessDenied</Code><Message>No.</Message></Error>",
            "sts:AssumeRole was refused with status 403: AccessDenied: No.",
        ),
        (200, b"<AssumeRoleResponse/>", "its answer has no AccessKeyId"),
        (200, b"\xff", "can't decode"),
    ],
)
async def test_role_that_cannot_be_assumed_is_named(status: int, body: bytes, problem: str) -> None:
    async with sts_that_answers(status, body) as endpoint, credentials_at(endpoint) as roles:
        with pytest.raises(RoleCredentialsError) as refused:
            await roles.session(ROLE_ARN, session_name="echo")
    assert f"the role {ROLE_ARN} cannot be assumed: " in str(refused.value)
    assert problem in str(refused.value)
