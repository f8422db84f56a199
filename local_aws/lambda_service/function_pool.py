"""The execution environments of one function, and the invocations that wait for one."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from local_aws.lambda_service.environment_plan import EnvironmentPlan
from local_aws.lambda_service.errors import (
    FunctionNotFound,
    LambdaServiceError,
    ServiceClosedError,
    ThrottleReason,
    TooManyRequestsError,
)
from local_aws.lambda_service.execution_environment import (
    EnvironmentState,
    ExecutionEnvironment,
)
from local_aws.lambda_service.initialization import (
    Failure,
    InitializationTimedOut,
    NotStarted,
)
from local_aws.lambda_service.invocation import Invocation, InvocationResult
from local_aws.publication import Function


@dataclass(frozen=True, slots=True)
class PoolEvents:
    """How a pool shares what there is with the pools of other functions.

    Attributes:
        may_start: Asks whether one more environment may be started now.
        capacity_freed: Says that an environment has become idle, or has ended.
    """

    may_start: Callable[[], bool]
    capacity_freed: Callable[[], None]


class FunctionPool:
    """Runs each invocation in an environment of its own, one event in one environment at a time.

    The environment that was idle last is used first, so that those beyond need end. If all are busy
    an invocation waits a moment for one before another is started, as most events take less time
    than that.
    """

    def __init__(self, plan: EnvironmentPlan, events: PoolEvents) -> None:
        self._plan = plan
        self._events = events
        self._loop = asyncio.get_running_loop()
        self._queue: deque[Invocation] = deque()
        self._environments: set[ExecutionEnvironment] = set()  # those that take events
        self._idle: list[ExecutionEnvironment] = []  # the longest idle one first
        self._awaited: dict[ExecutionEnvironment, asyncio.Future[Failure | None]] = {}
        self._lives: dict[asyncio.Task[None], ExecutionEnvironment] = {}
        self._scale_out_timer: asyncio.TimerHandle | None = None
        self._trim_timer: asyncio.TimerHandle | None = None

    @property
    def function(self) -> Function:
        """The function, as it is configured now."""
        return self._plan.function

    @property
    def process_count(self) -> int:
        """How many environments there are, with those that are just ending."""
        return len(self._lives)

    @property
    def ending_count(self) -> int:
        """How many of them take no event any more and are not busy with one."""
        return sum(life.state is EnvironmentState.STOPPED for life in self._lives.values())

    @property
    def concurrency(self) -> int:
        """How many invocations it is busy with, or has taken on."""
        waiting = sum(not invocation.result.done() for invocation in self._queue)
        return waiting + sum(life.is_busy for life in self._lives.values())

    @property
    def is_waiting(self) -> bool:
        """Whether an invocation waits for an environment."""
        return bool(self._queue)

    @property
    def idle_since(self) -> float | None:
        """When the longest idle environment became so, on the event loop's clock."""
        return self._idle[0].idle_since if self._idle else None

    async def run(self, invocation: Invocation, *, queue_seconds: float | None) -> InvocationResult:
        """Run an invocation and return its result.

        Cancelling this withdraws an invocation that still waits; one that has begun goes on.

        Raises:
            TooManyRequestsError: No environment took it within `queue_seconds`, None being ever.
            LambdaServiceError: The function cannot be run at all.
        """
        if not self._queue and self._hand_over(invocation):
            return await invocation.result
        invocation.queued_at = self._loop.time()
        self._queue.append(invocation)
        self._scale_out()
        deadline = None
        if queue_seconds is not None:
            deadline = self._plan.deadlines.set(queue_seconds, partial(self._give_up, invocation))
        try:
            return await invocation.result
        except asyncio.CancelledError:
            self._withdraw(invocation)
            raise
        finally:
            if deadline is not None:
                deadline.cancel()

    async def initialize(self) -> Failure | None:
        """Have an environment ready ahead of any event, or return why there is none."""
        if self._idle:
            return None
        awaited: asyncio.Future[Failure | None] = self._loop.create_future()
        self._awaited[self._start()] = awaited
        return await awaited

    def replace(self, plan: EnvironmentPlan) -> None:
        """Run the function as it is configured now; events at hand end as they began."""
        self._plan = plan
        self._retire_all()
        self.advance()

    def remove(self) -> None:
        """Refuse what waits; events at hand end as they began."""
        error = FunctionNotFound(f"Function not found: {self.function.arn}")
        self._refuse_all(error)
        self._retire_all()

    def advance(self) -> None:
        """Hand waiting invocations to idle environments, and start more if they take too long."""
        while self._queue and self._idle:
            invocation = self._queue.popleft()
            if not invocation.result.done() and not self._hand_over(invocation):
                self._queue.appendleft(invocation)
        self._scale_out()

    def stop_longest_idle(self) -> None:
        """Give up the environment that has been idle for longest."""
        self._idle[0].stop()

    async def close(self) -> None:
        """Refuse every invocation, end every process, and wait until they have ended."""
        self._refuse_all(_stopped())
        self._cancel_scale_out()
        if self._trim_timer is not None:
            self._trim_timer.cancel()
        for environment in tuple(self._lives.values()):
            environment.stop()
        await asyncio.gather(*self._lives, return_exceptions=True)

    # What environments tell

    def environment_idles(self, environment: ExecutionEnvironment) -> None:
        """Use it for what waits, or keep it for a while."""
        self._resolve(environment, None)
        self._idle.append(environment)
        self.advance()
        if environment.state is EnvironmentState.IDLE:
            if self._trim_timer is None:
                self._trim()
            self._events.capacity_freed()

    def environment_stops(self, environment: ExecutionEnvironment, failure: Failure | None) -> None:
        """Count it out; a failure to start is the result of the invocation that waits longest."""
        self._resolve(environment, failure or NotStarted(_stopped()))
        self._environments.discard(environment)
        self._cancel_scale_out()
        with contextlib.suppress(ValueError):
            self._idle.remove(environment)
        if failure is not None and (invocation := self._next_waiting()) is not None:
            if isinstance(failure, InitializationTimedOut):
                self._start(invocation)
            else:
                failure.answer(invocation, self.function)
        self.advance()

    # What happens in between

    def _hand_over(self, invocation: Invocation) -> bool:
        """Give an invocation to the environment that was idle last; False if there is none."""
        while self._idle:
            if self._idle.pop().invoke(invocation):
                return True
        return False

    def _next_waiting(self) -> Invocation | None:
        invocation = self._longest_waiting()
        if invocation is not None:
            self._queue.popleft()
        return invocation

    def _scale_out(self) -> None:
        """Start an environment if the invocation that waits longest has waited long enough.

        How long that is grows with the environments that there are: a burst is over before that,
        and handlers that wait for something have as many as there may be within a moment.
        """
        if self._scale_out_timer is not None:
            return
        while (longest := self._longest_waiting()) is not None and self._may_start():
            delay = len(self._environments) * self._plan.settings.scale_out_delay_seconds
            due = longest.queued_at + delay
            if due > self._loop.time():
                self._scale_out_timer = self._loop.call_at(due, self._scale_out_later)
                return
            self._start()

    def _longest_waiting(self) -> Invocation | None:
        while self._queue and self._queue[0].result.done():
            self._queue.popleft()
        return self._queue[0] if self._queue else None

    def _may_start(self) -> bool:
        """Tell whether there may be one more, which an invocation waits for."""
        if self.process_count >= self._plan.settings.maximum_environments_per_function:
            return False
        starting = sum(each.state is EnvironmentState.STARTING for each in self._environments)
        return starting < len(self._queue) and self._events.may_start()

    def _scale_out_later(self) -> None:
        self._scale_out_timer = None
        self.advance()

    def _cancel_scale_out(self) -> None:
        """Forget when to scale out, as there are fewer environments than when that was set."""
        if self._scale_out_timer is not None:
            self._scale_out_timer.cancel()
            self._scale_out_timer = None

    def _resolve(self, environment: ExecutionEnvironment, failure: Failure | None) -> None:
        """Tell who waits for an environment's initialization how it went."""
        awaited = self._awaited.pop(environment, None)
        if awaited is not None and not awaited.done():
            awaited.set_result(failure)

    def _start(self, invocation: Invocation | None = None) -> ExecutionEnvironment:
        environment = ExecutionEnvironment(self._plan, self, invocation=invocation)
        self._environments.add(environment)
        life = self._loop.create_task(environment.run())
        self._lives[life] = environment
        life.add_done_callback(self._end_life)
        return environment

    def _end_life(self, life: asyncio.Task[None]) -> None:
        del self._lives[life]
        if not life.cancelled() and (error := life.exception()) is not None:
            self._refuse_all(LambdaServiceError(f"Function {self.function.name} failed: {error}"))
            message = f"An execution environment of {self.function.name} failed"
            self._loop.call_exception_handler({"message": message, "exception": error})
        self.advance()
        self._events.capacity_freed()

    def _retire_all(self) -> None:
        environments = tuple(self._environments)
        self._environments.clear()
        self._cancel_scale_out()
        for environment in environments:
            environment.retire()

    def _refuse_all(self, error: LambdaServiceError) -> None:
        while (invocation := self._next_waiting()) is not None:
            invocation.refuse(error)

    def _withdraw(self, invocation: Invocation) -> bool:
        try:
            self._queue.remove(invocation)
        except ValueError:
            return False
        return True

    def _give_up(self, invocation: Invocation) -> None:
        if self._withdraw(invocation):
            maximum = self._plan.settings.maximum_environments_per_function
            invocation.refuse(
                TooManyRequestsError(
                    f"Rate Exceeded: function {self.function.name} is busy in each of its "
                    f"execution environments, of which it may have {maximum}.",
                    reason=ThrottleReason.CONCURRENCY,
                )
            )

    def _trim(self) -> None:
        """Stop what has been idle for too long, but the last environment of the function."""
        self._trim_timer = None
        limit = self._plan.settings.idle_seconds
        while len(self._idle) > 1:
            due = self._idle[0].idle_since + limit
            if due > self._loop.time():
                self._trim_timer = self._loop.call_at(due, self._trim)
                return
            self.stop_longest_idle()


def _stopped() -> ServiceClosedError:
    return ServiceClosedError("The execution environment was stopped before it was ready.")
