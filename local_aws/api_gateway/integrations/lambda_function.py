"""Lambda functions as integrations: by proxy, which gets the event, and by mapping templates.

From "Set up a WebSocket API integration request in API Gateway"; asynchronous invocation from "Set
up asynchronous invocation of the backend Lambda function".
"""

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from local_aws.api_gateway.events import serialize_event
from local_aws.api_gateway.integrations.function_caller import FunctionCaller
from local_aws.api_gateway.integrations.integration import (
    Answer,
    Call,
    Failure,
    IntegrationError,
)
from local_aws.api_gateway.integrations.proxy_response import (
    MalformedProxyResponseError,
    parse_proxy_response,
)
from local_aws.api_gateway.integrations.request_mapping import map_body
from local_aws.api_gateway.integrations.request_parameters import map_parameters
from local_aws.api_gateway.integrations.response_mapping import BackendAnswer, map_answer
from local_aws.lambda_service.invocation import InvocationType

_INVOCATION_TYPE_HEADER: Final = "X-Amz-Invocation-Type"


@dataclass(frozen=True, slots=True)
class LambdaProxyIntegration:
    """Gives a function the whole event, and takes a proxy response from it."""

    functions: FunctionCaller

    async def call(self, call: Call, /) -> Answer:
        """Invoke the function of a route.

        Raises:
            IntegrationError: It may not be invoked, failed, or gave no proxy response.
        """
        function_arn = _function_arn(call)
        result = await self.functions.call(call, function_arn, serialize_event(call.event))
        if result.function_error is not None:
            raise IntegrationError(Failure.FAILED, f"{function_arn} raised an error")
        try:
            return parse_proxy_response(result.payload)
        except MalformedProxyResponseError as error:
            raise IntegrationError(
                Failure.FAILED, f"{function_arn} gave no proxy response: {error}"
            ) from error


@dataclass(frozen=True, slots=True)
class LambdaIntegration:
    """Gives a function what a request template makes of the event, and maps what it returns."""

    functions: FunctionCaller

    async def call(self, call: Call, /) -> Answer:
        """Invoke the function of a route.

        The header `X-Amz-Invocation-Type` of the request parameters may ask for `Event`, which does
        not wait. An error of the function never lets a client in, whatever response it is mapped
        to.

        Raises:
            IntegrationError: It may not be invoked, or what it returned cannot be mapped.
        """
        function_arn = _function_arn(call)
        payload = map_body(call) or b"{}"
        if not _is_json(payload):
            raise IntegrationError(
                Failure.NOT_CALLED,
                f"{function_arn} can be invoked with JSON alone, which the request mapped to it is"
                " not",
            )
        result = await self.functions.call(call, function_arn, payload, _invocation_type(call))
        selector = _error_message(result.payload)
        answer = map_answer(call, BackendAnswer(HTTPStatus.OK, (), result.payload, selector))
        if result.function_error is None:
            return answer
        return answer._replace(
            status_code=HTTPStatus.BAD_GATEWAY, remark=f"{function_arn} raised an error"
        )


def _function_arn(call: Call) -> str:
    """Return the function to invoke, if the route may invoke it."""
    integration, stage = call.integration, call.stage
    if integration.function_arn is None:
        raise IntegrationError(
            Failure.NOT_CALLED,
            f"the integration {integration.integration_id!r} of type {integration.integration_type}"
            f" has the URI {integration.integration_uri!r}, which names no Lambda function; set it"
            " to the function's invoke_arn",
        )
    # An integration with credentials uses the rights of that role, not the function's policy.
    source_arn = stage.execution_arn(call.route.route_key)
    function = stage.function(integration.function_arn, source_arn)
    if not function.is_permitted and call.credentials_arn is None:
        raise IntegrationError(
            Failure.NOT_CALLED,
            f"{function.arn} has no permission for apigateway.amazonaws.com with source ARN"
            f" {source_arn}; add an aws_lambda_permission that matches it",
        )
    return function.arn


def _invocation_type(call: Call) -> InvocationType:
    wanted = map_parameters(call).header(_INVOCATION_TYPE_HEADER)
    try:
        return InvocationType(wanted or InvocationType.REQUEST_RESPONSE)
    except ValueError as error:
        raise IntegrationError(
            Failure.NOT_CALLED,
            f"{_INVOCATION_TYPE_HEADER} is {wanted!r}; it has to be one of"
            f" {', '.join(InvocationType)}",
        ) from error


def _is_json(payload: bytes) -> bool:
    return _parse(payload) is not _NOT_JSON


def _error_message(payload: bytes) -> str:
    """Return what the keys of integration responses match: a result's `errorMessage`, or ""."""
    result = _parse(payload)
    message = result.get("errorMessage") if isinstance(result, dict) else None
    return message if isinstance(message, str) else ""


_NOT_JSON: Final = object()


def _parse(payload: bytes) -> Any:
    try:
        return json.loads(payload)
    except (ValueError, RecursionError):
        return _NOT_JSON
