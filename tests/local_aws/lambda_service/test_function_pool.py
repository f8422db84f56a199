import asyncio
import os
import signal
from pathlib import Path

import pytest

from local_aws.lambda_service.errors import InvalidRuntimeError, TooManyRequestsError
from local_aws.lambda_service.execution_environment import ExecutionEnvironment
from tests.local_aws.lambda_service.given import (
    ECHO,
    WHO_AM_I,
    Running,
    function_of,
    is_alive,
    running,
    wait_until,
)

HOLD = """
    import os
    import pathlib
    import time

    def handler(event, context):
        print("begun")
        while not pathlib.Path(event).exists():
            time.sleep(0.005)
        return os.getpid()
"""


async def hold(serving: Running, gate: Path, *, count: int) -> list[asyncio.Task[int]]:
    """Keep environments busy until the gate exists."""
    calls = [asyncio.create_task(serving.value(str(gate))) for _ in range(count)]
    await serving.output.until("begun", count=count)
    return calls


async def test_parallel_invocations_have_environments_of_their_own(tmp_path: Path) -> None:
    async with running(tmp_path, function_of(tmp_path, HOLD)) as serving:
        calls = await hold(serving, tmp_path / "gate", count=2)
        (tmp_path / "gate").touch()
        assert len(set(await asyncio.gather(*calls))) == 2


async def test_environment_that_was_idle_last_is_used_first(tmp_path: Path) -> None:
    async with running(tmp_path, function_of(tmp_path, HOLD)) as serving:
        (pool,) = serving.service._pools
        calls = await hold(serving, tmp_path / "gate", count=2)
        (tmp_path / "gate").touch()
        await asyncio.gather(*calls)
        used = set()
        for _ in range(4):
            await asyncio.to_thread(wait_until, lambda: len(pool._idle) == 2)
            used.add(await serving.value(str(tmp_path / "gate")))
        assert len(used) == 1


async def test_short_events_share_an_environment(tmp_path: Path) -> None:
    async with running(
        tmp_path, function_of(tmp_path, WHO_AM_I), scale_out_delay_seconds=30
    ) as serving:
        assert len(set(await asyncio.gather(*(serving.value() for _ in range(50))))) == 1


async def test_invocation_waits_no_longer_than_the_environment_that_it_waits_for(
    tmp_path: Path,
) -> None:
    source = """
        import os, time

        def handler(event, context):
            while event and not os.path.exists(event):
                time.sleep(0.01)
            if event:
                os._exit(1)
            return "served"
    """
    function = function_of(tmp_path, source)
    async with running(tmp_path, function, scale_out_delay_seconds=600) as serving:
        await serving.service.initialize(function.arn)
        ending = asyncio.create_task(serving.error(str(tmp_path / "gate")))
        await asyncio.sleep(0)
        waiting = asyncio.create_task(serving.value())
        await asyncio.sleep(0.1)
        assert not waiting.done()
        (tmp_path / "gate").touch()
        assert (await ending)["errorType"] == "Runtime.ExitError"
        assert await waiting == "served"


async def test_invocation_does_not_wait_for_code_that_was_replaced(tmp_path: Path) -> None:
    function = function_of(tmp_path, HOLD)
    async with running(tmp_path, function, scale_out_delay_seconds=600) as serving:
        (before,) = await hold(serving, tmp_path / "gate", count=1)
        waiting = asyncio.create_task(serving.value("the new code does not wait"))
        await asyncio.sleep(0.1)
        assert not waiting.done()
        serving.service.update([function_of(tmp_path)])
        assert await waiting == "the new code does not wait"
        (tmp_path / "gate").touch()
        await before


async def test_invocations_beyond_the_cap_of_a_function_wait(tmp_path: Path) -> None:
    function = function_of(tmp_path, HOLD)
    async with running(tmp_path, function, maximum_environments_per_function=2) as serving:
        calls = await hold(serving, tmp_path / "gate", count=2)
        calls += [asyncio.create_task(serving.value(str(tmp_path / "gate"))) for _ in range(4)]
        await asyncio.sleep(0.1)
        assert serving.output.text().count("begun") == 2
        (tmp_path / "gate").touch()
        assert len(set(await asyncio.gather(*calls))) == 2


async def test_invocation_that_waits_for_too_long_is_refused(tmp_path: Path) -> None:
    function = function_of(tmp_path, HOLD)
    async with running(
        tmp_path, function, maximum_environments_per_function=1, queue_seconds=0.5
    ) as serving:
        # On a busy machine its environment takes longer to start than an event may wait.
        await serving.service.initialize(function.arn)
        (call,) = await hold(serving, tmp_path / "gate", count=1)
        with pytest.raises(TooManyRequestsError, match="function greeter is busy"):
            await serving.call(str(tmp_path / "gate"))
        (tmp_path / "gate").touch()
        await call
        assert serving.output.text().count("begun") == 1


