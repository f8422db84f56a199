import asyncio

from local_aws.monitoring.periodic import Periodic


async def test_requests_that_come_together_are_delivered_together() -> None:
    delivered = asyncio.Event()
    deliveries: list[int] = []

    async def deliver() -> None:
        deliveries.append(1)
        delivered.set()

    periodic = Periodic(deliver, 0.01)
    periodic.request()
    periodic.request()
    await delivered.wait()
    assert len(deliveries) == 1
    delivered.clear()
    await asyncio.sleep(0)
    periodic.request()
    await delivered.wait()
    await periodic.close(1)
    assert len(deliveries) == 2


async def test_request_during_a_delivery_is_delivered_after_it() -> None:
    deliveries: list[int] = []
    done = asyncio.Event()

    async def deliver() -> None:
        deliveries.append(1)
        if len(deliveries) == 1:
            periodic.request()
        else:
            done.set()

    periodic = Periodic(deliver, 0.001)
    periodic.request()
    await done.wait()
    await periodic.close(1)
    assert len(deliveries) == 2


async def test_close_delivers_at_once_what_waits() -> None:
    deliveries: list[int] = []

    async def deliver() -> None:
        deliveries.append(1)

    periodic = Periodic(deliver, 3_600)
    periodic.request()
    await periodic.close(10)
    assert len(deliveries) == 1


async def test_close_without_a_request_has_nothing_to_do() -> None:
    async def deliver() -> None:
        raise AssertionError

    await Periodic(deliver, 0).close(1)


async def test_close_gives_up_a_delivery_that_takes_too_long() -> None:
    cancelled = asyncio.Event()

    async def deliver() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    periodic = Periodic(deliver, 0)
    periodic.request()
    await periodic.close(0.01)
    assert cancelled.is_set()
