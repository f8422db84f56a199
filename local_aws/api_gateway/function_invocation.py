"""How the gateway has a Lambda function invoked."""

from collections.abc import Awaitable
from typing import Protocol

from local_aws.lambda_service.invocation import InvocationType


class InvocationResult(Protocol):
    """What a function gave back; `function_error` is None if it returned."""

    @property
    def payload(self) -> bytes:
        """The function's result, or the JSON of its error."""

    @property
    def function_error(self) -> str | None:
        """`Handled`, `Unhandled` or None."""


class Invoke(Protocol):
    """Invokes a function; raises if the function cannot be invoked at all.

    Cancelling the call gives up the answer.
    """

    def __call__(
        self, function_arn: str, payload: bytes, /, *, invocation_type: InvocationType = ...
    ) -> Awaitable[InvocationResult]:
        """Return the result of one event, for which the caller waits unless told otherwise."""
