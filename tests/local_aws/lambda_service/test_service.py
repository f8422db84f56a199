import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest

from local_aws.lambda_service.errors import (
    FunctionInitializationError,
    FunctionNotFound,
    RequestTooLargeError,
    ServiceClosedError,
    TooManyRequestsError,
)
from local_aws.lambda_service.invocation import InvocationType
from local_aws.lambda_service.service import LambdaService
from local_aws.publication import Alias, EventInvokeConfig, Function
from tests.local_aws.lambda_service.given import (
    WHO_AM_I,
    Output,
    Roles,
    function_of,
    is_alive,
    running,
    settings_of,
)
from tests.local_aws.lambda_service.test_function_pool import HOLD, hold

ARN = "arn:aws:lambda:eu-west-1:123456789012:function:greeter"
LOADED = """
    print("loaded")

    def handler(event, context): ...
"""
WHICH = """
    import os

    def handler(event, context):
        version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        return [version, context.log_stream_name, context.invoked_function_arn]
"""


def published(latest: Function, *versions: str) -> list[Function]:
    """Return a function as `$LATEST` and at some versions."""
    return [latest, *(replace(latest, version=version) for version in versions)]


@pytest.mark.parametrize(
    ("named", "version", "invoked_arn"),
    [
        (ARN, "$LATEST", ARN),
        ("greeter", "$LATEST", ARN),
        (f"{ARN}:$LATEST", "$LATEST", f"{ARN}:$LATEST"),
        (f"{ARN}:7", "7", f"{ARN}:7"),
        (f"{ARN}:live", "7", f"{ARN}:live"),
    ],
)
async def test_version_that_is_named_runs_and_says_so_everywhere(
    tmp_path: Path, named: str, version: str, invoked_arn: str
) -> None:
    functions = published(function_of(tmp_path, WHICH), "7")
    async with running(tmp_path, *functions, aliases=[Alias("live", ARN, "7", {})]) as serving:
        executed, (own_version, log_stream, own_arn) = await serving.called(function=named)
        assert (executed, own_version, own_arn) == (version, version, invoked_arn)
        assert f"/[{version}]" in log_stream
        (source,) = {name for name, _ in serving.output.lines}
        assert source == ("greeter" if version == "$LATEST" else f"greeter:{version}")
        assert f"Version: {version}" in serving.output.text()


async def test_alias_with_weights_draws_a_version_for_each_invocation(tmp_path: Path) -> None:
    functions = published(function_of(tmp_path, WHICH), "1", "2")
    alias = Alias("live", ARN, "1", {"2": 0.1})
    drawn = iter([0.99, 0.09, 0.1])
    async with running(tmp_path, *functions, aliases=[alias], draw=lambda: next(drawn)) as serving:
        ran = [(await serving.called(function="greeter:live"))[0] for _ in range(3)]
        assert ran == ["1", "2", "1"]


async def test_alias_that_is_moved_leads_to_its_new_version_at_once(tmp_path: Path) -> None:
    functions = published(function_of(tmp_path, WHICH), "1", "2")
    async with running(tmp_path, *functions, aliases=[Alias("live", ARN, "1", {})]) as serving:
        assert (await serving.called(function="greeter:live"))[0] == "1"
        serving.service.update(functions, [Alias("live", ARN, "2", {})])
        assert (await serving.called(function="greeter:live"))[0] == "2"
        serving.service.update(functions)
        with pytest.raises(FunctionNotFound, match=f"Function not found: {ARN}:live"):
            await serving.call(function="greeter:live")


async def test_published_version_keeps_its_code_when_the_function_changes(tmp_path: Path) -> None:
    first = function_of(tmp_path, "def handler(event, context): return 'first'")
    second = function_of(tmp_path, "def handler(event, context): return 'second'")
    async with running(tmp_path, *published(first, "1")) as serving:
        serving.service.update([second, replace(first, version="1")])
        assert await serving.value(function="greeter:1") == "first"
        assert await serving.value(function="greeter") == "second"


