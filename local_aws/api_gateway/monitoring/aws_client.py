"""Calls of CloudWatch and its logs, in the name of the account's root."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from botocore.awsrequest import AWSRequest

from local_aws.api_gateway.signing import sign
from local_aws.credentials import ROOT
from local_aws.http1.client import HttpClient, HttpClientError

_ERRORS_FROM: Final = 400


class AwsError(Exception):
    """A call failed; `code` is the error's name, or "" if there was no answer."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class AwsService:
    """A service that takes its actions as JSON."""

    signing_name: str
    target_prefix: str
    json_version: str


LOGS: Final = AwsService("logs", "Logs_20140328", "1.1")
CLOUDWATCH: Final = AwsService("monitoring", "GraniteServiceVersion20100801", "1.0")


@dataclass(frozen=True, slots=True)
class AwsClient:
    """Calls the services at `endpoint_url`, an `http://host:port` address."""

    endpoint_url: str
    client: HttpClient

    async def call(
        self, service: AwsService, action: str, document: Mapping[str, Any], *, region: str
    ) -> None:
        """Call an action, whose answer does not matter.

        Raises:
            AwsError: It failed.
        """
        url, body = f"{self.endpoint_url}/", json.dumps(document).encode()
        headers = {
            "Content-Type": f"application/x-amz-json-{service.json_version}",
            "X-Amz-Target": f"{service.target_prefix}.{action}",
        }
        signed = sign(
            AWSRequest("POST", url, headers, body),
            ROOT,
            signing_name=service.signing_name,
            region=region,
        )
        try:
            response = await self.client.send(url, method="POST", headers=signed, body=body)
        except HttpClientError as error:
            raise AwsError("", str(error)) from error
        if response.status >= _ERRORS_FROM:
            raise _error(action, response.status, response.body)


def _error(action: str, status: int, body: bytes) -> AwsError:
    try:
        document = json.loads(body)
        code = str(document.get("__type", "")).rpartition("#")[2]
        message = str(document.get("message") or document.get("Message") or "")
    except (ValueError, AttributeError):
        code, message = "", ""
    return AwsError(code, f"{action} answered {status} {code}: {message}".rstrip(": "))
