"""Functions that other services of this AWS invoke: asynchronously, and only if they may.

A function's resource policy has to name the service ("Working with resource-based IAM policies in
Lambda" in the AWS Lambda Developer Guide).
"""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from moto.awslambda.exceptions import LambdaClientError
from moto.awslambda.models import lambda_backends

from local_aws.control_plane.awslambda.backend import Backend
from local_aws.control_plane.awslambda.invocation import InvokeRequest
from local_aws.control_plane.awslambda.qualified_function import QualifiedFunction
from local_aws.policies.policy_document import (
    Access,
    MalformedPolicyError,
    is_allowed,
    parse_policy,
)

logger = logging.getLogger(__name__)

_ACTION: Final = "lambda:InvokeFunction"
_EVENT: Final = {"X-Amz-Invocation-Type": "Event"}


@dataclass(frozen=True, slots=True)
class Caller:
    """A service that invokes, such as `sns.amazonaws.com`, for a resource of an account."""

    service: str
    source_arn: str
    account_id: str


def invoke(function_arn: str, event: object, caller: Caller) -> None:
    """Invoke a function with an event; that it could not be is logged, as no caller is told."""
    try:
        _, _, _, region, account_id, _, _ = function_arn.split(":", 6)
        backend = lambda_backends[account_id][region]
        if not isinstance(backend, Backend):
            raise TypeError("Call extensions.install before the first request.")
        function = backend.get_qualified_function(function_arn)
    except (LambdaClientError, ValueError, KeyError):
        _warn(caller, function_arn, "there is no such function")
        return
    if not may_invoke(function, caller):
        _warn(caller, function_arn, f"its policy does not let {caller.service} invoke it")
        return
    request = InvokeRequest(function_arn, json.dumps(event).encode(), _EVENT)
    answer = backend.invoke_api.invoke(request)
    if answer.status >= HTTPStatus.MULTIPLE_CHOICES:
        _warn(caller, function_arn, answer.payload.decode(errors="replace"))


def may_invoke(function: QualifiedFunction, caller: Caller) -> bool:
    """Tell whether a function's policy lets a service invoke it."""
    arn = function.arn if function.is_published else str(function.latest.function_arn)
    statements = [
        {name: value for name, value in statement.items() if name != "Principal"}
        for statement in function.latest.policy.statements
        if _names(statement.get("Principal"), caller.service)
    ]
    keys = {"aws:sourcearn": caller.source_arn, "aws:sourceaccount": caller.account_id}
    try:
        parsed = parse_policy({"Version": "2012-10-17", "Statement": statements})
    except MalformedPolicyError:
        return False
    return is_allowed(parsed, Access(_ACTION, arn, keys))


def _names(principal: Any, service: str) -> bool:
    """Tell whether a principal is a service, or everybody."""
    if not isinstance(principal, Mapping):
        return principal in ("*", service)
    named = principal.get("Service")
    return service in (named if isinstance(named, list) else [named])


def _warn(caller: Caller, function_arn: str, why: str) -> None:
    logger.warning("%s did not invoke %s: %s", caller.source_arn, function_arn, why)
