"""Asks the control plane who holds an access key."""

import asyncio
import json
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

from local_aws.api_gateway.authorization.principal import Principal, parse_principal
from local_aws.http1.client import HttpClient, HttpClientError

_MOST_REMEMBERED: Final = 1_000


class PrincipalDirectoryError(Exception):
    """The control plane cannot say who holds a key; the message is for the terminal alone."""


class PrincipalDirectory:
    """Knows the holders of access keys for a moment, so that a fan-out does not ask each time.

    A change to a policy is in force after `remember_seconds` at the latest; on AWS it takes some
    seconds too.
    """

    def __init__(
        self,
        aws_endpoint_url: str,
        token: str,
        *,
        remember_seconds: float = 1.0,
        timeout_seconds: float = 5.0,
    ) -> None:
        """Prepare to ask.

        Args:
            aws_endpoint_url: The control plane's address, `http://host:port`.
            token: What the control plane demands to hand out secrets.
            remember_seconds: How long an answer is used again.
            timeout_seconds: How long the control plane may take to answer.
        """
        self._url = f"{aws_endpoint_url}/_local_aws/principals"
        self._token = token
        self._remember_seconds = remember_seconds
        self._timeout_seconds = timeout_seconds
        self._client = HttpClient()
        self._known: dict[str, tuple[float, Principal | None]] = {}
        self._asking = asyncio.Lock()

    async def find(self, access_key_id: str) -> Principal | None:
        """Return the holder of an access key, or None if there is none.

        Raises:
            PrincipalDirectoryError: The control plane did not answer, or not as it should.
        """
        async with self._asking:
            now = asyncio.get_running_loop().time()
            known = self._known.get(access_key_id)
            if known is not None and known[0] > now:
                return known[1]
            principal = await self._ask(access_key_id)
            if len(self._known) >= _MOST_REMEMBERED:
                self._known.clear()
            self._known[access_key_id] = now + self._remember_seconds, principal
            return principal

    async def close(self) -> None:
        """Close the connection to the control plane."""
        await self._client.close()

    async def _ask(self, access_key_id: str) -> Principal | None:
        try:
            async with asyncio.timeout(self._timeout_seconds):
                response = await self._client.send(
                    f"{self._url}/{quote(access_key_id, safe='')}",
                    method="GET",
                    headers=(("X-Local-Aws-Token", self._token),),
                )
        except TimeoutError as error:
            raise PrincipalDirectoryError(
                f"the control plane did not say within {self._timeout_seconds:g} s who holds the"
                f" access key {access_key_id}"
            ) from error
        except HttpClientError as error:
            raise PrincipalDirectoryError(
                f"the control plane did not say who holds the access key {access_key_id}: {error}"
            ) from error
        match response.status:
            case HTTPStatus.OK:
                return _parse(access_key_id, response.body)
            case HTTPStatus.NOT_FOUND:
                return None
            case status:
                raise PrincipalDirectoryError(
                    f"the control plane answered {status} to who holds the access key"
                    f" {access_key_id}"
                )


def _parse(access_key_id: str, body: bytes) -> Principal:
    try:
        return parse_principal(access_key_id, json.loads(body))
    except ValueError as error:
        raise PrincipalDirectoryError(
            f"the control plane's answer to who holds the access key {access_key_id} cannot be"
            f" read: {error}"
        ) from error
