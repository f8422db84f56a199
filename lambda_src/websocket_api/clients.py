"""The AWS SDK: the only module that imports it, and only once a client is asked for.

Threads may share a client but not make one: ask for it while the function is initialised.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from botocore.config import Config
    from mypy_boto3_apigatewaymanagementapi import ApiGatewayManagementApiClient
    from mypy_boto3_dynamodb import DynamoDBClient

CONNECT_TIMEOUT_SECONDS = 1
READ_TIMEOUT_SECONDS = 3
MAXIMUM_ATTEMPTS = 2


@cache
def dynamodb() -> DynamoDBClient:
    """Return the process's DynamoDB client."""
    import boto3  # noqa: PLC0415 - the echo must not pay for the SDK

    return boto3.client("dynamodb", config=_configuration())


@cache
def management(endpoint: str) -> ApiGatewayManagementApiClient:
    """Return the process's client for the @connections of one endpoint.

    Args:
        endpoint: the URL before ``/@connections``: with the stage on the API's own domain, without
            it on a custom domain (Use @connections commands in your backend service).
    """
    import boto3  # noqa: PLC0415 - the echo must not pay for the SDK

    return boto3.client("apigatewaymanagementapi", endpoint_url=endpoint, config=_configuration())


@cache
def posting(endpoint: str, *, maximum_connections: int) -> ApiGatewayManagementApiClient:
    """Return the process's client for posting to many connections of one endpoint at once.

    It makes one attempt a call: whoever posts to many knows better when to try which again.

    Args:
        endpoint: as for ``management``.
        maximum_connections: how many calls are made at once.
    """
    import boto3  # noqa: PLC0415 - as above
    from botocore.config import Config  # noqa: PLC0415 - as above

    configuration = Config(
        retries={"mode": "standard", "total_max_attempts": 1},
        max_pool_connections=maximum_connections,
    )
    return boto3.client(
        "apigatewaymanagementapi",
        endpoint_url=endpoint,
        config=_configuration().merge(configuration),
    )


@cache
def s3() -> Any:
    """Return the process's S3 client, which signs URLs as every region accepts them."""
    import boto3  # noqa: PLC0415 - as above
    from botocore.config import Config  # noqa: PLC0415 - as above

    configuration = _configuration().merge(Config(signature_version="s3v4"))
    return boto3.client("s3", config=configuration)


def errors() -> tuple[type[Exception], ...]:
    """Return the exceptions that a failed call raises: AWS's answers, and failures to get one."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - as above

    return (ClientError, BotoCoreError)


def error_code(error: Exception) -> str:
    """Return AWS's code for an error, such as ``ThrottlingException``, else its class name."""
    response = getattr(error, "response", {})
    return str(response.get("Error", {}).get("Code") or type(error).__name__)


def _configuration() -> Config:
    from botocore.config import Config  # noqa: PLC0415 - as above

    # The SDK's own 60 s are more than a function has: it could never tell of the failure.
    return Config(
        connect_timeout=CONNECT_TIMEOUT_SECONDS,
        read_timeout=READ_TIMEOUT_SECONDS,
        retries={"mode": "standard", "total_max_attempts": MAXIMUM_ATTEMPTS},
    )
