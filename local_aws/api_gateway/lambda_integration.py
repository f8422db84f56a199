"""One call of a Lambda proxy integration: from the event to the function's answer, or a failure."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from enum import Enum
from http import HTTPStatus
from typing import Final, Protocol

from local_aws.api_gateway.addressing import DeployedStage, with_stage_variables
from local_aws.api_gateway.frames import ErrorMessage
from local_aws.api_gateway.proxy_response import (
    MalformedProxyResponseError,
    ProxyResponse,
    parse_proxy_response,
)
from local_aws.publication import Integration, Route

_MILLISECONDS: Final = 1_000


class InvocationResult(Protocol):
    """What a function gave back; `function_error` is None if it returned."""

    @property
    def payload(self) -> bytes:
        """The function's result, or the JSON of its error."""

    @property
    def function_error(self) -> str | None:
        """`Handled`, `Unhandled` or None."""


class Invoke(Protocol):
    """Invokes a function synchronously; raises if the function cannot be invoked at all.

    Cancelling the call gives up the answer.
    """

    def __call__(self, function_arn: str, payload: bytes, /) -> Awaitable[InvocationResult]:
        """Return the result of one event."""


class Failure(Enum):
    """Why an integration gave no answer: what a message's frame and a handshake's status say."""

    FUNCTION_FAILED = ErrorMessage.INTERNAL_SERVER_ERROR, HTTPStatus.BAD_GATEWAY
    NOT_INVOKED = ErrorMessage.INTERNAL_SERVER_ERROR, HTTPStatus.INTERNAL_SERVER_ERROR
    TIMED_OUT = ErrorMessage.ENDPOINT_REQUEST_TIMED_OUT, HTTPStatus.GATEWAY_TIMEOUT

    @property
    def message(self) -> ErrorMessage:
        """The text for the client."""
        return self.value[0]

    @property
    def status(self) -> HTTPStatus:
        """The status of a handshake that ended so."""
        return self.value[1]


class IntegrationError(Exception):
    """An integration gave no answer; the message is for the terminal, never for a client."""

    def __init__(self, failure: Failure, detail: str) -> None:
        super().__init__(detail)
        self.failure = failure


@dataclass(frozen=True, slots=True)
class LambdaIntegration:
    """Calls the functions that routes are integrated with."""

    invoke: Invoke

    async def call(self, stage: DeployedStage, route: Route, event: bytes) -> ProxyResponse:
        """Invoke the function of a route, within the integration's timeout.

        Raises:
            IntegrationError: There is no answer that could be used.
        """
        integration = _integration(stage, route)
        function_arn = _function_arn(stage, integration)
        _check_permission(stage, route, integration, function_arn)
        seconds = integration.timeout_milliseconds / _MILLISECONDS
        try:
            async with asyncio.timeout(seconds):
                result = await self.invoke(function_arn, event)
        except TimeoutError as error:
            raise IntegrationError(
                Failure.TIMED_OUT,
                f"{function_arn} did not answer within the integration's timeout of {seconds:g} s",
            ) from error
        except Exception as error:
            raise IntegrationError(
                Failure.NOT_INVOKED,
                f"{function_arn} could not be invoked: {type(error).__name__}: {error}",
            ) from error
        if result.function_error is not None:
            raise IntegrationError(Failure.FUNCTION_FAILED, f"{function_arn} raised an error")
        try:
            return parse_proxy_response(result.payload)
        except MalformedProxyResponseError as error:
            raise IntegrationError(
                Failure.FUNCTION_FAILED, f"{function_arn} gave no proxy response: {error}"
            ) from error


def _integration(stage: DeployedStage, route: Route) -> Integration:
    if route.target_integration_id is None:
        raise IntegrationError(
            Failure.NOT_INVOKED, f"the route {route.route_key!r} has no integration; set its target"
        )
    integration = stage.deployment.integrations.get(route.target_integration_id)
    if integration is None:
        raise IntegrationError(
            Failure.NOT_INVOKED,
            f"the route {route.route_key!r} has the target {route.target_integration_id!r}, which"
            " is not in the deployment; deploy again",
        )
    return integration


def _function_arn(stage: DeployedStage, integration: Integration) -> str:
    if integration.integration_type != "AWS_PROXY" or integration.function_arn is None:
        raise IntegrationError(
            Failure.NOT_INVOKED,
            f"the integration {integration.integration_id!r} is of type"
            f" {integration.integration_type} to {integration.integration_uri!r}; this gateway"
            " calls Lambda functions by AWS_PROXY",
        )
    return with_stage_variables(stage.stage, integration.function_arn)


def _check_permission(
    stage: DeployedStage, route: Route, integration: Integration, function_arn: str
) -> None:
    # An integration with credentials uses the rights of that role, not the function's policy.
    if integration.raw.get("credentialsArn"):
        return
    source_arn = stage.execution_arn(route.route_key)
    if not stage.permits(function_arn, source_arn):
        raise IntegrationError(
            Failure.NOT_INVOKED,
            f"{function_arn} has no permission for apigateway.amazonaws.com with source ARN"
            f" {source_arn}; add an aws_lambda_permission that matches it",
        )
