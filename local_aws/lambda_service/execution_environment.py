"""Execution environments: a process in which a function handles one event after another.

The life of one follows "Understanding the Lambda execution environment lifecycle" in the AWS Lambda
Developer Guide: it initializes, then waits and handles events in turn, until it is stopped, fails,
or runs into a timeout.
"""

import asyncio
import contextlib
import enum
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Protocol

from local_aws.deadlines import Deadline
from local_aws.lambda_service.environment_log import EnvironmentLog
from local_aws.lambda_service.environment_plan import EnvironmentPlan
from local_aws.lambda_service.environment_variables import Place, environment_variables
from local_aws.lambda_service.errors import (
    InvalidRuntimeError,
    LambdaServiceError,
    ServiceClosedError,
)
from local_aws.lambda_service.function_reference import short_name
from local_aws.lambda_service.guardian import remove_tree
from local_aws.lambda_service.initialization import (
    EXIT_ERROR,
    Failure,
    InitializationExited,
    InitializationFailed,
    InitializationTimedOut,
    NotStarted,
    error_of,
)
from local_aws.lambda_service.invocation import Invocation
from local_aws.lambda_service.log_lines import (
    Report,
    end_line,
    init_report_line,
    start_line,
    timed_out_line,
)
from local_aws.lambda_service.memory_limit import memory_limit
from local_aws.lambda_service.preparation import Preparation
from local_aws.lambda_service.process import RuntimeProcess, describe_exit
from local_aws.lambda_service.runtime_api import RuntimeApi
from local_aws.lambda_service.runtime_state import RuntimeEvent

_Timer = asyncio.TimerHandle | Deadline
_BOOTSTRAP = Path(__file__).with_name("bootstrap.py")
_EXPIRY_MARGIN_SECONDS = 60.0
_EXIT_STATUS = f"error\tError Type: {EXIT_ERROR}"


class EnvironmentState(enum.Enum):
    """Where an environment is in its life; it goes from idle to busy and back, then ends."""

    STARTING = enum.auto()
    IDLE = enum.auto()
    BUSY = enum.auto()
    STOPPED = enum.auto()


class EnvironmentObserver(Protocol):
    """Who wants to know when an environment changes."""

    def environment_idles(self, environment: "ExecutionEnvironment") -> None:
        """It can take an event."""

    def environment_stops(
        self, environment: "ExecutionEnvironment", failure: Failure | None
    ) -> None:
        """It takes no event any more, though its process may still be ending."""


