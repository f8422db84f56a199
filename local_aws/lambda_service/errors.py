"""Why the service refuses an invocation, each with the error that AWS's Invoke operation answers.

An error that a function itself makes is not one of these: it is a result. See "Invoke" in the AWS
Lambda API Reference.
"""

from enum import StrEnum
from http import HTTPStatus
from typing import ClassVar


class LambdaServiceError(Exception):
    """An invocation that did not reach a function.

    Attributes:
        error_type: AWS's name of the error.
        status: The HTTP status that AWS answers with it.
    """

    error_type: ClassVar[str] = "ServiceException"
    status: ClassVar[HTTPStatus] = HTTPStatus.INTERNAL_SERVER_ERROR


class FunctionNotFound(LambdaServiceError):
    """No function has that ARN or name."""

    error_type = "ResourceNotFoundException"
    status = HTTPStatus.NOT_FOUND


class InvalidRequestContentError(LambdaServiceError):
    """The payload is not JSON, or a request header is not what AWS accepts."""

    error_type = "InvalidRequestContentException"
    status = HTTPStatus.BAD_REQUEST


class InvalidParameterValueError(LambdaServiceError):
    """A parameter of the request has a value that AWS does not know."""

    error_type = "InvalidParameterValueException"
    status = HTTPStatus.BAD_REQUEST


class RequestTooLargeError(LambdaServiceError):
    """The payload is larger than AWS accepts."""

    error_type = "RequestTooLargeException"
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class ThrottleReason(StrEnum):
    """Why an invocation is one too many, as AWS names it."""

    CONCURRENCY = "ConcurrentInvocationLimitExceeded"
    RESERVED_CONCURRENCY = "ReservedFunctionConcurrentInvocationLimitExceeded"


class TooManyRequestsError(LambdaServiceError):
    """The function is busy with as many invocations as it may be.

    Attributes:
        reason: Which limit it was.
        retry_after_seconds: When to try again.
    """

    error_type = "TooManyRequestsException"
    status = HTTPStatus.TOO_MANY_REQUESTS

    def __init__(
        self, message: str, *, reason: ThrottleReason, retry_after_seconds: int = 1
    ) -> None:
        super().__init__(message)
        self.reason = reason
        self.retry_after_seconds = retry_after_seconds


class FunctionDisabledError(TooManyRequestsError):
    """The function's reserved concurrency is zero, so that it never runs."""


class InvalidRuntimeError(LambdaServiceError):
    """The function's runtime is none that this service runs."""

    error_type = "InvalidRuntimeException"
    status = HTTPStatus.BAD_GATEWAY


class InvalidZipFileError(LambdaServiceError):
    """The function's deployment package cannot be unpacked."""

    error_type = "InvalidZipFileException"
    status = HTTPStatus.BAD_GATEWAY


class ForeignCodeError(LambdaServiceError):
    """The function's code was built for another machine or another Python than there is here."""

    error_type = "InvalidRuntimeException"
    status = HTTPStatus.BAD_GATEWAY


class RoleNotAssumedError(LambdaServiceError):
    """The function's role cannot be assumed, so that it would have no credentials."""

    error_type = "AccessDeniedException"
    status = HTTPStatus.FORBIDDEN


class ServiceClosedError(LambdaServiceError):
    """The service was closed before the invocation had its result."""


class FunctionInitializationError(LambdaServiceError):
    """A function is not ready for events: its handler could not be loaded, or took too long."""
