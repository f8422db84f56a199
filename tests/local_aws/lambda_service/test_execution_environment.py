import asyncio
import json
import os
import re
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from local_aws.lambda_service.errors import InvalidRuntimeError
from local_aws.lambda_service.invocation import InvocationOptions
from tests.local_aws.lambda_service.given import (
    SLEEP,
    WHO_AM_I,
    function_of,
    is_alive,
    running,
    wait_until,
)

CONTEXT = """
    import os, sys, time

    def handler(event, context):
        return {
            "request_id": context.aws_request_id,
            "arn": context.invoked_function_arn,
            "remaining": context.get_remaining_time_in_millis(),
            "custom": context.client_context and context.client_context.custom,
            "trace": os.environ["_X_AMZN_TRACE_ID"],
            "path": sys.path,
            "directory": os.getcwd(),
            "environment": dict(os.environ),
        }
"""


async def context_of(tmp_path: Path, **options: Any) -> Mapping[str, Any]:
    async with running(tmp_path, function_of(tmp_path, CONTEXT)) as serving:
        result = await serving.call(options=InvocationOptions(**options))
        context = json.loads(result.payload)
        assert isinstance(context, dict)
        return context


async def test_handler_gets_its_event_and_returns_its_result(tmp_path: Path) -> None:
    async with running(tmp_path, function_of(tmp_path)) as serving:
        assert await serving.value({"a": ["ü", 1.5, None]}) == {"a": ["ü", 1.5, None]}


async def test_context_tells_of_the_invocation(tmp_path: Path) -> None:
    context = await context_of(tmp_path, client_context='{"custom": {"a": 1}}', trace_id="Root=1-2")
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", context["request_id"])
    assert context["arn"] == "arn:aws:lambda:eu-west-1:123456789012:function:greeter"
    assert 0 < context["remaining"] <= 20_000
    assert context["custom"] == {"a": 1}
    assert context["trace"] == "Root=1-2"


async def test_code_comes_first_and_nothing_of_ours_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "of-the-caller")
    context = await context_of(tmp_path)
    environment = context["environment"]
    assert context["path"][0] == context["directory"] == environment["LAMBDA_TASK_ROOT"]
    assert environment["LAMBDA_RUNTIME_DIR"] in context["path"]
    assert str(Path(__file__).parents[3]) not in context["path"]
    assert "AWS_PROFILE" not in environment
    assert environment["HOME"] == environment["TMPDIR"] != environment["LAMBDA_TASK_ROOT"]


async def test_only_what_lambda_offers_can_be_imported(tmp_path: Path) -> None:
    source = """
        import importlib.util

        def handler(event, context):
            return [name for name in event if importlib.util.find_spec(name)]
    """
    async with running(tmp_path, function_of(tmp_path, source)) as serving:
        names = ["boto3", "botocore", "awslambdaric", "moto", "pytest", "httptools", "local_aws"]
        assert await serving.value(names) == ["boto3", "botocore", "awslambdaric"]


async def test_environment_is_used_again(tmp_path: Path) -> None:
    async with running(tmp_path, function_of(tmp_path, WHO_AM_I)) as serving:
        assert len({await serving.value() for _ in range(5)}) == 1


async def test_exception_is_a_result_and_the_environment_goes_on(tmp_path: Path) -> None:
    source = """
        import os

        def handler(event, context):
            if event:
                raise LookupError("no room")
            return os.getpid()
    """
    async with running(tmp_path, function_of(tmp_path, source)) as serving:
        before = await serving.value()
        error = await serving.error(1)
        assert (error["errorType"], error["errorMessage"]) == ("LookupError", "no room")
        assert "raise LookupError" in error["stackTrace"][0]
        assert await serving.value() == before
        assert "[ERROR] LookupError: no room" in serving.output.text()


async def test_result_that_is_no_json_is_an_error(tmp_path: Path) -> None:
    async with running(tmp_path, function_of(tmp_path, "def handler(e, c): return {1, 2}")) as it:
        assert (await it.error())["errorType"] == "Runtime.MarshalError"


async def test_result_that_is_too_large_is_an_error(tmp_path: Path) -> None:
    source = "def handler(event, context): return 'x' * event"
    async with running(tmp_path, function_of(tmp_path, source)) as serving:
        error = await serving.error(6 * 1024**2 + 101)
        assert error["errorType"] == "Function.ResponseSizeTooLarge"
        assert await serving.value(3) == "xxx"


@pytest.mark.parametrize(
    ("source", "handler", "error_type", "message"),
    [
        ("import nowhere", "app.handler", "ImportModuleError", "No module named 'nowhere'"),
        ("x = 1", "app.handler", "HandlerNotFound", "Handler 'handler' missing on module 'app'"),
        ("def", "app.handler", "UserCodeSyntaxError", "Syntax error in module 'app'"),
        ("x = 1", "app", "MalformedHandlerName", "Bad handler 'app'"),
        ("x = 1", "other.handler", "ImportModuleError", "No module named 'other'"),
    ],
)
async def test_handler_that_cannot_be_loaded_is_an_error_each_time(
    tmp_path: Path, source: str, handler: str, error_type: str, message: str
) -> None:
    async with running(tmp_path, function_of(tmp_path, source, handler=handler)) as serving:
        for _ in range(2):
            error = await serving.error()
            assert error["errorType"] == f"Runtime.{error_type}"
            assert message in error["errorMessage"]
        assert message in serving.output.text()
        assert "Phase: init\tStatus: error" in serving.output.text()


