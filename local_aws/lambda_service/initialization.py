"""How the initialization of an execution environment fails, and what an invocation gets then."""

from dataclasses import dataclass

from local_aws.lambda_service.errors import LambdaServiceError
from local_aws.lambda_service.invocation import Invocation
from local_aws.lambda_service.runtime_api import error_payload
from local_aws.publication import Function

EXIT_ERROR = "Runtime.ExitError"


@dataclass(frozen=True, slots=True)
class InitializationFailed:
    """The handler could not be loaded; `error` is the runtime client's JSON object about it."""

    error: bytes

    def answer(self, invocation: Invocation, function: Function) -> None:
        """Give an invocation that waited for the environment its result."""
        invocation.fail(self.error, version=function.version)


@dataclass(frozen=True, slots=True)
class InitializationExited:
    """The process ended before it was ready; `description` says how."""

    description: str

    def answer(self, invocation: Invocation, function: Function) -> None:
        """Give an invocation that waited for the environment its result."""
        error = error_of(invocation, EXIT_ERROR, self.description)
        invocation.fail(error, version=function.version)


@dataclass(frozen=True, slots=True)
class NotStarted:
    """There was nothing that could be started; `error` says why."""

    error: LambdaServiceError

    def answer(self, invocation: Invocation, _function: Function) -> None:
        """Refuse an invocation that waited for the environment."""
        invocation.refuse(self.error)


@dataclass(frozen=True, slots=True)
class InitializationTimedOut:
    """The Init phase took too long, and is to be tried again within an invocation."""


Failure = InitializationFailed | InitializationExited | NotStarted | InitializationTimedOut
"""Why an environment has stopped before it was ready for an event."""


def error_of(invocation: Invocation, error_type: str, description: str) -> bytes:
    """Describe an error that Lambda itself found while it ran an invocation."""
    message = f"RequestId: {invocation.request_id} Error: {description}"
    return error_payload(error_type, message)
