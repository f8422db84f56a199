from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar

import pytest

from websocket_api import async_handlers

WHO: ContextVar[str] = ContextVar("who")


def test_all_coroutines_run_on_one_loop() -> None:
    async def loop() -> asyncio.AbstractEventLoop:
        return asyncio.get_running_loop()

    assert async_handlers.run(loop()) is async_handlers.run(loop())


def test_coroutine_sees_the_callers_context() -> None:
    async def who() -> str:
        await asyncio.sleep(0)
        return WHO.get()

    WHO.set("anna")
    assert async_handlers.run(who()) == "anna"


def test_what_the_coroutine_raises_reaches_the_caller() -> None:
    async def fail() -> None:
        raise LookupError("nobody")

    with pytest.raises(LookupError, match="nobody"):
        async_handlers.run(fail())


def test_several_threads_can_wait_at_once() -> None:
    async def meet(own: asyncio.Event, other: asyncio.Event) -> bool:
        own.set()
        async with asyncio.timeout(30):
            return await other.wait()

    first, second = asyncio.Event(), asyncio.Event()
    with ThreadPoolExecutor(2) as pool:
        meetings = [
            pool.submit(async_handlers.run, meet(first, second)),
            pool.submit(async_handlers.run, meet(second, first)),
        ]
        assert [meeting.result() for meeting in meetings] == [True, True]
