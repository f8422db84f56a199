"""A function that does harm, beside one that does none: real processes over real sockets."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from local_aws.lambda_service.invocation import InvocationResult
from tests.local_aws.lambda_service.given import Running, function_of, running, wait_until_gone


@asynccontextmanager
async def beside_another(
    tmp_path: Path, source: str, *, timeout_seconds: int = 20, memory_megabytes: int = 256
) -> AsyncIterator[Running]:
    """Run a function that does harm when it is given an event that is true; `greeter` is another.

    What it is to do is `harm`; what it answers is the id of its process.
    """
    handler = """
    import os, subprocess, sys, time

    def handler(event, context):
        if event:
            harm()
        return os.getpid()
    """
    harmful = function_of(
        tmp_path,
        source + handler,
        name="harmful",
        timeout_seconds=timeout_seconds,
        memory_megabytes=memory_megabytes,
    )
    async with running(tmp_path, function_of(tmp_path), harmful) as serving:
        assert await serving.value("ready") == "ready"
        await serving.value(function="harmful")
        yield serving


async def harmed(serving: Running) -> InvocationResult:
    """Let the function do its harm; the other one goes on meanwhile, and itself afterwards."""
    doing = asyncio.create_task(serving.call(1, function="harmful"))
    for number in range(20):
        assert await serving.value(number) == number
    result = await doing
    await serving.value(function="harmful")
    assert await serving.value("still here") == "still here"
    return result


def error_of(result: InvocationResult) -> str:
    assert result.function_error == "Unhandled", result.payload
    return str(result.payload)


async def test_megabyte_of_lines_is_printed_whole(tmp_path: Path) -> None:
    source = """
    def harm():
        for number in range(16_384):
            print(f"{number:063}")
    """
    async with beside_another(tmp_path, source) as serving:
        result = await harmed(serving)
        assert result.function_error is None
        lines = [line for name, line in serving.output.lines if name == "harmful"]
        assert [line for line in lines if len(line) == 63] == [f"{n:063}" for n in range(16_384)]


async def test_flood_of_stderr_lasts_no_longer_than_its_event(tmp_path: Path) -> None:
    source = """
    def harm():
        while True:
            os.write(2, b"x" * 99 + b"\\n")
    """
    async with beside_another(tmp_path, source, timeout_seconds=1) as serving:
        assert "Sandbox.Timedout" in error_of(await harmed(serving))


async def test_child_that_stays_is_no_hindrance_and_ends_with_its_environment(
    tmp_path: Path,
) -> None:
    source = """
    def harm():
        child = os.fork()
        if not child:
            time.sleep(600)
        print("child", child, flush=True)
    """
    async with beside_another(tmp_path, source) as serving:
        assert (await harmed(serving)).function_error is None
        child = int(serving.output.text().partition("child ")[2].split()[0])
    wait_until_gone(child)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells whose it is")
async def test_child_that_leaves_its_group_ends_with_the_service(tmp_path: Path) -> None:
    source = """
    def harm():
        command = [sys.executable, "-c", "import time; time.sleep(600)"]
        child = subprocess.Popen(command, start_new_session=True)
        print("child", child.pid, flush=True)
    """
    async with beside_another(tmp_path, source) as serving:
        assert (await harmed(serving)).function_error is None
        child = int(serving.output.text().partition("child ")[2].split()[0])
    wait_until_gone(child)


async def test_exit_within_an_event_fails_it_alone(tmp_path: Path) -> None:
    source = """
    def harm():
        os._exit(3)
    """
    async with beside_another(tmp_path, source) as serving:
        assert "exit status 3" in error_of(await harmed(serving))


async def test_event_that_never_returns_ends_with_the_timeout(tmp_path: Path) -> None:
    source = """
    import signal

    def harm():
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        while True:
            pass
    """
    async with beside_another(tmp_path, source, timeout_seconds=1) as serving:
        assert "Task timed out after 1.00 seconds" in error_of(await harmed(serving))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says how much memory is held")
async def test_more_memory_than_it_has_ends_the_process_as_on_aws(tmp_path: Path) -> None:
    source = """
    def harm():
        held = []
        while True:
            held.append(b"x" * 1024**2)
            time.sleep(0.001)
    """
    async with beside_another(tmp_path, source, memory_megabytes=128) as serving:
        error = error_of(await harmed(serving))
        assert "Runtime.ExitError" in error
        assert "Runtime exited with error: signal: killed" in error
        assert "MB of memory, and has 128 MB" in serving.output.text()


async def test_outputs_that_are_closed_are_missed_by_nobody(tmp_path: Path) -> None:
    source = """
    def harm():
        os.close(1)
        os.close(2)
    """
    async with beside_another(tmp_path, source) as serving:
        assert (await harmed(serving)).function_error is None
