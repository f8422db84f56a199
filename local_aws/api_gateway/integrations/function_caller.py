"""How an integration has its function invoked: as API Gateway, or in the name of a role."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

from botocore.awsrequest import AWSRequest

from local_aws.api_gateway.function_invocation import InvocationResult, Invoke
from local_aws.api_gateway.integrations.integration import Call, Failure, IntegrationError
from local_aws.api_gateway.integrations.integration_roles import IntegrationRoles
from local_aws.api_gateway.monitoring.event_record import Text
from local_aws.aws_client import problem_of
from local_aws.http1 import Response
from local_aws.http1.client import HttpClient, HttpClientError
from local_aws.lambda_service.invocation import InvocationType
from local_aws.signing import sign

_FUNCTION_ERROR: Final = "x-amz-function-error"


@dataclass(frozen=True, slots=True)
class _Result:
    payload: bytes
    function_error: str | None


@dataclass(frozen=True, slots=True)
class InvokeApi:
    """Lambda's Invoke API at `endpoint_url`, which asks whether a role may invoke a function."""

    endpoint_url: str
    client: HttpClient
    roles: IntegrationRoles

    async def invoke(
        self, call: Call, function_arn: str, payload: bytes, invocation_type: InvocationType
    ) -> InvocationResult:
        """Invoke a function in the name of an integration's role.

        Raises:
            IntegrationError: The role cannot be assumed, or it may not.
        """
        url = f"{self.endpoint_url}/2015-03-31/functions/{quote(function_arn)}/invocations"
        headers = {"X-Amz-Invocation-Type": invocation_type.value}
        signed = sign(
            AWSRequest("POST", url, headers, payload),
            await self.roles.assume(call),
            signing_name="lambda",
            region=function_arn.split(":")[3],
        )
        try:
            response = await self.client.send(url, method="POST", headers=signed, body=payload)
        except HttpClientError as error:
            raise IntegrationError(Failure.NOT_REACHED, str(error)) from error
        if response.status >= HTTPStatus.BAD_REQUEST:
            raise IntegrationError(
                Failure.NOT_CALLED,
                f"{function_arn} could not be invoked in the name of {call.credentials_arn}:"
                f" {problem_of(response)}",
            )
        return _Result(response.body, _function_error(response))


@dataclass(frozen=True, slots=True)
class FunctionCaller:
    """Invokes functions: by `invoke_api` for an integration with a role, if there is that API."""

    invoke: Invoke
    invoke_api: InvokeApi | None = None

    async def call(
        self,
        call: Call,
        function_arn: str,
        payload: bytes,
        invocation_type: InvocationType = InvocationType.REQUEST_RESPONSE,
    ) -> InvocationResult:
        """Return what a function gave back.

        Raises:
            IntegrationError: It could not be invoked.
        """
        call.record.trace("Endpoint request body after transformations: %s", Text(payload))
        if call.credentials_arn is not None and self.invoke_api is not None:
            result = await self.invoke_api.invoke(call, function_arn, payload, invocation_type)
        else:
            result = await self._invoke(function_arn, payload, invocation_type)
        call.record.trace("Endpoint response body before transformations: %s", Text(result.payload))
        return result

    async def _invoke(
        self, function_arn: str, payload: bytes, invocation_type: InvocationType
    ) -> InvocationResult:
        try:
            return await self.invoke(function_arn, payload, invocation_type=invocation_type)
        except Exception as error:
            raise IntegrationError(
                Failure.NOT_CALLED,
                f"{function_arn} could not be invoked: {type(error).__name__}: {error}",
            ) from error


def _function_error(response: Response) -> str | None:
    found = (value for name, value in response.headers if name.lower() == _FUNCTION_ERROR)
    return next(found, None)
