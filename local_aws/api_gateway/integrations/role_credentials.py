"""Credentials of the roles in whose name integrations call AWS services."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from local_aws.credentials import ROOT, Credentials

SESSION_NAME: Final = "BackplaneAssumeRoleSession"
_RENEWED_BEFORE: Final = timedelta(minutes=5)
_CONFIG: Final = Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=10)


class RoleCredentialsError(Exception):
    """A role cannot be assumed; the message says why."""


@dataclass(frozen=True, slots=True)
class _Session:
    credentials: Credentials
    expires_at: datetime


class RoleCredentials:
    """Assumes roles, and keeps what it gets until shortly before that expires."""

    def __init__(
        self,
        endpoint_url: str,
        region: str,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Prepare to ask the STS at `endpoint_url`, an `http://host:port` address."""
        self._endpoint_url = endpoint_url
        self._region = region
        self._clock = clock
        self._sessions: dict[str, _Session] = {}
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def of(self, role_arn: str) -> Credentials:
        """Return credentials of a role.

        Raises:
            RoleCredentialsError: It cannot be assumed.
        """
        async with self._locks[role_arn]:
            session = self._sessions.get(role_arn)
            if session is None or session.expires_at - _RENEWED_BEFORE <= self._clock():
                session = await asyncio.to_thread(self._assume, role_arn)
                self._sessions[role_arn] = session
            return session.credentials

    def _assume(self, role_arn: str) -> _Session:
        # A session of its own: boto3's default one may be made by one thread at a time only.
        client = boto3.Session().client(
            "sts",
            endpoint_url=self._endpoint_url,
            region_name=self._region,
            aws_access_key_id=ROOT.access_key_id,
            aws_secret_access_key=ROOT.secret_access_key,
            config=_CONFIG,
        )
        try:
            answer = client.assume_role(RoleArn=role_arn, RoleSessionName=SESSION_NAME)
        except (BotoCoreError, ClientError) as error:
            raise RoleCredentialsError(f"the role {role_arn} cannot be assumed: {error}") from error
        finally:
            client.close()
        given = answer["Credentials"]
        credentials = Credentials(
            given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"]
        )
        return _Session(credentials, given["Expiration"])
