"""The Lambda service: the functions that are deployed, and their invocation."""

import asyncio
import contextlib
import random
import tempfile
from collections.abc import Callable, Coroutine, Iterable
from functools import partial
from pathlib import Path

from local_aws.aws_client import AwsClient
from local_aws.credentials import Credentials
from local_aws.deadlines import Deadlines
from local_aws.http1.client import HttpClient
from local_aws.lambda_service.asynchronous_invocations import (
    AsynchronousEvent,
    AsynchronousInvocations,
)
from local_aws.lambda_service.deployed_functions import (
    DeployedFunctions,
    Target,
)
from local_aws.lambda_service.destinations import Destinations
from local_aws.lambda_service.environment_plan import EnvironmentPlan
from local_aws.lambda_service.errors import (
    LambdaServiceError,
    RequestTooLargeError,
    ServiceClosedError,
    TooManyRequestsError,
)
from local_aws.lambda_service.function_pools import FunctionPools
from local_aws.lambda_service.guardian import Guardian, remove_tree
from local_aws.lambda_service.invocation import (
    Invocation,
    InvocationOptions,
    InvocationResult,
    InvocationType,
    new_trace_id,
)
from local_aws.lambda_service.preparation import Preparations, RoleSessions
from local_aws.lambda_service.settings import LambdaSettings
from local_aws.lambda_service.telemetry import NO_TELEMETRY, Telemetry
from local_aws.publication import Alias, EventInvokeConfig, Function
from local_aws.role_credentials import RoleCredentials

_MAXIMUM_PAYLOAD_BYTES = {
    InvocationType.REQUEST_RESPONSE: 6_291_456,
    InvocationType.EVENT: 1_048_576,
    InvocationType.DRY_RUN: 6_291_456,
}
_NO_OPTIONS = InvocationOptions()
_NOTHING = InvocationResult(b"", None)


