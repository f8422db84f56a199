"""Whether a function's resource policy lets an API invoke it.

Evaluated as "Policy evaluation logic" has it for one service principal: an explicit deny wins, and
without an allow there is none. A condition that this module does not know never holds.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from local_aws.policies.wildcards import is_arn_like, is_like

_PRINCIPAL: Final = "apigateway.amazonaws.com"
_ACTION: Final = "lambda:InvokeFunction"


@dataclass(frozen=True, slots=True)
class Invocation:
    """Who wants to invoke what: a route's or an authorizer's ARN and account, a function's ARN."""

    source_arn: str
    source_account: str
    function_arn: str


def authorizer_arn(*, region: str, account_id: str, api_id: str, authorizer_id: str) -> str:
    """Return the ARN under which an authorizer asks to invoke its function."""
    return f"arn:aws:execute-api:{region}:{account_id}:{api_id}/authorizers/{authorizer_id}"


def execution_arn(*, region: str, account_id: str, api_id: str, stage: str, route_key: str) -> str:
    """Return the ARN of a route, from "ARN format reference" of API Gateway."""
    return f"arn:aws:execute-api:{region}:{account_id}:{api_id}/{stage}/{route_key}"


def is_allowed(statements: Iterable[Mapping[str, Any]], invocation: Invocation) -> bool:
    """Tell whether the statements of a function's policy allow an invocation by API Gateway."""
    effects = {
        statement.get("Effect") for statement in statements if _applies(statement, invocation)
    }
    return "Allow" in effects and "Deny" not in effects


def _applies(statement: Mapping[str, Any], invocation: Invocation) -> bool:
    return (
        _names_api_gateway(statement.get("Principal"))
        and any(is_like(_ACTION.lower(), each.lower()) for each in _texts(statement, "Action"))
        and any(is_like(invocation.function_arn, each) for each in _texts(statement, "Resource"))
        and _conditions_hold(statement.get("Condition"), invocation)
    )


def _names_api_gateway(principal: Any) -> bool:
    if isinstance(principal, Mapping):
        return _PRINCIPAL in _texts(principal, "Service")
    return principal in ("*", _PRINCIPAL)


def _conditions_hold(conditions: Any, invocation: Invocation) -> bool:
    if not conditions:
        return True
    if not isinstance(conditions, Mapping):
        return False
    return all(
        isinstance(keys, Mapping)
        and all(
            any(_compares(operator, key, each, invocation) for each in _texts(keys, key))
            for key in keys
        )
        for operator, keys in conditions.items()
    )


def _compares(operator: str, key: str, expected: str, invocation: Invocation) -> bool:
    match key.lower():
        case "aws:sourcearn":
            actual = invocation.source_arn
        case "aws:sourceaccount":
            actual = invocation.source_account
        case _:
            return False
    match operator:
        case "ArnLike" | "ArnEquals":
            return is_arn_like(actual, expected)
        case "StringLike":
            return is_like(actual, expected)
        case "StringEquals":
            return actual == expected
        case "StringEqualsIgnoreCase":
            return actual.lower() == expected.lower()
        case _:
            return False


def _texts(mapping: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = mapping.get(key)
    values = value if isinstance(value, list) else [value]
    return tuple(each for each in values if isinstance(each, str))
