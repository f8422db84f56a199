import asyncio
from collections.abc import Callable

import pytest

from local_aws.deadlines import Deadline, Deadlines

SOON = 0.01
LATER = 0.03


class Noted(list[str]):
    """What has happened, in order."""

    def noting(self, what: str) -> Callable[[], None]:
        return lambda: self.append(what)


async def test_deadline_goes_off_after_its_time() -> None:
    deadlines, noted = Deadlines(), Noted()
    loop = asyncio.get_running_loop()
    gone_off: asyncio.Future[float] = loop.create_future()
    begun = loop.time()
    deadlines.set(SOON, lambda: gone_off.set_result(loop.time()))
    deadlines.set(LATER, noted.noting("later"))
    assert await gone_off >= begun + SOON
    assert noted == []


async def test_deadlines_of_one_length_go_off_in_order() -> None:
    deadlines, noted = Deadlines(), Noted()
    deadlines.set(SOON, noted.noting("first"))
    await asyncio.sleep(SOON / 2)
    deadlines.set(SOON, noted.noting("second"))
    await asyncio.sleep(2 * LATER)
    assert noted == ["first", "second"]


async def test_cancelled_deadline_does_not_go_off() -> None:
    deadlines, noted = Deadlines(), Noted()
    cancelled = deadlines.set(SOON, noted.noting("cancelled"))
    deadlines.set(SOON, noted.noting("kept"))
    cancelled.cancel()
    cancelled.cancel()
    await asyncio.sleep(LATER)
    assert noted == ["kept"]


async def test_deadline_can_be_set_after_all_have_been_cancelled() -> None:
    deadlines, noted = Deadlines(), Noted()
    deadlines.set(SOON, noted.noting("cancelled")).cancel()
    await asyncio.sleep(LATER)
    deadlines.set(SOON, noted.noting("set again"))
    await asyncio.sleep(LATER)
    assert noted == ["set again"]


async def test_deadline_that_goes_off_can_cancel_another_that_is_due() -> None:
    deadlines, noted = Deadlines(), Noted()
    later: list[Deadline] = []
    deadlines.set(SOON, lambda: later.pop().cancel())
    later.append(deadlines.set(SOON, noted.noting("second")))
    await asyncio.sleep(LATER)
    assert noted == []


async def test_many_deadlines_of_one_length_take_one_timer(monkeypatch: pytest.MonkeyPatch) -> None:
    timers = 0
    loop = asyncio.get_running_loop()
    call_later = loop.call_later

    def counted(delay: float, act: Callable[..., object], *given: float) -> asyncio.TimerHandle:
        nonlocal timers
        timers += 1
        return call_later(delay, act, *given)

    monkeypatch.setattr(loop, "call_later", counted)
    deadlines, noted = Deadlines(), Noted()
    for _ in range(100):
        deadlines.set(SOON, noted.noting("gone off"))
    assert timers == 1
    await asyncio.sleep(LATER)
    assert len(noted) == 100
