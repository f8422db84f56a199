"""Trust policies of roles in moto's IAM."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import boto3
import pytest

from local_aws.api_gateway.roles.role_trust import RoleTrust, RoleTrustError
from local_aws.aws_client import AwsClient
from local_aws.http1 import HttpServer, HttpServerProtocol, Request, Response
from local_aws.http1.client import HttpClient
from tests.local_aws.monitoring.given import new_name

SOURCE_ARN = "arn:aws:execute-api:us-east-1:123456789012:abc123/prod/$connect"
API_GATEWAY = {"Service": "apigateway.amazonaws.com"}


@asynccontextmanager
async def trust_at(endpoint_url: str) -> AsyncIterator[RoleTrust]:
    http = HttpClient()
    try:
        yield RoleTrust(AwsClient(http, endpoint_url=endpoint_url), region="us-east-1")
    finally:
        await http.close()


async def check(trust: RoleTrust, role_arn: str) -> None:
    await trust.check(role_arn, source_arn=SOURCE_ARN, source_account="123456789012")


def role(endpoint_url: str, *statements: dict[str, Any]) -> str:
    """Make a role whose trust policy has these statements."""
    iam = boto3.Session().client(
        "iam",
        endpoint_url=endpoint_url,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    policy = {"Version": "2012-10-17", "Statement": list(statements)}
    made = iam.create_role(
        RoleName=new_name(), Path="/api/", AssumeRolePolicyDocument=json.dumps(policy)
    )
    return made["Role"]["Arn"]


def allow(principal: Any = None, **changes: Any) -> dict[str, Any]:
    named = API_GATEWAY if principal is None else principal
    return {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": named, **changes}


@pytest.mark.parametrize(
    "statement",
    [
        allow(),
        allow({"Service": ["lambda.amazonaws.com", "apigateway.amazonaws.com"]}),
        allow(Action="sts:*"),
        allow(Condition={"StringEquals": {"aws:SourceAccount": "123456789012"}}),
        allow(Condition={"ArnLike": {"aws:SourceArn": "arn:aws:execute-api:*:*:abc123/*"}}),
    ],
)
async def test_role_that_trusts_api_gateway_is_assumed(
    moto_endpoint: str, statement: dict[str, Any]
) -> None:
    async with trust_at(moto_endpoint) as trust:
        await check(trust, role(moto_endpoint, statement))


@pytest.mark.parametrize(
    "statements",
    [
        [allow({"Service": "lambda.amazonaws.com"})],
        [allow({"AWS": "arn:aws:iam::123456789012:root"})],
        [allow(), allow(Effect="Deny")],
        [allow(Condition={"StringEquals": {"aws:SourceAccount": "999999999999"}})],
        [allow(Condition={"ArnLike": {"aws:SourceArn": "arn:aws:execute-api:*:*:other/*"}})],
    ],
)
async def test_role_that_does_not_is_refused_with_the_remedy(
    moto_endpoint: str, statements: list[dict[str, Any]]
) -> None:
    role_arn = role(moto_endpoint, *statements)
    async with trust_at(moto_endpoint) as trust:
        with pytest.raises(
            RoleTrustError, match=r"service apigateway\.amazonaws\.com in its assume"
        ):
            await check(trust, role_arn)


async def test_role_that_is_not_there_is_refused(moto_endpoint: str) -> None:
    async with trust_at(moto_endpoint) as trust:
        with pytest.raises(RoleTrustError, match=r"role/none cannot be assumed: .*NoSuchEntity"):
            await check(trust, "arn:aws:iam::123456789012:role/none")


async def test_trusting_role_is_read_once_and_another_again() -> None:
    answers = [b"<nothing/>", _answer({"Statement": allow()}), b"never asked"]

    async def handle(request: Request, protocol: HttpServerProtocol) -> Response:
        del request, protocol
        return Response(200, (), answers.pop(0))

    server = await HttpServer.start(handle)
    role_arn = "arn:aws:iam::123456789012:role/api"
    async with trust_at(f"http://127.0.0.1:{server.port}") as trust:
        with pytest.raises(RoleTrustError, match="does not let API Gateway assume it"):
            await check(trust, role_arn)
        await check(trust, role_arn)
        await check(trust, role_arn)
    await server.close()
    assert answers == [b"never asked"]


def _answer(policy: dict[str, Any]) -> bytes:
    text = json.dumps(policy)
    return f"<AssumeRolePolicyDocument>{text}</AssumeRolePolicyDocument>".encode()