async def test_exception_while_loading_is_an_error(tmp_path: Path) -> None:
    async with running(tmp_path, function_of(tmp_path, "raise ValueError('bad table')")) as serving:
        error = await serving.error()
        assert (error["errorType"], error["errorMessage"]) == ("ValueError", "bad table")


@pytest.mark.parametrize(
    ("statement", "description"),
    [
        ("os._exit(3)", "Runtime exited with error: exit status 3"),
        ("sys.exit(0)", "Runtime exited without providing a reason"),
        ("os.kill(os.getpid(), 9)", "Runtime exited with error: signal: killed"),
    ],
)
async def test_process_that_ends_within_an_event_is_replaced(
    tmp_path: Path, statement: str, description: str
) -> None:
    source = f"""
        import os, sys

        def handler(event, context):
            if event:
                {statement}
            return "well"
    """
    async with running(tmp_path, function_of(tmp_path, source)) as serving:
        error = await serving.error(1)
        assert error["errorType"] == "Runtime.ExitError"
        assert re.fullmatch(
            rf"RequestId: [0-9a-f-]{{36}} Error: {description}", error["errorMessage"]
        )
        assert await serving.value() == "well"
        assert "Status: error\tError Type: Runtime.ExitError" in serving.output.text()


async def test_process_that_ends_while_loading_is_an_error_each_time(tmp_path: Path) -> None:
    async with running(tmp_path, function_of(tmp_path, "import os; os._exit(4)")) as serving:
        for _ in range(2):
            error = await serving.error()
            assert error["errorType"] == "Runtime.ExitError"
            assert error["errorMessage"].endswith("exit status 4")


async def test_process_that_ends_while_idle_is_replaced_unnoticed(tmp_path: Path) -> None:
    async with running(tmp_path, function_of(tmp_path, WHO_AM_I)) as serving:
        first = await serving.value()
        (pool,) = serving.service._pools
        await asyncio.to_thread(wait_until, lambda: pool.idle_since is not None)
        os.kill(first, signal.SIGKILL)
        await asyncio.to_thread(wait_until, lambda: pool.idle_since is None)
        assert await serving.value() != first


async def test_event_that_takes_too_long_fails_and_its_process_is_killed(tmp_path: Path) -> None:
    function = function_of(tmp_path, SLEEP, timeout_seconds=1)
    async with running(tmp_path, function) as serving:
        first = await serving.value({"seconds": 0})
        error = await serving.error({"seconds": 600})
        assert error["errorType"] == "Sandbox.Timedout"
        assert re.fullmatch(
            r"RequestId: [0-9a-f-]{36} Error: Task timed out after 1\.00 seconds",
            error["errorMessage"],
        )
        assert await serving.value({"seconds": 0}) != first
        assert not is_alive(first)
        log = serving.output.text()
        assert re.search(
            r"^\S+Z [0-9a-f-]{36} Task timed out after 1\.00 seconds$", log, re.MULTILINE
        )
        assert "\tStatus: timeout" in log


async def test_initialization_that_takes_too_long_is_tried_again_within_the_event(
    tmp_path: Path,
) -> None:
    source = f"""
        import pathlib, time
        attempts = pathlib.Path({str(tmp_path / "attempts")!r})
        with attempts.open("a") as file:
            file.write("x")
        if attempts.stat().st_size == 1:
            time.sleep(600)

        def handler(event, context):
            return context.get_remaining_time_in_millis()
    """
    async with running(
        tmp_path, function_of(tmp_path, source), initialization_seconds=1
    ) as serving:
        assert 0 < await serving.value() < 20_000
        assert (tmp_path / "attempts").read_text() == "xx"
        assert "Phase: init\tStatus: timeout" in serving.output.text()


async def test_initialization_that_never_ends_is_a_timeout(tmp_path: Path) -> None:
    function = function_of(tmp_path, "import time; time.sleep(600)", timeout_seconds=1)
    async with running(tmp_path, function, initialization_seconds=0.1) as serving:
        assert (await serving.error())["errorType"] == "Sandbox.Timedout"


@pytest.mark.parametrize(
    ("failure", "error_type"),
    [("raise ValueError('late')", "ValueError"), ("os._exit(1)", "Runtime.ExitError")],
)
async def test_initialization_that_fails_when_tried_again_is_an_error(
    tmp_path: Path, failure: str, error_type: str
) -> None:
    source = f"""
        import os, pathlib, time
        mark = pathlib.Path({str(tmp_path / "mark")!r})
        if not mark.exists():
            mark.touch()
            time.sleep(600)
        {failure}
    """
    async with running(
        tmp_path, function_of(tmp_path, source), initialization_seconds=1
    ) as serving:
        assert (await serving.error())["errorType"] == error_type