class ExecutionEnvironment:
    """One environment. `run` is its whole life; the other methods act on it meanwhile."""

    def __init__(
        self,
        plan: EnvironmentPlan,
        observer: EnvironmentObserver,
        *,
        invocation: Invocation | None = None,
    ) -> None:
        """Plan an environment.

        Args:
            plan: What it is made of.
            observer: Is told of its changes.
            invocation: An event to initialize for, within whose timeout that has to happen; without
                one the limit of the Init phase applies.
        """
        self.state = EnvironmentState.STARTING
        self.idle_since = 0.0
        self._plan = plan
        self._function = plan.function
        self._name = short_name(plan.function)
        self._log = EnvironmentLog(plan)
        self._observer = observer
        self._invocation = invocation
        self._loop = asyncio.get_running_loop()
        self._runtime_api = RuntimeApi(self)
        self._process: RuntimeProcess | None = None
        self._timer: _Timer | None = None
        self._retiring = False
        self._phase_started_at = 0.0
        self._deadline_milliseconds = 0
        self._initialization_seconds: float | None = None

    @property
    def is_busy(self) -> bool:
        """Whether it has an event at hand."""
        return self._invocation is not None

    async def run(self) -> None:
        """Start the process, live until it ends, and leave nothing of it."""
        try:
            preparation = await self._plan.prepare()
            if self.state is EnvironmentState.STARTING:
                with _directory_below(self._plan.directory) as directory:
                    await self._live(preparation, directory)
        except LambdaServiceError as error:
            self._refuse(error)
        except OSError as error:
            problem = f"Function {self._name} could not be started: {error}"
            self._refuse(InvalidRuntimeError(problem))
        finally:
            self.stop()
            await self._runtime_api.close()

    def invoke(self, invocation: Invocation) -> bool:
        """Hand an event to an idle environment; False if its process turns out to have ended."""
        if self._plan.settings.cold_start_seconds and self._initialization_seconds is not None:
            self._invoke_late(invocation, self._plan.settings.cold_start_seconds)
            return True
        self._begin_event(invocation)
        if self._deliver(invocation):
            return True
        self._invocation = None
        self._stop()
        return False

    def retire(self) -> None:
        """Stop as soon as the event at hand is over; without one, at once."""
        self._retiring = True
        if self._invocation is None:
            self._stop()

    def stop(self) -> None:
        """Stop at once and refuse the event at hand."""
        if self._invocation is not None:
            self._invocation.refuse(ServiceClosedError("The Lambda service was stopped."))
            self._invocation = None
        self._stop()

    # What the runtime client does

    def runtime_waits(self) -> None:
        """Begin the event that initialization was for, or wait for one."""
        if self.state is EnvironmentState.STOPPED:
            return
        if self._invocation is not None:
            self._deliver(self._invocation)
            return
        if self.state is EnvironmentState.STARTING:
            self._cancel_timer()
            self._initialization_seconds = self._phase_seconds()
        if self._retiring:
            self._stop()
            return
        self.state = EnvironmentState.IDLE
        self.idle_since = self._loop.time()
        self._observer.environment_idles(self)

    def runtime_leaves(self) -> None:
        """Take no event any more: the process is ending."""
        self._stop()

    def runtime_responds(self, payload: bytes) -> None:
        """Answer the invocation."""
        if (invocation := self._invocation) is not None:
            self._end_event(invocation)
            invocation.succeed(payload, version=self._function.version)

    def runtime_fails(self, error: bytes) -> None:
        """Answer the invocation with an error; the environment goes on."""
        if (invocation := self._invocation) is not None:
            self._end_event(invocation)
            invocation.fail(error, version=self._function.version)

    def initialization_fails(self, error: bytes) -> None:
        """Stop, for a handler that cannot be loaded."""
        if self.state is not EnvironmentState.STARTING:
            return
        self._read_output()
        if self._invocation is not None:
            self.runtime_fails(error)
            self._stop()
            return
        self._print_platform_line(init_report_line(self._phase_seconds(), status="error"))
        self._stop(InitializationFailed(error))

    # What happens in between

    async def _live(self, preparation: Preparation, directory: Path) -> None:
        place = Place(
            runtime_api=await self._runtime_api.start(),
            task_root=preparation.task_root,
            layers=preparation.layers,
            runtime=preparation.runtime,
            credentials=preparation.session.credentials,
            directory=directory,
            log_stream=self._log.stream,
        )
        self._begin_initialization()
        with await self._runtime_api.connect() as connection:
            self._process = await RuntimeProcess.start(
                # -s: what the user has installed for themselves is not the function's.
                [place.runtime.executable, "-s", _BOOTSTRAP, self._function.handler, connection],
                directory=place.task_root,
                environment=environment_variables(self._function, self._plan.settings, place),
                print_line=self._print,
                guardian=self._plan.guardian,
            )
        if self.state is EnvironmentState.STOPPED:
            self._process.kill()
        with (
            self._retired_before(preparation.session.expires_at),
            memory_limit(self._process, self._function.memory_megabytes, self._print),
        ):
            self._exit(await self._process.wait())

    @contextlib.contextmanager
    def _retired_before(self, expires_at: float) -> Iterator[None]:
        """Retire in time for the event at hand to end before its credentials do."""
        seconds = expires_at - time.time() - self._function.timeout_seconds - _EXPIRY_MARGIN_SECONDS
        timer = self._loop.call_later(seconds, self.retire)
        try:
            yield
        finally:
            timer.cancel()

    def _begin_initialization(self) -> None:
        if self._invocation is not None:
            self._begin_event(self._invocation)
            return
        self._phase_started_at = time.perf_counter()
        limit = self._plan.settings.initialization_seconds
        self._timer = self._loop.call_later(limit, self._time_initialization_out)

    def _time_initialization_out(self) -> None:
        self._read_output()
        self._print(init_report_line(self._phase_seconds(), status="timeout"))
        self._stop(InitializationTimedOut())

    def _refuse(self, error: LambdaServiceError) -> None:
        """Stop, as there is nothing that could be started."""
        if self._invocation is None:
            self._stop(NotStarted(error))
            return
        self._invocation.refuse(error)
        self._invocation = None
        self._stop()

    def _invoke_late(self, invocation: Invocation, seconds: float) -> None:
        """Begin an event later; should the process end meanwhile, the event fails with it."""
        self.state = EnvironmentState.BUSY
        self._invocation = invocation
        self._print(f"Cold start takes {seconds:g} s longer, by --fault cold-start")
        self._initialization_seconds = (self._initialization_seconds or 0.0) + seconds
        self._timer = self._loop.call_later(seconds, self._begin_late, invocation)

    def _begin_late(self, invocation: Invocation) -> None:
        self._begin_event(invocation)
        self._deliver(invocation)

    def _begin_event(self, invocation: Invocation) -> None:
        self._invocation = invocation
        self._phase_started_at = time.perf_counter()
        timeout = self._function.timeout_seconds
        self._deadline_milliseconds = int((time.time() + timeout) * 1000)
        self._timer = self._plan.deadlines.set(timeout, partial(self._time_event_out, invocation))
        if self._log.shows_platform_lines(invocation):
            self._print_platform_line(start_line(invocation.request_id, self._function.version))

    def _deliver(self, invocation: Invocation) -> bool:
        self.state = EnvironmentState.BUSY
        return self._runtime_api.deliver(
            RuntimeEvent(
                invocation.request_id,
                self._deadline_milliseconds,
                invocation.function_arn,
                invocation.trace_id,
                invocation.client_context,
                invocation.payload,
            )
        )

    def _time_event_out(self, invocation: Invocation) -> None:
        seconds = self._function.timeout_seconds
        self._read_output()
        self._print(timed_out_line(invocation.request_id, seconds))
        description = f"Task timed out after {seconds:.2f} seconds"
        self._fail_event(invocation, "Sandbox.Timedout", description, status="timeout")
        self._stop()

    def _exit(self, process_status: int) -> None:
        description = describe_exit(process_status)
        if (invocation := self._invocation) is not None:
            self._print(f"RequestId: {invocation.request_id} Error: {description}")
            self._print(EXIT_ERROR)
            self._fail_event(invocation, EXIT_ERROR, description, status=_EXIT_STATUS)
        elif self.state is EnvironmentState.STARTING:
            self._print(description)
            line = init_report_line(self._phase_seconds(), status=_EXIT_STATUS)
            self._print_platform_line(line)
            self._stop(InitializationExited(description))
        self._stop()

    def _fail_event(
        self, invocation: Invocation, error_type: str, description: str, *, status: str
    ) -> None:
        self._end_event(invocation, status)
        error = error_of(invocation, error_type, description)
        invocation.fail(error, version=self._function.version)

    def _end_event(self, invocation: Invocation, status: str = "") -> None:
        """Write the last lines of the event at hand into the log, and let go of it."""
        self._cancel_timer()
        self._read_output()
        invocation.duration_seconds = self._phase_seconds()
        invocation.initialization_seconds = self._initialization_seconds
        if self._log.shows_platform_lines(invocation):
            self._print_platform_line(end_line(invocation.request_id))
            self._print_platform_line(self._report(invocation, status).line())
        self._initialization_seconds = None
        self._invocation = None

    def _report(self, invocation: Invocation, status: str) -> Report:
        peak = None if self._process is None else self._process.peak_memory_megabytes()
        return Report(
            request_id=invocation.request_id,
            duration_seconds=self._phase_seconds(),
            memory_megabytes=self._function.memory_megabytes,
            peak_memory_megabytes=peak,
            initialization_seconds=self._initialization_seconds,
            status=status,
        )

    def _phase_seconds(self) -> float:
        return time.perf_counter() - self._phase_started_at

    def _stop(self, failure: Failure | None = None) -> None:
        if self.state is EnvironmentState.STOPPED:
            return
        self.state = EnvironmentState.STOPPED
        self._cancel_timer()
        if self._process is not None:
            self._process.kill()
        self._observer.environment_stops(self, failure)

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _read_output(self) -> None:
        if self._process is not None:
            self._process.read_output()

    def _print(self, line: str) -> None:
        self._log.add(line, self._invocation)

    def _print_platform_line(self, line: str) -> None:
        self._log.add_platform_line(line, self._invocation)


@contextlib.contextmanager
def _directory_below(parent: Path) -> Iterator[Path]:
    """Make a directory for a while; what a function leaves in it may be read-only."""
    directory = Path(tempfile.mkdtemp(dir=parent))
    try:
        yield directory
    finally:
        remove_tree(directory)
