import asyncio

from local_aws.lambda_service.runtime_api import RuntimeApi
from tests.local_aws.lambda_service.given_runtime import Seen, event_of


async def test_each_address_is_a_port_of_this_machine() -> None:
    first, second = RuntimeApi(Seen()), RuntimeApi(Seen())
    addresses = {await first.start(), await second.start()}
    assert len(addresses) == 2
    for address in addresses:
        host, _, port = address.partition(":")
        assert host == "127.0.0.1"
        _, writer = await asyncio.open_connection(host, int(port))
        writer.close()
        await writer.wait_closed()
    await first.close()
    await second.close()


async def test_event_goes_to_whoever_waits_over_the_port_or_the_channel() -> None:
    api = RuntimeApi(seen := Seen())
    assert not api.deliver(event_of("r-1", b"1"))
    await api.start()
    reader, writer = await asyncio.open_unix_connection(sock=await api.connect())
    writer.write(b"\0\0\0\0\0")
    await seen.waiting.wait()
    assert api.deliver(event_of("r-1", b"[1]"))
    assert (await reader.readuntil(b"[1]")).endswith(b"[1]")
    writer.close()
    await writer.wait_closed()
    await api.close()


async def test_api_that_was_not_started_can_be_closed() -> None:
    await RuntimeApi(Seen()).close()