async def test_caller_that_gives_up_does_not_end_the_event(tmp_path: Path) -> None:
    source = f"""
        import pathlib, time
        go = pathlib.Path({str(tmp_path / "go")!r})

        def handler(event, context):
            print("begun")
            while not go.exists():
                time.sleep(0.01)
            print("ended")
    """
    async with running(tmp_path, function_of(tmp_path, source)) as serving:
        call = asyncio.create_task(serving.call())
        await serving.output.until("begun")
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        (tmp_path / "go").touch()
        await serving.output.until("ended")
        await serving.value()


async def test_closing_ends_what_runs_and_what_starts(tmp_path: Path) -> None:
    functions = (
        function_of(tmp_path, SLEEP, name="sleeper"),
        function_of(tmp_path, "import time; time.sleep(600)", name="starter"),
    )
    async with running(tmp_path, *functions) as serving:
        process_id = await serving.value({"seconds": 0}, function="sleeper")
        calls = [
            asyncio.create_task(serving.call({"seconds": 600}, function="sleeper")),
            asyncio.create_task(serving.call(function="starter")),
        ]
        await asyncio.sleep(0)
        await serving.service.close()
        outcomes = await asyncio.gather(*calls, return_exceptions=True)
        assert [type(outcome).__name__ for outcome in outcomes] == ["ServiceClosedError"] * 2
        assert not is_alive(process_id)


async def test_python_that_has_gone_is_told(tmp_path: Path) -> None:
    async with running(tmp_path, function_of(tmp_path)) as serving:
        await serving.prepared()
        (runtimes,) = serving.service._directory.glob("runtimes/*/bin/python")
        runtimes.unlink()
        with pytest.raises(InvalidRuntimeError, match="Function greeter could not be started"):
            await serving.call()


async def test_python_that_has_gone_since_the_first_attempt_is_told(tmp_path: Path) -> None:
    source = "import os, sys, time; os.unlink(sys.executable); time.sleep(600)"
    async with running(tmp_path, function_of(tmp_path, source), initialization_seconds=1) as it:
        with pytest.raises(InvalidRuntimeError, match="Function greeter could not be started"):
            await it.call()


async def test_outcome_without_an_event_is_dropped(tmp_path: Path) -> None:
    async with running(tmp_path, function_of(tmp_path)) as serving:
        await serving.value(1)
        (pool,) = serving.service._pools
        (environment,) = pool._environments
        before = list(serving.output.lines)
        environment.runtime_responds(b"2")
        environment.runtime_fails(b"{}")
        environment.initialization_fails(b"{}")
        assert serving.output.lines == before
        assert await serving.value(3) == 3


async def test_first_event_of_each_environment_waits_for_a_slow_cold_start(tmp_path: Path) -> None:
    function = function_of(tmp_path, CONTEXT, timeout_seconds=1)
    async with running(tmp_path, function, cold_start_seconds=1.5) as serving:
        remaining = (await serving.value())["remaining"]
        assert 0 < remaining <= 1000, "the wait counts for no timeout"
        told = "Cold start takes 1.5 s longer, by --fault cold-start"
        await serving.value()
        assert serving.output.text().count(told) == 1
        report = re.search(r"Init Duration: ([0-9.]+) ms", serving.output.text())
        assert report is not None
        assert float(report[1]) > 1500
        assert serving.output.text().count("Init Duration") == 1


async def test_process_that_ends_within_a_slow_cold_start_fails_its_event(tmp_path: Path) -> None:
    source = """
        import os, threading
        threading.Timer(1, os._exit, [3]).start()

        def handler(event, context):
            return "never"
    """
    async with running(tmp_path, function_of(tmp_path, source), cold_start_seconds=60) as serving:
        assert (await serving.error())["errorType"] == "Runtime.ExitError"


async def test_closing_does_not_wait_for_a_slow_cold_start(tmp_path: Path) -> None:
    async with running(tmp_path, function_of(tmp_path), cold_start_seconds=600) as serving:
        call = asyncio.create_task(serving.call())
        await serving.output.until("Cold start takes 600 s longer, by --fault cold-start")
        await serving.service.close()
        (outcome,) = await asyncio.gather(call, return_exceptions=True)
        assert type(outcome).__name__ == "ServiceClosedError"


@pytest.mark.skipif(not hasattr(os, "SCHED_BATCH"), reason="only Linux has this policy")
async def test_process_does_not_interrupt_others_when_an_event_arrives(tmp_path: Path) -> None:
    source = "import os\ndef handler(event, context): return os.sched_getscheduler(0)"
    async with running(tmp_path, function_of(tmp_path, source)) as serving:
        assert await serving.value() == os.SCHED_BATCH
