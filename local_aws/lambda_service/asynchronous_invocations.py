"""Asynchronous invocations: accepted at once, tried again after failures, reported at the end.

See "How Lambda handles errors and retries with asynchronous invocation" in the AWS Lambda Developer
Guide.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from http import HTTPStatus
from typing import Final

from local_aws.lambda_service.deployed_functions import DeployedFunctions, Target
from local_aws.lambda_service.errors import (
    FunctionDisabledError,
    FunctionNotFound,
    LambdaServiceError,
    ServiceClosedError,
    TooManyRequestsError,
)
from local_aws.lambda_service.invocation import InvocationResult
from local_aws.lambda_service.runtime_state import error_payload
from local_aws.publication import EventInvokeConfig, Function
from local_aws.request_identifiers import new_request_id

_LONGEST_THROTTLE_DELAY_SECONDS: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class AsynchronousEvent:
    """An accepted invocation.

    Attributes:
        target: What is invoked.
        payload: The event as JSON.
        client_context: JSON in one line, if the caller gave some.
        trace_id: The X-Ray trace header.
        request_id: The same for every attempt.
        accepted_at: When it was accepted, on the event loop's clock.
    """

    target: Target
    payload: bytes
    client_context: str | None
    trace_id: str
    request_id: str = field(default_factory=new_request_id)
    accepted_at: float = field(default_factory=lambda: asyncio.get_running_loop().time())


class Condition(StrEnum):
    """Why there is no further attempt, as AWS's records of invocations name it."""

    SUCCESS = "Success"
    RETRIES_EXHAUSTED = "RetriesExhausted"
    EVENT_AGE_EXCEEDED = "EventAgeExceeded"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to run an event.

    Attributes:
        result: The function's result, or an error that describes why it did not run.
        status: What Invoke answers to that.
        is_last: Whether another one would be no use.
    """

    result: InvocationResult
    status: HTTPStatus = HTTPStatus.OK
    is_last: bool = False

    @property
    def has_run(self) -> bool:
        """Whether the function has seen the event."""
        return self.status is HTTPStatus.OK


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an event ended: after how many runs of the function, and with which attempt."""

    condition: Condition
    invoke_count: int
    attempt: Attempt


Run = Callable[[AsynchronousEvent, float], Awaitable[InvocationResult]]
"""Runs an event, which waits for its turn for so many seconds at most."""

Deliver = Callable[[AsynchronousEvent, Outcome, Function, EventInvokeConfig], Awaitable[None]]
"""Reports to destinations how an event of a function ended; raises nothing."""


class AsynchronousInvocations:
    """The events that are accepted and have not ended; each is worked on by a task of its own."""

    def __init__(
        self,
        run: Run,
        deliver: Deliver,
        *,
        deployed: Callable[[], DeployedFunctions],
        retry_delays_seconds: Sequence[float],
        output: Callable[[str, str], None],
    ) -> None:
        """Begin with no event.

        Args:
            run: Runs an event.
            deliver: Is called once for each event that ended.
            deployed: Returns what is deployed now.
            retry_delays_seconds: How long to wait after a function's first error, and after each
                later one.
            output: Is called with a function's name and what became of its event.
        """
        self._run = run
        self._deliver = deliver
        self._deployed = deployed
        self._retry_delays_seconds = retry_delays_seconds
        self._output = output
        self._tasks: set[asyncio.Task[None]] = set()

    def accept(self, event: AsynchronousEvent) -> None:
        """Take an event on."""
        task = asyncio.create_task(self._process(event))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Drop every event."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _process(self, event: AsynchronousEvent) -> None:
        config = self._deployed().event_invoke_config(event.target)
        try:
            outcome = await self._outcome(event, config)
        except (FunctionNotFound, ServiceClosedError):
            return  # with the function, AWS drops its events
        key = event.target.function_arn, outcome.attempt.result.executed_version
        function = self._deployed().functions.get(key)
        if function is None:
            return
        if outcome.condition is not Condition.SUCCESS:
            self._print(event, f"is given up: {outcome.condition}.")
        await self._deliver(event, outcome, function, config)

    async def _outcome(self, event: AsynchronousEvent, config: EventInvokeConfig) -> Outcome:
        clock = asyncio.get_running_loop().time
        expires_at = event.accepted_at + config.maximum_event_age_seconds
        invoke_count = throttle_count = 0
        while True:
            attempt = await self._attempt(event, expires_at - clock())
            invoke_count += attempt.has_run
            if attempt.result.function_error is None:
                return Outcome(Condition.SUCCESS, invoke_count, attempt)
            if attempt.is_last or invoke_count > config.maximum_retry_attempts:
                return Outcome(Condition.RETRIES_EXHAUSTED, invoke_count, attempt)
            if attempt.has_run:
                delays = self._retry_delays_seconds
                delay = delays[min(invoke_count, len(delays)) - 1]
                self._print(event, f"failed and is tried again in {delay:g} s.")
            else:
                delay = min(2**throttle_count, _LONGEST_THROTTLE_DELAY_SECONDS)
                throttle_count += 1
            await asyncio.sleep(min(delay, expires_at - clock()))
            if clock() >= expires_at:
                return Outcome(Condition.EVENT_AGE_EXCEEDED, invoke_count, attempt)

    async def _attempt(self, event: AsynchronousEvent, queue_seconds: float) -> Attempt:
        try:
            return Attempt(await self._run(event, queue_seconds))
        except (FunctionNotFound, ServiceClosedError):
            raise
        except LambdaServiceError as error:
            # AWS tries for hours whatever the error is; here only a throttled function gets better.
            throttled = isinstance(error, TooManyRequestsError)
            is_last = not throttled or isinstance(error, FunctionDisabledError)
            if is_last:
                self._print(event, f"failed: {error}")
            payload = error_payload(error.error_type, str(error))
            result = InvocationResult(payload, "Unhandled", event.target.version)
            return Attempt(result, error.status, is_last=is_last)

    def _print(self, event: AsynchronousEvent, what: str) -> None:
        name = event.target.function_arn.rpartition(":")[2]
        self._output(name, f"The asynchronous invocation {event.request_id} {what}")