@pytest.mark.parametrize("named", ["other", ARN.replace("greeter", "other"), "not an arn!"])
async def test_function_that_is_not_deployed_is_refused(tmp_path: Path, named: str) -> None:
    async with running(tmp_path, function_of(tmp_path)) as serving:
        with pytest.raises(FunctionNotFound, match=f"Function not found: {named}"):
            await serving.call(function=named)


@pytest.mark.parametrize(
    "changes",
    [
        {"memory_megabytes": 512},
        {"environment": {"TABLE": "other"}},
        {"timeout_seconds": 4},
        {"code_sha256": "another"},
    ],
)
async def test_change_gives_fresh_environments(tmp_path: Path, changes: dict[str, Any]) -> None:
    function = function_of(tmp_path, WHO_AM_I)
    async with running(tmp_path, function) as serving:
        before = await serving.value()
        serving.service.update([replace(function, **changes)])
        assert await serving.value() != before
        assert not is_alive(before)


@pytest.mark.parametrize(
    "changes",
    [
        {"permissions": ({"Sid": "new"},)},
        {"reserved_concurrency": 5},
        {"dead_letter_arn": "arn:aws:sqs:eu-west-1:123456789012:failed"},
    ],
)
async def test_change_that_is_none_of_the_handlers_keeps_environments(
    tmp_path: Path, changes: dict[str, Any]
) -> None:
    function = function_of(tmp_path, WHO_AM_I)
    async with running(tmp_path, function) as serving:
        before = await serving.value()
        serving.service.update([replace(function, **changes)])
        assert await serving.value() == before


async def test_event_at_hand_ends_as_it_began_and_what_waits_runs_the_new_code(
    tmp_path: Path,
) -> None:
    function = function_of(tmp_path, HOLD)
    async with running(tmp_path, function, maximum_environments_per_function=1) as serving:
        (begun,) = await hold(serving, tmp_path / "gate", count=1)
        waiting = asyncio.create_task(serving.value())
        await asyncio.sleep(0)
        serving.service.update([function_of(tmp_path, "def handler(event, context): return 'new'")])
        (tmp_path / "gate").touch()
        old = await begun
        assert await waiting == "new"
        assert not is_alive(old)


async def test_function_that_is_removed_ends_the_event_at_hand(tmp_path: Path) -> None:
    function = function_of(tmp_path, HOLD)
    async with running(tmp_path, function, maximum_environments_per_function=1) as serving:
        (begun,) = await hold(serving, tmp_path / "gate", count=1)
        waiting = asyncio.create_task(serving.value())
        await asyncio.sleep(0)
        serving.service.update([])
        with pytest.raises(FunctionNotFound):
            await waiting
        with pytest.raises(FunctionNotFound):
            await serving.call()
        (tmp_path / "gate").touch()
        await begun
        serving.service.update([])


async def test_environment_that_is_starting_is_replaced_too(tmp_path: Path) -> None:
    slow = function_of(tmp_path, "import time; time.sleep(600)")
    async with running(tmp_path, slow) as serving:
        await serving.prepared()
        waiting = asyncio.create_task(serving.value(1))
        await asyncio.sleep(0.05)
        serving.service.update([function_of(tmp_path)])
        assert await waiting == 1


@pytest.mark.parametrize(
    ("invocation_type", "limit"),
    [(InvocationType.REQUEST_RESPONSE, 6_291_456), (InvocationType.EVENT, 1_048_576)],
)
async def test_payload_over_lambdas_limit_is_refused(
    tmp_path: Path, invocation_type: InvocationType, limit: int
) -> None:
    async with running(tmp_path, function_of(tmp_path, "def handler(e, c): return 1")) as serving:
        payload = b'"' + b"x" * (limit - 2) + b'"'
        await serving.service.invoke("greeter", payload, invocation_type=invocation_type)
        with pytest.raises(
            RequestTooLargeError,
            match=f"{limit + 1} byte payload is too large for the {invocation_type} invocation",
        ):
            await serving.service.invoke("greeter", payload + b" ", invocation_type=invocation_type)


async def test_asynchronous_invocation_runs_in_the_background(tmp_path: Path) -> None:
    function = function_of(tmp_path, "def handler(event, context): print(event['said'])")
    async with running(tmp_path, function) as serving:
        result = await serving.call({"said": "hello"}, invocation_type=InvocationType.EVENT)
        assert (result.payload, result.function_error) == (b"", None)
        await serving.output.until("hello")


