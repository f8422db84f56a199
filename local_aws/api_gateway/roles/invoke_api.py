"""Functions that are invoked in the name of a role, which Lambda's Invoke API asks for its rights.

Everything else is invoked as API Gateway itself, by the functions' resource policies.
"""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

from botocore.awsrequest import AWSRequest

from local_aws.api_gateway.function_invocation import InvocationResult
from local_aws.api_gateway.roles.gateway_roles import GatewayRoles, Role
from local_aws.aws_client import problem_of
from local_aws.http1 import Response
from local_aws.http1.client import HttpClient
from local_aws.lambda_service.invocation import InvocationType
from local_aws.signing import sign

_FUNCTION_ERROR: Final = "x-amz-function-error"


class InvocationRefusedError(Exception):
    """Lambda refused an invocation; the message says which, in whose name, and why."""


@dataclass(frozen=True, slots=True)
class _Result:
    payload: bytes
    function_error: str | None
    initialization_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class InvokeApi:
    """Lambda's Invoke API at `endpoint_url`."""

    endpoint_url: str
    client: HttpClient
    roles: GatewayRoles

    async def invoke(
        self,
        function_arn: str,
        payload: bytes,
        role: Role,
        invocation_type: InvocationType = InvocationType.REQUEST_RESPONSE,
    ) -> InvocationResult:
        """Invoke a function in the name of a role.

        Raises:
            RoleError: The role cannot be assumed.
            InvocationRefusedError: It may not invoke the function, or there is none.
            HttpClientError: Lambda gives no answer.
        """
        url = f"{self.endpoint_url}/2015-03-31/functions/{quote(function_arn)}/invocations"
        headers = {"X-Amz-Invocation-Type": invocation_type.value}
        signed = sign(
            AWSRequest("POST", url, headers, payload),
            await self.roles.assume(role),
            signing_name="lambda",
            region=function_arn.split(":")[3],
        )
        response = await self.client.send(url, method="POST", headers=signed, body=payload)
        if response.status >= HTTPStatus.BAD_REQUEST:
            raise InvocationRefusedError(
                f"{function_arn} could not be invoked in the name of {role.arn}:"
                f" {problem_of(response)}"
            )
        return _Result(response.body, _function_error(response))


def _function_error(response: Response) -> str | None:
    found = (value for name, value in response.headers if name.lower() == _FUNCTION_ERROR)
    return next(found, None)