class LambdaService:
    """Runs functions in processes of this machine.

    It has a working directory and a guardian process from the start, so `close` must be called.
    Everything else belongs to the event loop that first invokes it.
    """

    def __init__(
        self,
        settings: LambdaSettings,
        output: Callable[[str, str], None],
        *,
        draw: Callable[[], float] = random.random,
        role_sessions: RoleSessions | None = None,
        telemetry: Telemetry = NO_TELEMETRY,
    ) -> None:
        """Set the service up; it starts no function yet.

        Args:
            settings: Where functions find their AWS, and how many may run.
            output: Is called with a function's name, and its version if that has a number, and one
                line of its log, without a line's end, at a time. What concerns a runtime as a whole
                is put out under the runtime's name.
            draw: Gives a random number from 0 to below 1, by which an alias chooses a version.
            role_sessions: Assumes the functions' roles; by default at the AWS of the settings.
            telemetry: Counts invocations, and takes each line of a function's log as the output
                does.
        """
        self._settings = settings
        self._output = output
        self._directory = Path(tempfile.mkdtemp(prefix="lambda-")).resolve()
        self._guardian = Guardian(self._directory)
        self._http = HttpClient()
        client = AwsClient(self._http, endpoint_url=settings.aws_endpoint_url)
        self._preparations = Preparations(
            settings,
            role_sessions or RoleCredentials(client, region=settings.region),
            directory=self._directory,
            notice=output,
        )
        self._deadlines = Deadlines()
        self._environments = self._directory / "environments"
        self._environments.mkdir()
        self._asynchronous = AsynchronousInvocations(
            self._run_event,
            Destinations(client, self._credentials_of, output).deliver,
            deployed=lambda: self._deployed,
            retry_delays_seconds=settings.asynchronous_retry_delays_seconds,
            output=output,
        )
        self._draw = draw
        self._telemetry = telemetry
        self._deployed = DeployedFunctions()
        self._pools = FunctionPools(self._plan, maximum_environments=settings.maximum_environments)
        self._background: set[asyncio.Task[None]] = set()
        self._closing: asyncio.Task[None] | None = None

    def update(
        self,
        functions: Iterable[Function],
        aliases: Iterable[Alias] = (),
        event_invoke_configs: Iterable[EventInvokeConfig] = (),
    ) -> None:
        """Take over the functions that are deployed now, all of them at all of their versions.

        One whose code or configuration has changed gets fresh environments for whatever has not
        begun yet; what is at hand ends as it began. Code and Python of each are made ready in the
        background.
        """
        if self._closing is not None:
            return
        self._deployed = DeployedFunctions(functions, aliases, event_invoke_configs)
        for function in self._pools.update(self._deployed.functions):
            if self._deployed.is_reachable(function):
                self._run_in_background(self._prepare_early(function))

    async def invoke(
        self,
        function_arn: str,
        payload: bytes,
        *,
        invocation_type: InvocationType = InvocationType.REQUEST_RESPONSE,
        options: InvocationOptions = _NO_OPTIONS,
    ) -> InvocationResult:
        """Invoke a function.

        An error that the function makes is a result. Cancelling this withdraws an invocation that
        waits for an environment; one that has begun goes on, as it does on AWS.

        Args:
            function_arn: The function's ARN or name. It may end in a qualifier: `$LATEST`, which
                is also meant without one, the number of a version, or an alias.
            payload: The event as JSON.
            invocation_type: `EVENT` returns an empty result at once and runs the function in the
                background, `DRY_RUN` only checks that there is one.
            options: What else there is to say.

        Raises:
            FunctionNotFound: There is no such function, or it has no such version or alias.
            RequestTooLargeError: The payload exceeds AWS's limit for the invocation type.
            TooManyRequestsError: Every environment stayed busy while the invocation could wait.
            LambdaServiceError: The function cannot be run, or the service was closed.
        """
        if self._closing is not None:
            raise ServiceClosedError("The Lambda service was stopped.")
        target = self._deployed.target(function_arn)
        limit = _MAXIMUM_PAYLOAD_BYTES[invocation_type]
        if len(payload) > limit:
            raise RequestTooLargeError(
                f"{len(payload)} byte payload is too large for the {invocation_type} invocation "
                f"type (limit {limit} bytes)"
            )
        if invocation_type is InvocationType.DRY_RUN:
            return _NOTHING
        trace_id = options.trace_id or new_trace_id()
        if invocation_type is InvocationType.EVENT:
            self._asynchronous.accept(
                AsynchronousEvent(
                    target=target,
                    payload=payload,
                    client_context=options.client_context,
                    trace_id=trace_id,
                )
            )
            return _NOTHING
        invocation = Invocation(
            function_arn=target.invoked_arn,
            payload=payload,
            result=asyncio.get_running_loop().create_future(),
            client_context=options.client_context,
            trace_id=trace_id,
            log=bytearray() if options.wants_log_tail else None,
            take_line=options.take_line,
        )
        return await self._run(target, invocation, self._settings.queue_seconds)

    async def initialize(self, function_arn: str) -> None:
        """Have an environment of each version that a name stands for ready ahead of any event.

        Raises:
            FunctionNotFound: There is no such function.
            FunctionInitializationError: Its handler cannot be loaded; the message says why.
            LambdaServiceError: The function cannot be run, or the service was closed.
        """
        if self._closing is not None:
            raise ServiceClosedError("The Lambda service was stopped.")
        for key in self._deployed.target(function_arn).keys:
            pool = self._pools[key]
            failure = await pool.initialize()
            if failure is not None:
                raise failure.as_error(pool.function)

    async def close(self) -> None:
        """End every process and remove every file; invocations are refused from now on.

        It may be called at any time, and again. Cancelled, it goes on in the background.
        """
        if self._closing is None:
            self._closing = asyncio.create_task(self._close())
        await asyncio.shield(self._closing)

    async def _close(self) -> None:
        closing = asyncio.create_task(self._pools.close())
        for task in self._background:
            task.cancel()
        await self._asynchronous.close()
        await self._preparations.close()
        await asyncio.gather(closing, *self._background, return_exceptions=True)
        await self._http.close()
        await asyncio.to_thread(self._guardian.close)
        await asyncio.to_thread(remove_tree, self._directory)

    def _plan(self, function: Function) -> EnvironmentPlan:
        return EnvironmentPlan(
            function=function,
            settings=self._settings,
            directory=self._environments,
            prepare=partial(self._preparations.prepare, function),
            deadlines=self._deadlines,
            guardian=self._guardian,
            output=self._output,
            log=self._telemetry.log,
        )

    async def _prepare_early(self, function: Function) -> None:
        """Make ready what an invocation would wait for; it meets an error itself."""
        with contextlib.suppress(LambdaServiceError):
            await self._preparations.prepare(function)

    def _run_in_background(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def _run(
        self, target: Target, invocation: Invocation, queue_seconds: float
    ) -> InvocationResult:
        key = target.choose(self._draw)
        metrics = self._telemetry.metrics
        if metrics is not None:
            invocation.on_end = partial(metrics.count_ending, target)
        try:
            self._pools.check_concurrency(self._deployed.functions[key])
            return await self._pools[key].run(invocation, queue_seconds=queue_seconds)
        except TooManyRequestsError:
            if metrics is not None:
                metrics.count_throttle(target)
            raise

    async def _run_event(self, event: AsynchronousEvent, queue_seconds: float) -> InvocationResult:
        invocation = Invocation(
            function_arn=event.target.invoked_arn,
            payload=event.payload,
            result=asyncio.get_running_loop().create_future(),
            client_context=event.client_context,
            trace_id=event.trace_id,
            request_id=event.request_id,
        )
        # Whatever the name stands for now, which need not be what it stood for at first.
        target = self._deployed.target(event.target.invoked_arn)
        return await self._run(target, invocation, queue_seconds)

    async def _credentials_of(self, function: Function) -> Credentials:
        return (await self._preparations.session_of(function)).credentials