async def test_asynchronous_invocation_that_cannot_run_is_told(tmp_path: Path) -> None:
    async with running(tmp_path, function_of(tmp_path, runtime="java21")) as serving:
        await serving.call(invocation_type=InvocationType.EVENT)
        await serving.prepared()
        assert " failed: Function greeter has the runtime 'java21'" in serving.output.text()


async def test_asynchronous_invocation_that_fails_ends_in_the_dead_letter_queue(
    tmp_path: Path, moto_endpoint: str
) -> None:
    session: Any = boto3.session.Session("test", "test", region_name="eu-west-1")
    sqs = session.client("sqs", endpoint_url=moto_endpoint)
    queue_url = sqs.create_queue(QueueName="dead-letters-of-the-service")["QueueUrl"]
    queue_arn = "arn:aws:sqs:eu-west-1:123456789012:dead-letters-of-the-service"
    function = function_of(tmp_path, "def handler(e, c): 1 / 0", dead_letter_arn=queue_arn)
    no_retries = EventInvokeConfig(f"{ARN}:$LATEST", maximum_retry_attempts=0)
    async with running(
        tmp_path, function, event_invoke_configs=[no_retries], aws_endpoint_url=moto_endpoint
    ) as serving:
        await serving.call({"order": 1}, invocation_type=InvocationType.EVENT)
        await serving.prepared()
        (message,) = (await asyncio.to_thread(sqs.receive_message, QueueUrl=queue_url))["Messages"]
        assert message["Body"] == '{"order": 1}'


async def test_asynchronous_invocation_that_fails_is_tried_again_as_the_same_request(
    tmp_path: Path,
) -> None:
    source = """
        def handler(event, context):
            print("request", context.aws_request_id)
            raise ValueError
    """
    async with running(
        tmp_path, function_of(tmp_path, source), asynchronous_retry_delays_seconds=(0.0,)
    ) as serving:
        await serving.call(invocation_type=InvocationType.EVENT)
        await serving.prepared()
        runs = [line for _, line in serving.output.lines if line.startswith("request ")]
        assert len(runs) == 3
        assert len(set(runs)) == 1


async def test_reserved_concurrency_holds_for_all_versions_together(tmp_path: Path) -> None:
    latest = function_of(tmp_path, HOLD, reserved_concurrency=2)
    async with running(tmp_path, *published(latest, "1")) as serving:
        calls = await hold(serving, tmp_path / "gate", count=1)
        calls += [asyncio.create_task(serving.value(str(tmp_path / "gate"), function="greeter:1"))]
        await serving.output.until("begun", count=2)
        for name in ("greeter", "greeter:1"):
            with pytest.raises(TooManyRequestsError, match=r"^Rate Exceeded\.$") as refused:
                await serving.call(function=name)
            assert refused.value.reason == "ReservedFunctionConcurrentInvocationLimitExceeded"
        (tmp_path / "gate").touch()
        await asyncio.gather(*calls)
        await serving.value(str(tmp_path / "gate"))


async def test_invocation_that_waits_for_an_environment_counts_as_one(tmp_path: Path) -> None:
    slow = function_of(tmp_path, "import time; time.sleep(600)", reserved_concurrency=1)
    async with running(tmp_path, slow) as serving:
        waiting = asyncio.create_task(serving.call())
        await asyncio.sleep(0)
        with pytest.raises(TooManyRequestsError):
            await serving.call()
        waiting.cancel()


async def test_function_with_no_concurrency_never_runs_until_it_has_some(tmp_path: Path) -> None:
    function = function_of(tmp_path, reserved_concurrency=0)
    async with running(tmp_path, function) as serving:
        with pytest.raises(TooManyRequestsError):
            await serving.call()
        serving.service.update([replace(function, reserved_concurrency=None)])
        assert await serving.value(1) == 1


