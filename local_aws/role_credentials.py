"""Temporary credentials of IAM roles, from the STS of this machine."""

import asyncio
import re
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from local_aws.aws_client import AwsClient, AwsClientError, query_call
from local_aws.credentials import ROOT, Credentials

SESSION_SECONDS: Final = 43_200
"""How long a session lasts: the longest that STS grants."""

RENEWED_BEFORE_SECONDS: Final = 3_600
"""A session with less left than this is not given out any more."""

_FIELD: Final = "<{0}>([^<]+)</{0}>"


class RoleCredentialsError(Exception):
    """A role cannot be assumed; the message says which, and why."""


@dataclass(frozen=True, slots=True)
class RoleSession:
    """A session of a role; `expires_at` is in seconds since the epoch."""

    credentials: Credentials
    expires_at: float


class RoleCredentials:
    """Assumes roles, and keeps what it gets until shortly before that expires."""

    def __init__(
        self, client: AwsClient, *, region: str, clock: Callable[[], float] = time.time
    ) -> None:
        """Prepare to ask the STS of a Region; `clock` tells seconds since the epoch."""
        self._client = client
        self._region = region
        self._clock = clock
        self._sessions: dict[tuple[str, str], RoleSession] = {}
        self._locks: defaultdict[tuple[str, str], asyncio.Lock] = defaultdict(asyncio.Lock)

    async def session(self, role_arn: str, *, session_name: str) -> RoleSession:
        """Return a session of a role that lasts for an hour at least.

        Raises:
            RoleCredentialsError: It cannot be assumed.
        """
        key = role_arn, session_name
        async with self._locks[key]:
            session = self._sessions.get(key)
            if session is None or session.expires_at - RENEWED_BEFORE_SECONDS <= self._clock():
                session = self._sessions[key] = await self._assume(role_arn, session_name)
            return session

    async def _assume(self, role_arn: str, session_name: str) -> RoleSession:
        call = query_call(
            "sts",
            region=self._region,
            action="AssumeRole",
            version="2011-06-15",
            parameters={
                "RoleArn": role_arn,
                "RoleSessionName": session_name,
                "DurationSeconds": str(SESSION_SECONDS),
            },
        )
        try:
            response = await self._client.send(call, ROOT)
            return _parse(response.body.decode())
        except (AwsClientError, ValueError) as error:
            raise RoleCredentialsError(f"the role {role_arn} cannot be assumed: {error}") from error


def _parse(answer: str) -> RoleSession:
    credentials = Credentials(
        _field(answer, "AccessKeyId"),
        _field(answer, "SecretAccessKey"),
        _field(answer, "SessionToken"),
    )
    return RoleSession(
        credentials, datetime.fromisoformat(_field(answer, "Expiration")).timestamp()
    )


def _field(answer: str, name: str) -> str:
    found = re.search(_FIELD.format(name), answer)
    if found is None:
        raise ValueError(f"its answer has no {name}")
    return found[1]
