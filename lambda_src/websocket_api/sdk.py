"""The AWS SDK: the only module that imports it, and only once something of it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from websocket_api import clients

if TYPE_CHECKING:
    from botocore.config import Config
    from mypy_boto3_apigatewaymanagementapi import ApiGatewayManagementApiClient
    from mypy_boto3_dynamodb import DynamoDBClient


def dynamodb() -> DynamoDBClient:
    """Return a new DynamoDB client."""
    import boto3  # noqa: PLC0415 - who does without the SDK must not pay for it

    return boto3.client("dynamodb", config=_configuration())


def sqs() -> Any:
    """Return a new SQS client."""
    import boto3  # noqa: PLC0415 - as above

    return boto3.client("sqs", config=_configuration())


def management(
    endpoint: str, *, attempts: int, maximum_connections: int
) -> ApiGatewayManagementApiClient:
    """Return a new client for the @connections of one endpoint."""
    import boto3  # noqa: PLC0415 - as above
    from botocore.config import Config  # noqa: PLC0415 - as above

    configuration = Config(
        retries={"mode": "standard", "total_max_attempts": attempts},
        max_pool_connections=maximum_connections,
    )
    return boto3.client(
        "apigatewaymanagementapi",
        endpoint_url=endpoint,
        config=_configuration().merge(configuration),
    )


def s3() -> Any:
    """Return a new S3 client, which signs URLs as every region accepts them."""
    import boto3  # noqa: PLC0415 - as above
    from botocore.config import Config  # noqa: PLC0415 - as above

    configuration = _configuration().merge(Config(signature_version="s3v4"))
    return boto3.client("s3", config=configuration)


def credentials() -> Any:
    """Return the credentials that the SDK finds, wherever it looks; None if there are none."""
    import boto3  # noqa: PLC0415 - as above

    return boto3.Session().get_credentials()


def region() -> str | None:
    """Return the region that the SDK finds in its configuration file."""
    import boto3  # noqa: PLC0415 - as above

    return boto3.Session().region_name


def errors() -> tuple[type[Exception], ...]:
    """Return what a failed call of the SDK raises: AWS's answers, and failures to get one."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - as above

    return (ClientError, BotoCoreError)


def _configuration() -> Config:
    from botocore.config import Config  # noqa: PLC0415 - as above

    # The SDK's own 60 s are more than a function has: it could never tell of the failure.
    return Config(
        connect_timeout=clients.CONNECT_TIMEOUT_SECONDS,
        read_timeout=clients.READ_TIMEOUT_SECONDS,
        retries={"mode": "standard", "total_max_attempts": clients.MAXIMUM_ATTEMPTS},
    )
