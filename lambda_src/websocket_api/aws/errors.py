"""How a call of AWS can fail."""

from __future__ import annotations

from typing import Any


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


def error_of(operation: str, *, code: str, message: str, status: int) -> AwsError:
    """Return the error that a code of AWS stands for."""
    error = _BY_CODE.get(code, AwsError)
    return error(operation, code=code, message=message, status=status)
