"""How the gateway has a Lambda function invoked."""

from collections.abc import Awaitable
from functools import partial
from typing import Protocol

from local_aws.api_gateway.monitoring.event_record import EventRecord
from local_aws.lambda_service.invocation import InvocationOptions, InvocationType


class InvocationResult(Protocol):
    """What a function gave back.

    `function_error` is None if it returned, `initialization_seconds` if its environment had handled
    an event before.
    """

    @property
    def payload(self) -> bytes:
        """The function's result, or the JSON of its error."""

    @property
    def function_error(self) -> str | None:
        """`Handled`, `Unhandled` or None."""

    @property
    def initialization_seconds(self) -> float | None:
        """How long the environment took to initialize for it."""


class Invoke(Protocol):
    """Invokes a function; raises if the function cannot be invoked at all.

    Cancelling the call gives up the answer.
    """

    def __call__(
        self,
        function_arn: str,
        payload: bytes,
        /,
        *,
        invocation_type: InvocationType = ...,
        options: InvocationOptions = ...,
    ) -> Awaitable[InvocationResult]:
        """Return the result of one event, for which the caller waits unless told otherwise."""


async def invoke_for(
    record: EventRecord,
    invoke: Invoke,
    function_arn: str,
    payload: bytes,
    *,
    invocation_type: InvocationType = InvocationType.REQUEST_RESPONSE,
) -> InvocationResult:
    """Invoke a function for an event, and note in its record what is to be known of that."""
    run = record.begin_run(function_arn)
    options = InvocationOptions(take_line=partial(record.take_line, run))
    result = await invoke(function_arn, payload, invocation_type=invocation_type, options=options)
    run.initialization_seconds = result.initialization_seconds
    return result
