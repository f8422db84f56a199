"""How a call of AWS can fail."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

THROTTLING_CODES = frozenset(
    {
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "TooManyRequestsException",
    }
)
"""By which AWS says that there are too many calls (Retry behavior, AWS SDKs and Tools guide)."""


class CallFailed(Exception):
    """A call of AWS did not do what it was to do, or nobody knows whether it did."""


class NoAnswer(CallFailed):
    """AWS did not answer: it could not be reached, took too long, or broke off."""


class CredentialsUnavailable(CallFailed):
    """There are no credentials to sign the call with."""


class AwsError(CallFailed):
    """AWS answered that it did not do it; ``response`` tells of it as the SDK's errors do."""

    def __init__(self, operation: str, *, code: str, message: str, status: int) -> None:
        super().__init__(f"AWS answered {operation} with {code} (HTTP {status}): {message}")
        self.code = code
        self.status = status
        self.response: dict[str, Any] = {
            "Error": {"Code": code, "Message": message},
            "ResponseMetadata": {"HTTPStatusCode": status},
        }


class ConditionalCheckFailedException(AwsError):
    """The condition of a DynamoDB write did not hold."""


class GoneException(AwsError):
    """The connection is closed, or not open yet."""


class LimitExceededException(AwsError):
    """API Gateway has no room for the call at present."""


class Exceptions:
    """The errors that are told apart, under the names that the SDK's clients give them."""

    ConditionalCheckFailedException = ConditionalCheckFailedException
    GoneException = GoneException
    LimitExceededException = LimitExceededException


_BY_CODE: dict[str, type[AwsError]] = {
    "ConditionalCheckFailedException": ConditionalCheckFailedException,
    "GoneException": GoneException,
    "LimitExceededException": LimitExceededException,
}


def error_of(operation: str, status: int, headers: Mapping[str, str], body: bytes) -> AwsError:
    """Return what an answer tells of, by the rules of AWS's JSON protocols.

    Args:
        operation: what was called.
        status: of the answer.
        headers: of the answer, by their names in lower case.
        body: of the answer.
    """
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        told = {}
    # SQS goes on giving the codes of its older protocol, and they are what the SDK tells.
    code = (
        headers.get("x-amzn-query-error", "").partition(";")[0]
        or (
            str(headers.get("x-amzn-errortype") or told.get("__type") or told.get("code") or "")
            .partition(":")[0]
            .rpartition("#")[2]
        )
    )
    return _BY_CODE.get(code, AwsError)(
        operation,
        code=code or str(status),
        message=str(told.get("message") or told.get("Message") or ""),
        status=status,
    )
