"""What the authorizer returns to API Gateway: a policy, and what handlers are told of the client.

The shape is that of "Output from an API Gateway Lambda authorizer", and the limit of 8 KB that of
"Quotas for configuring and running a WebSocket API".
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NotRequired, TypedDict

from jwt_authorizer.invalid_token import InvalidToken

if TYPE_CHECKING:
    from collections.abc import Mapping

MAXIMUM_BYTES = 8_192

SUBPROTOCOL = "subprotocol"
"""Under this key handlers are told which subprotocol $connect has to return."""

# What API Gateway reads or adds beside the context, and what we do: no claim may pass for one.
_RESERVED = frozenset({"principalId", "integrationLatency", "usageIdentifierKey", SUBPROTOCOL})
# The subject; or, in tokens that name none, the client (RFC 9068; OpenID Connect Core 1.0).
_PRINCIPALS = ("sub", "client_id", "azp")
_NOBODY = "unknown"
# Numbers beyond this are not the same to every JSON parser (RFC 8259, section 6).
_MAXIMUM_NUMBER = 2**53 - 1

Scalar = str | int | float | bool


class Statement(TypedDict):
    """One statement of a policy."""

    Action: str
    Effect: Literal["Allow", "Deny"]
    Resource: str


class PolicyDocument(TypedDict):
    """A policy."""

    Version: str
    Statement: list[Statement]


class AuthorizerResult(TypedDict):
    """The result of a Lambda authorizer."""

    principalId: str
    policyDocument: PolicyDocument
    context: NotRequired[dict[str, Scalar]]


@dataclass(frozen=True, slots=True)
class Allowance:
    """A connection that is let in, and how many claims handlers are not told."""

    result: AuthorizerResult
    omitted_claims: int


def allow(
    method_arn: str, claims: Mapping[str, Any], *, subprotocol: str | None = None
) -> Allowance:
    """Let a client in, and tell handlers its claims in ``requestContext.authorizer``.

    A claim is told as it is if it is a text, a number or a boolean, and as JSON text if it is an
    array, an object or a number of more than 53 bits. Left out are claims that are null, that
    JSON in UTF-8 cannot hold, or that have a name of API Gateway's or ours (principalId,
    integrationLatency, usageIdentifierKey, subprotocol); and of those that do not fit into 8 KB,
    the largest.

    Raises:
        InvalidToken: the name of the client alone does not fit.
    """
    context = {} if subprotocol is None else {SUBPROTOCOL: subprotocol}
    result = _result("Allow", method_arn, principal=_principal(claims))
    room = MAXIMUM_BYTES - _size({**result, "context": context})
    if room < 0:
        raise InvalidToken("its subject is too long")
    told = {
        name: value
        for name, claim in claims.items()
        if name not in _RESERVED and (value := _scalar(name, claim)) is not None
    }
    sizes = {name: _size({name: value}) for name, value in told.items()}
    kept: dict[str, Scalar] = {**context}
    for name in sorted(sizes, key=sizes.__getitem__):
        room -= sizes[name]
        if room < 0:
            break
        kept[name] = told[name]
    result["context"] = kept
    return Allowance(result, len(claims) + len(context) - len(kept))


def deny(method_arn: str) -> AuthorizerResult:
    """Keep a client out."""
    return _result("Deny", method_arn, principal=_NOBODY)


def _result(
    effect: Literal["Allow", "Deny"], method_arn: str, *, principal: str
) -> AuthorizerResult:
    statement: Statement = {
        "Action": "execute-api:Invoke",
        "Effect": effect,
        "Resource": method_arn,
    }
    return {
        "principalId": principal,
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
    }


def _principal(claims: Mapping[str, Any]) -> str:
    for name in _PRINCIPALS:
        value = claims.get(name)
        if isinstance(value, str) and value and _scalar(name, value) is not None:
            return value
    return _NOBODY


def _scalar(name: str, claim: Any) -> Scalar | None:
    try:
        name.encode()
        if isinstance(claim, str):
            claim.encode()
            return claim
        if isinstance(claim, int | float) and abs(claim) <= _MAXIMUM_NUMBER:
            return claim
        return None if claim is None else json.dumps(claim, allow_nan=False)
    except (ValueError, RecursionError):  # halves of characters, or a number such as 1e999
        return None


def _size(value: object) -> int:
    # Escaped for ASCII, which is never less than what the runtime sends.
    return len(json.dumps(value))
