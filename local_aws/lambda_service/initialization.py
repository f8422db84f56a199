"""How the initialization of an execution environment fails, and what an invocation gets then."""

import json
from dataclasses import dataclass

from local_aws.lambda_service.errors import FunctionInitializationError, LambdaServiceError
from local_aws.lambda_service.function_reference import short_name
from local_aws.lambda_service.invocation import Invocation
from local_aws.lambda_service.runtime_state import error_payload
from local_aws.publication import Function

EXIT_ERROR = "Runtime.ExitError"


@dataclass(frozen=True, slots=True)
class InitializationFailed:
    """The handler could not be loaded; `error` is the runtime client's JSON object about it."""

    error: bytes

    def answer(self, invocation: Invocation, function: Function) -> None:
        """Give an invocation that waited for the environment its result."""
        invocation.fail(self.error, version=function.version)

    def as_error(self, function: Function) -> LambdaServiceError:
        """Return the error of a function that was to be ready ahead of any invocation."""
        try:
            error = json.loads(self.error)
            problem = f"{error['errorType']}: {error['errorMessage']}"
        except (ValueError, TypeError, KeyError):  # a runtime client may post anything
            problem = self.error.decode(errors="backslashreplace")
        return _initialization_error(function, problem)


@dataclass(frozen=True, slots=True)
class InitializationExited:
    """The process ended before it was ready; `description` says how."""

    description: str

    def answer(self, invocation: Invocation, function: Function) -> None:
        """Give an invocation that waited for the environment its result."""
        error = error_of(invocation, EXIT_ERROR, self.description)
        invocation.fail(error, version=function.version)

    def as_error(self, function: Function) -> LambdaServiceError:
        """Return the error of a function that was to be ready ahead of any invocation."""
        return _initialization_error(function, self.description)


@dataclass(frozen=True, slots=True)
class NotStarted:
    """There was nothing that could be started; `error` says why."""

    error: LambdaServiceError

    def answer(self, invocation: Invocation, _function: Function) -> None:
        """Refuse an invocation that waited for the environment."""
        invocation.refuse(self.error)

    def as_error(self, _function: Function) -> LambdaServiceError:
        """Return the error of a function that was to be ready ahead of any invocation."""
        return self.error


@dataclass(frozen=True, slots=True)
class InitializationTimedOut:
    """The Init phase took too long, and is to be tried again within an invocation."""

    def as_error(self, function: Function) -> LambdaServiceError:
        """Return the error of a function that was to be ready ahead of any invocation."""
        return _initialization_error(function, "its Init phase took too long")


Failure = InitializationFailed | InitializationExited | NotStarted | InitializationTimedOut
"""Why an environment has stopped before it was ready for an event."""


def error_of(invocation: Invocation, error_type: str, description: str) -> bytes:
    """Describe an error that Lambda itself found while it ran an invocation."""
    message = f"RequestId: {invocation.request_id} Error: {description}"
    return error_payload(error_type, message)


def _initialization_error(function: Function, problem: str) -> FunctionInitializationError:
    name = short_name(function)
    return FunctionInitializationError(
        f"Function {name} cannot be started: {problem}. Its handler is {function.handler}; lines "
        f"marked [{name}] above are its log."
    )
