"""Roles, assumed at moto's STS."""

from datetime import UTC, datetime, timedelta

import pytest

from local_aws.api_gateway.integrations.role_credentials import (
    RoleCredentials,
    RoleCredentialsError,
)

ROLE_ARN = "arn:aws:iam::123456789012:role/api"


async def test_credentials_are_kept_until_shortly_before_they_expire(aws_endpoint_url: str) -> None:
    now = datetime.now(UTC)
    roles = RoleCredentials(aws_endpoint_url, "us-east-1", clock=lambda: now)
    first = await roles.of(ROLE_ARN)
    assert first.session_token is not None
    now += timedelta(minutes=54)
    assert await roles.of(ROLE_ARN) == first
    now += timedelta(minutes=2)
    assert await roles.of(ROLE_ARN) != first


async def test_each_role_has_credentials_of_its_own(aws_endpoint_url: str) -> None:
    roles = RoleCredentials(aws_endpoint_url, "us-east-1")
    assert await roles.of(ROLE_ARN) != await roles.of(f"{ROLE_ARN}-other")


async def test_role_that_cannot_be_assumed_is_named() -> None:
    roles = RoleCredentials("http://127.0.0.1:1", "us-east-1")
    with pytest.raises(RoleCredentialsError, match=f"the role {ROLE_ARN} cannot be assumed: "):
        await roles.of(ROLE_ARN)
