"""How an integration has its function invoked: as API Gateway, or in the name of a role."""

from dataclasses import dataclass

from local_aws.api_gateway.function_invocation import InvocationResult, Invoke, invoke_for
from local_aws.api_gateway.integrations.integration import Call, Failure, IntegrationError
from local_aws.api_gateway.integrations.integration_roles import role_of
from local_aws.api_gateway.roles.gateway_roles import RoleError
from local_aws.api_gateway.roles.invoke_api import InvocationRefusedError, InvokeApi
from local_aws.http1.client import HttpClientError
from local_aws.lambda_service.invocation import InvocationType


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
        call.record.trace("Endpoint request body after transformations: %s", payload)
        if call.credentials_arn is not None and self.invoke_api is not None:
            result = await _invoke_as_role(
                self.invoke_api, call, function_arn, payload, invocation_type
            )
        else:
            try:
                result = await invoke_for(
                    call.record,
                    self.invoke,
                    function_arn,
                    payload,
                    invocation_type=invocation_type,
                )
            except Exception as error:
                raise IntegrationError(
                    Failure.NOT_CALLED,
                    f"{function_arn} could not be invoked: {type(error).__name__}: {error}",
                ) from error
        call.record.trace("Endpoint response body before transformations: %s", result.payload)
        return result


async def _invoke_as_role(
    invoke_api: InvokeApi,
    call: Call,
    function_arn: str,
    payload: bytes,
    invocation_type: InvocationType,
) -> InvocationResult:
    try:
        return await invoke_api.invoke(function_arn, payload, role_of(call), invocation_type)
    except HttpClientError as error:
        raise IntegrationError(Failure.NOT_REACHED, str(error)) from error
    except (RoleError, InvocationRefusedError) as error:
        raise IntegrationError(Failure.NOT_CALLED, str(error)) from error
