"""One call of a Lambda authorizer: from the handshake to a decision.

From "Control access to WebSocket APIs with AWS Lambda REQUEST authorizers".
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qsl

from local_aws.api_gateway.addressing import DeployedStage
from local_aws.api_gateway.authorization.authorizer_response import (
    AuthorizerResponse,
    MalformedAuthorizerResponseError,
    parse_authorizer_response,
)
from local_aws.api_gateway.authorization.iam import condition_keys
from local_aws.api_gateway.authorization.identity_source import (
    IdentityFields,
    IdentitySourceError,
    missing_identity_source,
)
from local_aws.api_gateway.events import (
    ConnectionContext,
    Occurrence,
    Parameters,
    authorizer_event,
    connect_context,
)
from local_aws.api_gateway.frames import ErrorMessage
from local_aws.api_gateway.function_invocation import InvocationResult, Invoke, invoke_for
from local_aws.api_gateway.handshake import HandshakeError
from local_aws.api_gateway.monitoring.event_record import EventRecord
from local_aws.api_gateway.permissions import authorizer_arn
from local_aws.api_gateway.roles.gateway_roles import Role, RoleError
from local_aws.api_gateway.roles.invoke_api import InvocationRefusedError, InvokeApi
from local_aws.policies.policy_document import Access, is_allowed
from local_aws.publication import Authorizer

INVOKE_ACTION: Final = "execute-api:Invoke"
_MILLISECONDS: Final = 1_000
# What a function raises to have its client answered 401.
_UNAUTHORIZED: Final = "Unauthorized"


@dataclass(frozen=True, slots=True)
class Decision:
    """A client that is let in: what its authorizer says of it, and for its events to carry."""

    response: AuthorizerResponse
    integration_latency: int

    @property
    def context(self) -> Mapping[str, Any]:
        """Return `requestContext.authorizer` of every event of the connection."""
        return {
            **self.response.context,
            "principalId": self.response.principal_id,
            "integrationLatency": self.integration_latency,
        }


@dataclass(frozen=True, slots=True)
class LambdaAuthorizer:
    """Asks the functions that authorizers name.

    Attributes:
        invoke: Invokes a function as API Gateway itself.
        timeout_seconds: How long a function may take.
        invoke_api: Invokes the function of an authorizer with credentials, in the name of its role;
            without it, such a function is invoked like any other.
    """

    invoke: Invoke
    timeout_seconds: float
    invoke_api: InvokeApi | None = None

    async def decide(
        self,
        stage: DeployedStage,
        authorizer: Authorizer,
        context: ConnectionContext,
        occurrence: Occurrence,
        parameters: Parameters,
    ) -> Decision:
        """Ask an authorizer whether a client may connect.

        Raises:
            HandshakeError: It may not: 401 without an identity source, or if the function raises
                `Unauthorized`; 403 if its policy does not allow it; 500 if it cannot be asked,
                fails, or gives no usable answer.
        """
        _check_identity(stage, authorizer, connect_context(context, occurrence), parameters)
        function_arn = _function_arn(stage, authorizer)
        method_arn = stage.execution_arn("$connect")
        event = authorizer_event(
            context,
            occurrence,
            method_arn=method_arn,
            parameters=parameters,
            stage_variables=stage.stage.variables,
        )
        started = asyncio.get_running_loop().time()
        result = await self._ask(stage, authorizer, event, occurrence.record)
        latency = int((asyncio.get_running_loop().time() - started) * _MILLISECONDS)
        response = _response(function_arn, result)
        keys = condition_keys(context.source_ip, context.user_agent)
        if not is_allowed(response.statements, Access(INVOKE_ACTION, method_arn, keys)):
            raise HandshakeError(
                HTTPStatus.FORBIDDEN,
                f"the policy of authorizer {function_arn} does not allow {INVOKE_ACTION} on"
                f" {method_arn}",
            )
        return Decision(response, latency)

    async def _ask(
        self, stage: DeployedStage, authorizer: Authorizer, event: bytes, record: EventRecord
    ) -> InvocationResult:
        function_arn = _function_arn(stage, authorizer)
        try:
            async with asyncio.timeout(self.timeout_seconds):
                if self.invoke_api is None or authorizer.credentials_arn is None:
                    return await invoke_for(record, self.invoke, function_arn, event)
                role = Role(authorizer.credentials_arn, stage, _source_arn(stage, authorizer))
                return await self.invoke_api.invoke(function_arn, event, role)
        except TimeoutError as error:
            raise _failure(
                f"the authorizer {function_arn} did not answer within {self.timeout_seconds:g} s"
            ) from error
        except (RoleError, InvocationRefusedError) as error:
            raise _failure(f"authorizer {authorizer.name}: {error}") from error
        except Exception as error:
            raise _failure(
                f"the authorizer {function_arn} could not be invoked: {type(error).__name__}:"
                f" {error}"
            ) from error


def _check_identity(
    stage: DeployedStage,
    authorizer: Authorizer,
    request_context: Mapping[str, Any],
    parameters: Parameters,
) -> None:
    fields = IdentityFields(
        headers=parameters.headers,
        query=dict(parse_qsl(parameters.query, keep_blank_values=True)),
        stage_variables=stage.stage.variables,
        context=request_context,
    )
    try:
        missing = missing_identity_source(authorizer.identity_sources, fields)
    except IdentitySourceError as error:
        raise _failure(f"authorizer {authorizer.name}: {error}") from error
    if missing is not None:
        raise HandshakeError(
            HTTPStatus.UNAUTHORIZED,
            f"the handshake has no {missing}, which authorizer {authorizer.name} needs",
            message=ErrorMessage.UNAUTHORIZED,
        )


def _function_arn(stage: DeployedStage, authorizer: Authorizer) -> str:
    if authorizer.function_arn is None:
        raise _failure(
            f"the authorizer_uri of authorizer {authorizer.name} names no function; set it to the"
            " function's invoke_arn"
        )
    source_arn = _source_arn(stage, authorizer)
    function = stage.function(authorizer.function_arn, source_arn)
    # An authorizer with credentials uses the rights of that role, not the function's policy.
    if not function.is_permitted and authorizer.credentials_arn is None:
        raise _failure(
            f"{function.arn} has no permission for apigateway.amazonaws.com with source ARN"
            f" {source_arn}; add an aws_lambda_permission that matches it"
        )
    return function.arn


def _source_arn(stage: DeployedStage, authorizer: Authorizer) -> str:
    return authorizer_arn(
        region=stage.api.region,
        account_id=stage.api.account_id,
        api_id=stage.api.api_id,
        authorizer_id=authorizer.authorizer_id,
    )


def _response(function_arn: str, result: InvocationResult) -> AuthorizerResponse:
    if result.function_error is not None:
        if _error_message(result.payload) == _UNAUTHORIZED:
            raise HandshakeError(
                HTTPStatus.UNAUTHORIZED,
                f"the authorizer {function_arn} raised {_UNAUTHORIZED}",
                message=ErrorMessage.UNAUTHORIZED,
            )
        raise _failure(f"the authorizer {function_arn} raised an error")
    try:
        return parse_authorizer_response(result.payload)
    except MalformedAuthorizerResponseError as error:
        raise _failure(f"the authorizer {function_arn} gave no decision: {error}") from error


def _error_message(payload: bytes) -> object:
    try:
        error = json.loads(payload)
    except (ValueError, RecursionError):
        return None
    return error.get("errorMessage") if isinstance(error, dict) else None


def _failure(detail: str) -> HandshakeError:
    return HandshakeError(
        HTTPStatus.INTERNAL_SERVER_ERROR, detail, message=ErrorMessage.INTERNAL_SERVER_ERROR
    )
