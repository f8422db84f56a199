"""The AWS services that the gateway calls."""

from dataclasses import dataclass

from local_aws.api_gateway.authorization.iam import FindPrincipal
from local_aws.api_gateway.function_invocation import Invoke


async def find_nobody(access_key_id: str) -> None:
    """Find no holder of any access key."""
    del access_key_id


@dataclass(frozen=True, slots=True)
class AwsServices:
    """What is behind the gateway.

    Attributes:
        invoke: Invokes a Lambda function.
        find_principal: Tells who holds an access key.
        endpoint_url: The `http://host:port` address of every AWS service, for integrations that
            call one.
    """

    invoke: Invoke
    find_principal: FindPrincipal = find_nobody
    endpoint_url: str | None = None