async def test_invocation_that_is_withdrawn_does_not_begin(tmp_path: Path) -> None:
    function = function_of(tmp_path, HOLD)
    async with running(tmp_path, function, maximum_environments_per_function=1) as serving:
        (call,) = await hold(serving, tmp_path / "gate", count=1)
        waiting = asyncio.create_task(serving.value(str(tmp_path / "gate")))
        await asyncio.sleep(0)
        waiting.cancel()
        (tmp_path / "gate").touch()
        await call
        await serving.value(str(tmp_path / "gate"))
        assert serving.output.text().count("begun") == 2


async def test_function_that_needs_an_environment_takes_an_idle_one_of_another(
    tmp_path: Path,
) -> None:
    functions = (
        function_of(tmp_path, WHO_AM_I),
        function_of(tmp_path, WHO_AM_I, name="other"),
    )
    async with running(tmp_path, *functions, maximum_environments=1) as serving:
        first = await serving.value()
        second = await serving.value(function="other")
        assert not is_alive(first)
        await serving.value()
        assert not is_alive(second)


async def test_function_waits_while_others_are_busy_in_every_environment(tmp_path: Path) -> None:
    functions = (function_of(tmp_path, HOLD), function_of(tmp_path, ECHO, name="echo"))
    async with running(tmp_path, *functions, maximum_environments=2) as serving:
        calls = await hold(serving, tmp_path / "gate", count=2)
        waiting = asyncio.create_task(serving.value("hello", function="echo"))
        await asyncio.sleep(0.1)
        assert not waiting.done()
        (tmp_path / "gate").touch()
        await asyncio.gather(*calls)
        assert await waiting == "hello"


async def test_environments_that_stay_idle_end_but_the_last(tmp_path: Path) -> None:
    async with running(tmp_path, function_of(tmp_path, HOLD), idle_seconds=0.2) as serving:
        calls = await hold(serving, tmp_path / "gate", count=3)
        (pool,) = serving.service._pools
        (tmp_path / "gate").touch()
        process_ids = set(await asyncio.gather(*calls))
        await asyncio.to_thread(wait_until, lambda: pool.process_count == 1)
        await asyncio.sleep(0.3)
        (left,) = filter(is_alive, process_ids)
        assert await serving.value(str(tmp_path / "gate")) == left


async def test_every_waiting_invocation_gets_the_error_of_a_start(tmp_path: Path) -> None:
    async with running(tmp_path, function_of(tmp_path, runtime="nodejs22.x")) as serving:
        outcomes = await asyncio.gather(*(serving.call() for _ in range(3)), return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [InvalidRuntimeError] * 3
        assert "Function greeter has the runtime 'nodejs22.x'" in str(outcomes[0])


async def test_fault_of_ours_is_reported_and_refuses_what_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reported: list[BaseException] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: reported.append(context["exception"]))

    async def fail(_environment: ExecutionEnvironment) -> None:
        raise ZeroDivisionError

    async with running(tmp_path, function_of(tmp_path)) as serving:
        monkeypatch.setattr(ExecutionEnvironment, "run", fail)
        with pytest.raises(Exception, match="Function greeter failed"):
            await serving.call()
        assert [type(error) for error in reported] == [ZeroDivisionError]


async def test_event_for_a_process_that_has_just_ended_fails(tmp_path: Path) -> None:
    async with running(tmp_path, function_of(tmp_path, WHO_AM_I)) as serving:
        first = await serving.value()
        (pool,) = serving.service._pools
        await asyncio.to_thread(wait_until, lambda: pool.idle_since is not None)
        os.kill(first, signal.SIGKILL)
        # Invoked before the event loop comes round to learn of it.
        assert (await serving.error())["errorType"] == "Runtime.ExitError"
        assert await serving.value() != first


async def test_environment_that_waits_no_more_is_passed_over(tmp_path: Path) -> None:
    async with running(tmp_path, function_of(tmp_path, WHO_AM_I)) as serving:
        first = await serving.value()
        (pool,) = serving.service._pools
        await asyncio.to_thread(wait_until, lambda: pool.idle_since is not None)
        (environment,) = pool._environments
        assert environment._runtime_api._state._waiting is not None
        environment._runtime_api._state._waiting = None
        assert await serving.value() != first
