from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from local_aws.api_gateway.roles.gateway_roles import GatewayRoles, RoleError
from local_aws.aws_client import AwsClient
from local_aws.http1.client import HttpClient
from tests.local_aws.api_gateway.roles.given import ROLE_ARN, Lambda, role, serving_aws


@asynccontextmanager
async def roles_at(endpoint_url: str) -> AsyncIterator[GatewayRoles]:
    http = HttpClient()
    yield GatewayRoles.of(AwsClient(http, endpoint_url=endpoint_url))
    await http.close()


async def test_role_that_trusts_api_gateway_has_credentials() -> None:
    async with serving_aws(Lambda()) as url, roles_at(url) as roles:
        credentials = await roles.assume(role())
    assert credentials.session_token == "token"


async def test_role_may_be_named_by_a_stage_variable(moto_endpoint: str) -> None:
    named = role("arn:aws:iam::123456789012:role/${stageVariables.name}", name="of-stage")
    async with roles_at(moto_endpoint) as roles:
        with pytest.raises(RoleError, match=r"the role \S+:role/of-stage cannot be assumed"):
            await roles.assume(named)


async def test_credentials_of_the_caller_cannot_be_had() -> None:
    async with roles_at("http://127.0.0.1:1") as roles:
        with pytest.raises(RoleError, match=r"stands for the caller's own credentials.*name a"):
            await roles.assume(role("arn:aws:iam::*:user/*"))


async def test_iam_that_is_not_there_is_told_with_the_role() -> None:
    async with roles_at("http://127.0.0.1:1") as roles:
        with pytest.raises(RoleError, match=f"the role {ROLE_ARN} cannot be assumed: iam:GetRole"):
            await roles.assume(role())
