"""Calls to the services of the AWS of this machine, signed as AWS's SDKs sign theirs.

For what the data plane itself asks in the name of a role. boto3 would cost a command that has to
start at once more time and memory than all else of it.
"""

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode

from botocore.awsrequest import AWSRequest

from local_aws.credentials import Credentials
from local_aws.http1 import Headers, Response
from local_aws.http1.client import HttpClient, HttpClientError
from local_aws.signing import sign

_XML_ERROR: Final = re.compile(
    r"<Code>(?P<code>[^<]*)</Code>\s*<Message>(?P<message>[^<]*)</Message>"
)
_TIMEOUT_SECONDS: Final = 10.0
_LONGEST_PROBLEM: Final = 500


class AwsClientError(Exception):
    """A service refused a call or gave no answer; the message says which call, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsCall:
    """A call of one service.

    Attributes:
        service: The service's name in signatures.
        region: The AWS Region whose service is meant.
        action: What is asked, for messages and nothing else.
        headers: Without those that every call has.
        body: The request's body.
        path: The request's path.
        method: The request's method.
    """

    service: str
    region: str
    action: str
    headers: Headers
    body: bytes
    path: str = "/"
    method: str = "POST"


def query_call(
    service: str, *, region: str, action: str, version: str, parameters: Mapping[str, str]
) -> AwsCall:
    """Make a call in the query protocol, of a `version` of the service's API."""
    fields = {"Action": action, "Version": version, **parameters}
    return AwsCall(
        service=service,
        region=region,
        action=action,
        headers=(("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"),),
        body=urlencode(fields).encode(),
    )


def json_call(
    service: str, *, region: str, target: str, version: str, document: Mapping[str, Any]
) -> AwsCall:
    """Make a call in a version of the JSON protocol; `target` is `{prefix}.{action}`."""
    return AwsCall(
        service=service,
        region=region,
        action=target.rpartition(".")[2],
        headers=(("Content-Type", f"application/x-amz-json-{version}"), ("X-Amz-Target", target)),
        body=json.dumps(document).encode(),
    )


def put_call(
    service: str, *, region: str, action: str, path: str, document: Mapping[str, Any]
) -> AwsCall:
    """Make a call in the REST protocol with JSON that puts something to a path."""
    return AwsCall(
        service=service,
        region=region,
        action=action,
        headers=(("Content-Type", "application/json"),),
        body=json.dumps(document).encode(),
        path=path,
        method="PUT",
    )


class AwsClient:
    """Calls the services at one address."""

    def __init__(self, http: HttpClient, *, endpoint_url: str) -> None:
        """Prepare to call the services at `endpoint_url`, an `http://host:port` address."""
        self._http = http
        self._endpoint_url = endpoint_url

    async def send(self, call: AwsCall, credentials: Credentials) -> Response:
        """Send a call, signed with credentials, and return its answer.

        Raises:
            AwsClientError: The service refused it, or there is no answer.
        """
        url = self._endpoint_url + call.path
        request = AWSRequest(call.method, url, dict(call.headers), call.body)
        headers = sign(request, credentials, signing_name=call.service, region=call.region)
        try:
            async with asyncio.timeout(_TIMEOUT_SECONDS):
                response = await self._http.send(
                    url, method=call.method, headers=headers, body=call.body
                )
        except TimeoutError as error:
            raise AwsClientError(
                f"{call.service}:{call.action} had no answer within {_TIMEOUT_SECONDS:.0f} s"
            ) from error
        except HttpClientError as error:
            raise AwsClientError(f"{call.service}:{call.action} failed: {error}") from error
        if response.status >= HTTPStatus.BAD_REQUEST:
            raise AwsClientError(
                f"{call.service}:{call.action} was refused with status {response.status}: "
                f"{problem_of(response)}"
            )
        return response


def problem_of(response: Response) -> str:
    """Return AWS's name of the error in an answer and its message, in JSON or XML."""
    text = response.body.decode("utf-8", "replace")
    if found := _XML_ERROR.search(text):
        return f"{found['code']}: {found['message']}"
    try:
        error = json.loads(text)
        message = error.get("message") or error["Message"]
        code = error.get("__type") or _header(response, "x-amzn-errortype") or "error"
    except (ValueError, AttributeError, KeyError):
        return text[:_LONGEST_PROBLEM]
    return f"{code.rpartition('#')[2]}: {message}"


def _header(response: Response, name: str) -> str | None:
    return next((value for present, value in response.headers if present.lower() == name), None)
