"""The Lambda service: the functions that are deployed, and their invocation."""

import asyncio
import contextlib
import random
import tempfile
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path

from local_aws.lambda_service.deployed_functions import (
    DeployedFunctions,
    FunctionKey,
)
from local_aws.lambda_service.deployment_package import DeploymentPackages
from local_aws.lambda_service.errors import (
    LambdaServiceError,
    RequestTooLargeError,
    ServiceClosedError,
)
from local_aws.lambda_service.execution_environment import EnvironmentPlan
from local_aws.lambda_service.function_pool import FunctionPool, PoolEvents
from local_aws.lambda_service.guardian import Guardian, remove_tree
from local_aws.lambda_service.interpreters import Interpreters, PythonRuntime
from local_aws.lambda_service.invocation import (
    Invocation,
    InvocationOptions,
    InvocationResult,
    InvocationType,
    new_trace_id,
)
from local_aws.lambda_service.platforms import this_platform
from local_aws.lambda_service.settings import LambdaSettings
from local_aws.publication import Alias, Function

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
    ) -> None:
        """Set the service up; it starts no function yet.

        Args:
            settings: Where functions find their AWS, and how many may run.
            output: Is called with a function's name, and its version if that has a number, and one
                line of its log, without a line's end, at a time. What concerns a runtime as a whole
                is put out under the runtime's name.
            draw: Gives a random number from 0 to below 1, by which an alias chooses a version.
        """
        self._settings = settings
        self._output = output
        self._directory = Path(tempfile.mkdtemp(prefix="lambda-")).resolve()
        self._guardian = Guardian(self._directory)
        self._packages = DeploymentPackages(self._subdirectory("code"))
        self._interpreters = Interpreters(
            directory=self._subdirectory("runtimes"),
            cache_directory=settings.cache_directory / "runtimes",
            requirements=settings.requirements,
            notice=output,
        )
        self._environments = self._subdirectory("environments")
        self._draw = draw
        self._deployed = DeployedFunctions()
        self._pools: dict[FunctionKey, FunctionPool] = {}
        self._removed: list[FunctionPool] = []
        self._background: set[asyncio.Task[None]] = set()
        self._closing: asyncio.Task[None] | None = None

    def update(self, functions: Iterable[Function], aliases: Iterable[Alias] = ()) -> None:
        """Take over the functions that are deployed now, all of them at all of their versions.

        One whose code or configuration has changed gets fresh environments for whatever has not
        begun yet; what is at hand ends as it began. Code and Python of each are made ready in the
        background.
        """
        if self._closing is not None:
            return
        self._deployed = DeployedFunctions(functions, aliases)
        for key in self._pools.keys() - self._deployed.functions.keys():
            pool = self._pools.pop(key)
            pool.remove()
            self._removed.append(pool)
        self._removed = [pool for pool in self._removed if pool.process_count]
        for key, function in self._deployed.functions.items():
            known = self._pools.get(key)
            if known is not None and _same_environments(known.function, function):
                continue
            plan = self._plan(function)
            if known is None:
                events = PoolEvents(partial(self._may_start, key), self._capacity_freed)
                self._pools[key] = FunctionPool(plan, events)
            else:
                known.replace(plan)
            if key in self._deployed.reachable:
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
        pool = self._pools[target.choose(self._draw)]
        limit = _MAXIMUM_PAYLOAD_BYTES[invocation_type]
        if len(payload) > limit:
            raise RequestTooLargeError(
                f"{len(payload)} byte payload is too large for the {invocation_type} invocation "
                f"type (limit {limit} bytes)"
            )
        if invocation_type is InvocationType.DRY_RUN:
            return _NOTHING
        invocation = Invocation(
            function_arn=target.invoked_arn,
            payload=payload,
            result=asyncio.get_running_loop().create_future(),
            client_context=options.client_context,
            trace_id=options.trace_id or new_trace_id(),
            log=bytearray() if options.wants_log_tail else None,
        )
        if invocation_type is InvocationType.EVENT:
            self._run_in_background(self._run_event(pool, invocation))
            return _NOTHING
        return await pool.run(invocation, queue_seconds=self._settings.queue_seconds)

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
        pools = (*self._pools.values(), *self._removed)
        closing = [asyncio.create_task(pool.close()) for pool in pools]
        for task in self._background:
            task.cancel()
        await self._interpreters.close()
        await asyncio.gather(*closing, *self._background, return_exceptions=True)
        await self._packages.close()
        await asyncio.to_thread(self._guardian.close)
        await asyncio.to_thread(remove_tree, self._directory)

    def _subdirectory(self, name: str) -> Path:
        directory = self._directory / name
        directory.mkdir()
        return directory

    def _plan(self, function: Function) -> EnvironmentPlan:
        return EnvironmentPlan(
            function=function,
            settings=self._settings,
            directory=self._environments,
            prepare=partial(self._prepare, function),
            guardian=self._guardian,
            output=self._output,
        )

    async def _prepare(self, function: Function) -> tuple[PythonRuntime, Path]:
        runtime = await self._interpreters.runtime_for(function)
        package = await self._packages.unpacked(function)
        package.binaries.check(function, this_platform(runtime.version))
        return runtime, package.task_root

    async def _prepare_early(self, function: Function) -> None:
        """Make ready what an invocation would wait for; it meets an error itself."""
        with contextlib.suppress(LambdaServiceError):
            await self._prepare(function)

    def _run_in_background(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def _run_event(self, pool: FunctionPool, invocation: Invocation) -> None:
        """Run an invocation whose caller does not wait; AWS keeps it in a queue for hours."""
        try:
            await pool.run(invocation, queue_seconds=None)
        except LambdaServiceError as error:
            self._output(pool.function.name, f"An asynchronous invocation failed: {error}")

    def _may_start(self, key: FunctionKey) -> bool:
        """Tell whether there may be one more environment; if not, an idle one is given up."""
        pools = (*self._pools.values(), *self._removed)
        if sum(pool.process_count for pool in pools) < self._settings.maximum_environments:
            return True
        if any(pool.ending_count for pool in pools):
            return False
        idle = [
            (pool.idle_since, pool)
            for other, pool in self._pools.items()
            if other != key and pool.idle_since is not None
        ]
        if idle:
            min(idle, key=lambda each: each[0])[1].stop_longest_idle()
        return False

    def _capacity_freed(self) -> None:
        for pool in tuple(self._pools.values()):
            if pool.is_waiting:
                pool.advance()


def _same_environments(function: Function, other: Function) -> bool:
    """Tell whether environments of the one do for the other: permissions make no difference."""
    return replace(function, permissions=()) == replace(other, permissions=())
