import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path

from local_aws.lambda_service.asynchronous_invocations import (
    AsynchronousEvent,
    AsynchronousInvocations,
    Condition,
    Outcome,
)
from local_aws.lambda_service.deployed_functions import DeployedFunctions
from local_aws.lambda_service.errors import (
    FunctionDisabledError,
    FunctionNotFound,
    InvalidRuntimeError,
    LambdaServiceError,
    ThrottleReason,
    TooManyRequestsError,
)
from local_aws.lambda_service.invocation import InvocationResult
from local_aws.publication import EventInvokeConfig, Function
from tests.local_aws.lambda_service.given import Output, function_of

ARN = "arn:aws:lambda:eu-west-1:123456789012:function:greeter"
SUCCESS = InvocationResult(b'"done"', None)
FAILURE = InvocationResult(b'{"errorMessage": "no"}', "Unhandled")
THROTTLED = TooManyRequestsError("Rate Exceeded.", reason=ThrottleReason.RESERVED_CONCURRENCY)
DISABLED = FunctionDisabledError("Rate Exceeded.", reason=ThrottleReason.RESERVED_CONCURRENCY)


@dataclass(slots=True)
class Queue:
    """A queue whose function answers what a test has set, and what it reported."""

    answers: list[InvocationResult | LambdaServiceError]
    deployed: DeployedFunctions
    runs: list[str] = field(default_factory=list)
    delivered: list[tuple[Outcome, Function, EventInvokeConfig]] = field(default_factory=list)
    output: Output = field(default_factory=Output)

    async def run(self, event: AsynchronousEvent, _queue_seconds: float) -> InvocationResult:
        self.runs.append(event.request_id)
        answer = self.answers[min(len(self.runs), len(self.answers)) - 1]
        if isinstance(answer, LambdaServiceError):
            raise answer
        return answer

    async def deliver(
        self,
        _event: AsynchronousEvent,
        outcome: Outcome,
        function: Function,
        config: EventInvokeConfig,
    ) -> None:
        self.delivered.append((outcome, function, config))


@asynccontextmanager
async def queue(
    function: Function,
    *answers: InvocationResult | LambdaServiceError,
    config: EventInvokeConfig | None = None,
    delay: float = 0.0,
) -> AsyncIterator[Queue]:
    """Have one event processed to its end."""
    configs = () if config is None else (config,)
    state = Queue(list(answers), DeployedFunctions([function], (), configs))
    invocations = AsynchronousInvocations(
        state.run,
        state.deliver,
        deployed=lambda: state.deployed,
        retry_delays_seconds=(delay,),
        output=state.output,
    )
    target = state.deployed.target("greeter")
    invocations.accept(
        AsynchronousEvent(target=target, payload=b"1", client_context=None, trace_id="")
    )
    await asyncio.gather(*invocations._tasks)
    yield state
    await invocations.close()


async def test_event_that_succeeds_is_reported_once(greeter: Function) -> None:
    async with queue(greeter, SUCCESS) as state:
        ((outcome, function, config),) = state.delivered
        assert outcome.condition is Condition.SUCCESS
        assert (outcome.invoke_count, outcome.attempt.result) == (1, SUCCESS)
        assert function is greeter
        assert config == EventInvokeConfig(f"{ARN}:$LATEST")
        assert state.output.lines == []


async def test_error_of_the_function_is_tried_again_twice_as_the_same_request(
    greeter: Function,
) -> None:
    async with queue(greeter, FAILURE) as state:
        assert len(state.runs) == 3
        assert len(set(state.runs)) == 1
        ((outcome, _, _),) = state.delivered
        assert outcome.condition is Condition.RETRIES_EXHAUSTED
        assert (outcome.invoke_count, outcome.attempt.result) == (3, FAILURE)
        (request_id,) = set(state.runs)
        retry = f"The asynchronous invocation {request_id} failed and is tried again in 0 s."
        end = f"The asynchronous invocation {request_id} is given up: RetriesExhausted."
        assert state.output.lines == [("greeter", line) for line in (retry, retry, end)]


async def test_event_that_succeeds_at_last_has_succeeded(greeter: Function) -> None:
    async with queue(greeter, FAILURE, SUCCESS) as state:
        ((outcome, _, _),) = state.delivered
        assert (outcome.condition, outcome.invoke_count) == (Condition.SUCCESS, 2)


async def test_retries_may_be_fewer(greeter: Function) -> None:
    config = EventInvokeConfig(f"{ARN}:$LATEST", maximum_retry_attempts=0)
    async with queue(greeter, FAILURE, config=config) as state:
        assert len(state.runs) == 1
        assert state.delivered[0][2] is config


async def test_event_that_has_waited_too_long_is_given_up(greeter: Function) -> None:
    config = EventInvokeConfig(f"{ARN}:$LATEST", maximum_event_age_seconds=0)
    async with queue(greeter, FAILURE, config=config, delay=60) as state:
        ((outcome, _, _),) = state.delivered
        assert (outcome.condition, outcome.invoke_count) == (Condition.EVENT_AGE_EXCEEDED, 1)


async def test_throttled_event_is_tried_again_and_counts_no_run(greeter: Function) -> None:
    async with queue(greeter, THROTTLED, SUCCESS) as state:
        ((outcome, _, _),) = state.delivered
        assert (outcome.condition, outcome.invoke_count) == (Condition.SUCCESS, 1)
        assert len(state.runs) == 2


async def test_event_of_a_disabled_function_is_given_up_at_once(greeter: Function) -> None:
    async with queue(greeter, DISABLED) as state:
        ((outcome, _, _),) = state.delivered
        assert (outcome.condition, outcome.invoke_count) == (Condition.RETRIES_EXHAUSTED, 0)
        assert outcome.attempt.status is HTTPStatus.TOO_MANY_REQUESTS
        assert json.loads(outcome.attempt.result.payload)["errorMessage"] == "Rate Exceeded."


async def test_function_that_cannot_run_here_is_told_and_not_tried_again(
    greeter: Function,
) -> None:
    async with queue(greeter, InvalidRuntimeError("it is Java")) as state:
        assert len(state.runs) == 1
        assert f"{state.runs[0]} failed: it is Java" in state.output.text()
        ((outcome, _, _),) = state.delivered
        assert outcome.attempt.status is HTTPStatus.BAD_GATEWAY


async def test_events_of_a_function_that_is_gone_are_dropped(greeter: Function) -> None:
    async with queue(greeter, FunctionNotFound("Function not found")) as state:
        assert state.delivered == []
    async with queue(greeter, SUCCESS._replace(executed_version="7")) as state:
        assert state.delivered == []


async def test_closing_drops_what_waits_for_its_next_attempt(tmp_path: Path) -> None:
    function = function_of(tmp_path)
    state = Queue([FAILURE], DeployedFunctions([function]))
    invocations = AsynchronousInvocations(
        state.run,
        state.deliver,
        deployed=lambda: state.deployed,
        retry_delays_seconds=(600.0,),
        output=state.output,
    )
    target = state.deployed.target("greeter")
    invocations.accept(
        AsynchronousEvent(target=target, payload=b"1", client_context=None, trace_id="")
    )
    await asyncio.sleep(0)
    await invocations.close()
    assert (len(state.runs), state.delivered) == (1, [])
