import asyncio
import contextlib

import pytest

from local_aws.testing.movable_time import MovableTimeLoop


def test_what_was_due_by_then_is_due_at_once() -> None:
    async def wait() -> float:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, MovableTimeLoop)
        started = loop.time()
        loop.call_soon(loop.advance, 600)
        await asyncio.sleep(599)
        return loop.time() - started

    with contextlib.closing(MovableTimeLoop()) as loop:
        assert loop.run_until_complete(wait()) == pytest.approx(600, abs=10)


def test_clock_does_not_go_back() -> None:
    with (
        contextlib.closing(MovableTimeLoop()) as loop,
        pytest.raises(ValueError, match="cannot go back by 1 s"),
    ):
        loop.advance(-1)
