import asyncio
from contextlib import suppress

import pytest

from local_aws.api_gateway.time_limit import TimeLimit
from local_aws.deadlines import Deadlines

SOON = 0.01
NEVER = 60.0


async def wait_for(seconds: float, limit: float = SOON) -> str:
    with TimeLimit(Deadlines(), limit):
        await asyncio.sleep(seconds)
    return "in time"


async def test_what_ends_in_time_is_left_alone_afterwards() -> None:
    assert await wait_for(0) == "in time"
    await asyncio.sleep(2 * SOON)


async def test_what_takes_too_long_is_over_and_its_task_goes_on() -> None:
    with pytest.raises(TimeoutError):
        await wait_for(NEVER)
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0
    await asyncio.sleep(0)


async def test_task_that_another_cancels_stays_cancelled() -> None:
    task = asyncio.create_task(wait_for(NEVER, limit=NEVER))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_task_that_is_cancelled_as_its_time_is_over_stays_cancelled() -> None:
    deadlines = Deadlines()

    async def wait() -> None:
        with TimeLimit(deadlines, SOON):
            await asyncio.sleep(NEVER)

    def cancel() -> None:
        task.cancel()

    task = asyncio.create_task(wait())
    await asyncio.sleep(0)
    deadlines.set(SOON, cancel)
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_limit_around_another_ends_both() -> None:
    async def wait() -> None:
        with TimeLimit(Deadlines(), SOON), suppress(TimeoutError):
            await wait_for(NEVER, limit=NEVER)

    with pytest.raises(TimeoutError):
        await wait()


async def test_error_that_comes_of_being_stopped_is_kept() -> None:
    async def fail() -> None:
        with TimeLimit(Deadlines(), SOON):
            try:
                await asyncio.sleep(NEVER)
            except asyncio.CancelledError as error:
                raise ValueError("half done") from error

    with pytest.raises(ValueError, match="half done"):
        await fail()


async def test_there_is_no_limit_outside_of_tasks() -> None:
    loop = asyncio.get_running_loop()
    entered: asyncio.Future[None] = loop.create_future()

    def enter() -> None:
        try:
            with TimeLimit(Deadlines(), SOON):
                entered.set_result(None)
        except RuntimeError as error:
            entered.set_exception(error)

    loop.call_soon(enter)
    with pytest.raises(RuntimeError, match="Only a task"):
        await entered
