"""What a Lambda authorizer answers, taken strictly.

The shape is that of "Output from an API Gateway Lambda authorizer"; the quota of 8 KB is from
"Quotas for configuring and running a WebSocket API".
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from local_aws.policies.policy_document import (
    MalformedPolicyError,
    Statement,
    parse_policy,
)

_MAXIMUM_BYTES: Final = 8_192


class MalformedAuthorizerResponseError(ValueError):
    """An authorizer's answer cannot be used; the message says what is wrong, never with a value."""


@dataclass(frozen=True, slots=True)
class AuthorizerResponse:
    """An authorizer's decision, and what it says of the client.

    Attributes:
        principal_id: Who the client is.
        statements: The policy that says where the client may connect.
        context: What later events are told of the client; every value is text, as on AWS.
        usage_identifier_key: The client's API key, where the API takes it from the authorizer.
    """

    principal_id: str
    statements: tuple[Statement, ...]
    context: Mapping[str, str]
    usage_identifier_key: str | None


def parse_authorizer_response(payload: bytes) -> AuthorizerResponse:
    """Parse the payload that an authorizer's function returned.

    Raises:
        MalformedAuthorizerResponseError: It is over 8 KB, or lacks something, or holds something
            that does not belong there.
    """
    if len(payload) > _MAXIMUM_BYTES:
        raise MalformedAuthorizerResponseError(
            f"the answer has {len(payload)} bytes; it may have {_MAXIMUM_BYTES}"
        )
    try:
        answer = json.loads(payload)
        # JSON can escape halves of characters, which no event could carry on.
        json.dumps(answer, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise MalformedAuthorizerResponseError("the answer is not JSON in UTF-8") from error
    if not isinstance(answer, dict):
        raise MalformedAuthorizerResponseError(
            "the answer is no JSON object; return principalId and policyDocument"
        )
    try:
        statements = parse_policy(answer.get("policyDocument"))
    except MalformedPolicyError as error:
        raise MalformedAuthorizerResponseError(f"the answer's policyDocument: {error}") from error
    return AuthorizerResponse(
        principal_id=_principal_id(answer.get("principalId")),
        statements=statements,
        context=_context(answer.get("context")),
        usage_identifier_key=_usage_identifier_key(answer.get("usageIdentifierKey")),
    )


def _principal_id(value: Any) -> str:
    if isinstance(value, str) and value:
        return value
    raise MalformedAuthorizerResponseError("the answer's principalId is missing or no text")


def _context(value: Any) -> Mapping[str, str]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise MalformedAuthorizerResponseError("the answer's context is no object")
    return {name: _text(name, each) for name, each in value.items()}


def _text(name: str, value: Any) -> str:
    match value:
        case str():
            return value
        case bool() | int() | float():
            return json.dumps(value)
        case _:
            raise MalformedAuthorizerResponseError(
                f"the answer's context.{name:.80} is neither text nor a number nor a boolean;"
                " serialize it, for example with json.dumps"
            )


def _usage_identifier_key(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise MalformedAuthorizerResponseError("the answer's usageIdentifierKey is no text")
