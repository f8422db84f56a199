"""The process's clients of AWS: our own, or the SDK's where WEBSOCKET_AWS_CLIENT asks for them.

Both are called alike. Threads may share a client but not make one: ask for it while the function is
initialised, when Lambda gives it a whole vCPU.
"""

from __future__ import annotations

import os
import sys
from functools import cache
from typing import TYPE_CHECKING, Any

from websocket_api import environment

if TYPE_CHECKING:
    from mypy_boto3_apigatewaymanagementapi import ApiGatewayManagementApiClient
    from mypy_boto3_dynamodb import DynamoDBClient

    from websocket_api.aws.connections import Connections
    from websocket_api.aws.credentials import CredentialsProvider
    from websocket_api.aws.dynamodb import DynamoDB
    from websocket_api.aws.service import Service
    from websocket_api.aws.sqs import Sqs
    from websocket_api.posting_engine import PostingEngine

CONNECT_TIMEOUT_SECONDS = 1
READ_TIMEOUT_SECONDS = 3
MAXIMUM_ATTEMPTS = 2


@cache
def dynamodb() -> DynamoDB | DynamoDBClient:
    """Return the process's DynamoDB client."""
    if _are_sdks():
        from websocket_api import sdk  # noqa: PLC0415 - only if used

        return sdk.dynamodb()
    from websocket_api.aws.dynamodb import DynamoDB  # noqa: PLC0415 - as above

    return DynamoDB(_service("dynamodb"))


@cache
def sqs() -> Sqs | Any:
    """Return the process's SQS client."""
    if _are_sdks():
        from websocket_api import sdk  # noqa: PLC0415 - only if used

        return sdk.sqs()
    from websocket_api.aws.sqs import Sqs  # noqa: PLC0415 - as above

    return Sqs(_service("sqs"))


@cache
def management(endpoint: str) -> Connections | ApiGatewayManagementApiClient:
    """Return the process's client for the @connections of one endpoint.

    Args:
        endpoint: the URL before ``/@connections``: with the stage on the API's own domain, without
            it on a custom domain (Use @connections commands in your backend service).
    """
    return _connections(endpoint, attempts=MAXIMUM_ATTEMPTS, maximum_connections=10)


@cache
def posting(
    endpoint: str, *, maximum_connections: int
) -> Connections | ApiGatewayManagementApiClient:
    """Return the process's client for posting to many connections of one endpoint at once.

    It makes one attempt a call: whoever posts to many knows better when to try which again.

    Args:
        endpoint: as for ``management``.
        maximum_connections: how many calls are made at once.
    """
    return _connections(endpoint, attempts=1, maximum_connections=maximum_connections)


@cache
def posting_engine(endpoint: str) -> PostingEngine:
    """Return what makes the process's posts to many connections of one endpoint at once.

    Args:
        endpoint: as for ``management``.
    """
    from websocket_api.posting_engine import PostingEngine  # noqa: PLC0415 - only if used

    return PostingEngine(
        endpoint,
        region=region(),
        credentials=credentials(),
        connect_seconds=CONNECT_TIMEOUT_SECONDS,
        read_seconds=READ_TIMEOUT_SECONDS,
    )


@cache
def s3() -> Any:
    """Return the process's S3 client, which is always the SDK's."""
    from websocket_api import sdk  # noqa: PLC0415 - only if used

    return sdk.s3()


@cache
def credentials() -> CredentialsProvider:
    """Return what knows the process's credentials."""
    from websocket_api.aws.credentials import (  # noqa: PLC0415 - only if used
        SdkCredentials,
        find_provider,
    )

    def of_sdk() -> CredentialsProvider:
        from websocket_api import sdk  # noqa: PLC0415 - as above

        return SdkCredentials(sdk.credentials())

    return find_provider(os.environ, sdk=of_sdk)


@cache
def region() -> str:
    """Return the region in which AWS is called.

    Raises:
        MissingEnvironmentVariable: no variable names one, nor the SDK's configuration file.
    """
    for name in ("AWS_DEFAULT_REGION", "AWS_REGION"):
        if value := os.environ.get(name):
            return value
    from websocket_api import sdk  # noqa: PLC0415 - Lambda sets both variables

    if value := sdk.region():
        return value
    raise environment.MissingEnvironmentVariable("AWS_DEFAULT_REGION", "the region of the API")


def forget() -> None:
    """Make all of them anew when they are next asked for, from the environment as it is then."""
    for made in (dynamodb, sqs, management, posting, posting_engine, s3, credentials, region):
        made.cache_clear()


def errors() -> tuple[type[Exception], ...]:
    """Return the exceptions that a failed call raises: AWS's answers, and failures to get one."""
    from websocket_api.aws.errors import CallFailed  # noqa: PLC0415 - only when a call failed

    if "botocore.exceptions" not in sys.modules:
        return (CallFailed,)
    from websocket_api import sdk  # noqa: PLC0415 - only if used

    return (CallFailed, *sdk.errors())


def error_code(error: Exception) -> str:
    """Return AWS's code for an error, such as ``ThrottlingException``, else its class name."""
    response = getattr(error, "response", {})
    return str(response.get("Error", {}).get("Code") or type(error).__name__)


def _connections(
    endpoint: str, *, attempts: int, maximum_connections: int
) -> Connections | ApiGatewayManagementApiClient:
    if _are_sdks():
        from websocket_api import sdk  # noqa: PLC0415 - only if used

        return sdk.management(endpoint, attempts=attempts, maximum_connections=maximum_connections)
    from websocket_api.aws.connections import Connections  # noqa: PLC0415 - as above

    return Connections(_service("execute-api", endpoint, attempts=attempts))


def _are_sdks() -> bool:
    return environment.aws_client() == environment.SDK


def _service(
    name: str, endpoint_url: str | None = None, *, attempts: int = MAXIMUM_ATTEMPTS
) -> Service:
    from websocket_api.aws import endpoints  # noqa: PLC0415 - only if used
    from websocket_api.aws.service import Service  # noqa: PLC0415 - as above

    return Service(
        name,
        region=region(),
        endpoint_url=endpoint_url or endpoints.endpoint_url(name, region(), os.environ),
        credentials=credentials(),
        attempts=attempts,
        connect_seconds=CONNECT_TIMEOUT_SECONDS,
        read_seconds=READ_TIMEOUT_SECONDS,
    )