async def test_dry_run_runs_nothing(tmp_path: Path) -> None:
    async with running(tmp_path, function_of(tmp_path)) as serving:
        result = await serving.call(1, invocation_type=InvocationType.DRY_RUN)
        assert (result.payload, result.function_error) == (b"", None)
        with pytest.raises(FunctionNotFound):
            await serving.call(function="other", invocation_type=InvocationType.DRY_RUN)
        assert serving.output.lines == []


async def test_function_is_ready_once_initialized(tmp_path: Path) -> None:
    async with running(tmp_path, function_of(tmp_path, LOADED)) as serving:
        await serving.service.initialize(ARN)
        await serving.service.initialize(ARN)
        assert serving.output.lines == [("greeter", "loaded")]


async def test_each_version_of_an_alias_is_ready_once_it_is_initialized(tmp_path: Path) -> None:
    functions = published(function_of(tmp_path, LOADED), "1", "2")
    alias = Alias("live", ARN, "1", {"2": 0.5})
    async with running(tmp_path, *functions, aliases=[alias]) as serving:
        await serving.service.initialize(f"{ARN}:live")
        assert serving.output.lines == [("greeter:1", "loaded"), ("greeter:2", "loaded")]


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("import nowhere", "Runtime.ImportModuleError: Unable to import module 'app'"),
        ("import os; os._exit(5)", "exit status 5"),
        ("import time; time.sleep(600)", "its Init phase took too long"),
    ],
)
async def test_function_that_cannot_be_initialized_says_why(
    tmp_path: Path, source: str, problem: str
) -> None:
    function = function_of(tmp_path, source)
    async with running(tmp_path, function, initialization_seconds=1) as serving:
        with pytest.raises(FunctionInitializationError) as refused:
            await serving.service.initialize("greeter")
        assert str(refused.value).startswith("Function greeter cannot be started: ")
        assert problem in str(refused.value)


async def test_function_that_has_no_runtime_is_not_initialized(tmp_path: Path) -> None:
    async with running(tmp_path, function_of(tmp_path, runtime="ruby3.4")) as serving:
        with pytest.raises(Exception, match=r"has the runtime 'ruby3\.4'"):
            await serving.service.initialize("greeter")


async def test_closing_ends_an_initialization(tmp_path: Path) -> None:
    async with running(tmp_path, function_of(tmp_path, "import time; time.sleep(600)")) as serving:
        waiting = asyncio.create_task(serving.service.initialize("greeter"))
        await asyncio.sleep(0)
        await serving.service.close()
        with pytest.raises(ServiceClosedError):
            await waiting


async def test_service_that_is_closed_does_nothing_more(tmp_path: Path) -> None:
    function = function_of(tmp_path)
    service = LambdaService(settings_of(tmp_path), Output(), role_sessions=Roles())
    service.update([function])
    await asyncio.gather(service.close(), service.close())
    service.update([function])
    with pytest.raises(ServiceClosedError):
        await service.invoke("greeter", b"1")
    with pytest.raises(ServiceClosedError):
        await service.initialize("greeter")
    assert not service._directory.exists()


async def test_service_that_did_nothing_can_be_closed(tmp_path: Path) -> None:
    service = LambdaService(settings_of(tmp_path), Output(), role_sessions=Roles())
    await service.close()
    assert not is_alive(service._guardian.process_id)
    assert not service._directory.exists()


async def test_closing_goes_on_when_the_caller_gives_up(tmp_path: Path) -> None:
    async with running(tmp_path, function_of(tmp_path, WHO_AM_I)) as serving:
        process_id = await serving.value()
        closing = asyncio.create_task(serving.service.close())
        await asyncio.sleep(0)
        closing.cancel()
        await asyncio.gather(closing, return_exceptions=True)
        await serving.service.close()
        assert not is_alive(process_id)


def test_nothing_is_left_of_a_service_that_is_closed_while_it_prepares(tmp_path: Path) -> None:
    async def closed_at_once() -> Path:
        service = LambdaService(settings_of(tmp_path), Output(), role_sessions=Roles())
        service.update([function_of(tmp_path)])
        for _ in range(5):  # until the threads have begun
            await asyncio.sleep(0)
        await service.close()
        return service._directory

    # The end of the event loop waits for every thread.
    assert not asyncio.run(closed_at_once()).exists()
