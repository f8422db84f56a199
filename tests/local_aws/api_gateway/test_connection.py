"""One connection over a real socket: frames, limits, order, and every way to end."""

import asyncio
import socket
import ssl
import struct
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from websockets.asyncio.client import ClientConnection
from websockets.frames import Frame, Opcode

from local_aws.certificates import CertificateAuthority
from tests.local_aws.api_gateway.given import (
    RAW_HANDSHAKE,
    Functions,
    Result,
    Running,
    answering,
    echo,
    exchange,
    hang,
    pass_time,
    raw_client,
    serving,
)


async def ending(running: Running) -> tuple[int, str]:
    """Return the code and reason that `$disconnect` was told."""
    context = (await running.functions.wait_for("$disconnect"))[0]["requestContext"]
    assert len(running.functions.received("$disconnect")) == 1
    return context["disconnectStatusCode"], context["disconnectReason"]


async def close_of(client: ClientConnection) -> tuple[int, str]:
    """Return the code and reason that the client was told."""
    await client.wait_closed()
    assert client.close_code is not None
    assert client.close_reason is not None
    return client.close_code, client.close_reason


# Messages


async def test_frames_sent_with_the_handshake_are_not_lost() -> None:
    early = Frame(Opcode.TEXT, b"early").serialize(mask=True)
    async with serving() as running, raw_client(running, early) as client:
        assert await client.receive() == (Opcode.TEXT, b"early", True)


async def test_fragmented_message_is_put_together() -> None:
    async with serving() as running, raw_client(running) as client:
        sent = "é".encode()
        client.send(Opcode.TEXT, b"a" + sent[:1], fin=False)
        client.send(Opcode.PING, b"between")
        client.send(Opcode.CONT, sent[1:], fin=False)
        client.send(Opcode.CONT, b"")
        assert await client.receive() == (Opcode.PONG, b"between", True)
        assert await client.receive() == (Opcode.TEXT, b"a" + sent, True)


async def test_message_of_128_kb_in_frames_of_32_kb_is_echoed_in_such_frames() -> None:
    async with serving() as running, raw_client(running) as client:
        part = b"x" * 32_768
        for index in range(4):
            client.send(Opcode.CONT if index else Opcode.TEXT, part, fin=index == 3)
        received = [await client.receive() for _ in range(4)]
        assert [opcode for opcode, _, _ in received] == [Opcode.TEXT, *[Opcode.CONT] * 3]
        assert [len(data) for _, data, _ in received] == [32_768] * 4
        assert [fin for _, _, fin in received] == [False, False, False, True]


async def test_ping_is_answered_and_reaches_no_function() -> None:
    async with serving() as running, running.connect() as client:
        await (await client.ping("payload"))
        await (await client.ping(b""))
        assert len(running.functions.events) == 1


async def test_messages_of_one_connection_are_handled_in_parallel() -> None:
    both = asyncio.Barrier(2)

    async def meet(event: dict[str, Any]) -> Result:
        await both.wait()
        return await echo(event)

    functions = Functions({"$default": meet})
    async with serving(functions=functions) as running, running.connect() as client:
        await client.send("one")
        await client.send("two")
        assert {await client.recv(), await client.recv()} == {"one", "two"}


async def test_messages_can_be_handled_one_after_the_other() -> None:
    running_now = 0

    async def alone(event: dict[str, Any]) -> Result:
        nonlocal running_now
        running_now += 1
        assert running_now == 1
        await asyncio.sleep(0)
        running_now -= 1
        return await echo(event)

    functions = Functions({"$default": alone})
    async with (
        serving(functions=functions, maximum_parallel_messages=1) as running,
        running.connect() as client,
    ):
        for number in range(50):
            await client.send(str(number))
        assert [await client.recv() for _ in range(50)] == [str(n) for n in range(50)]


async def test_messages_that_wait_are_not_handled_after_the_end() -> None:
    let_go = asyncio.Event()

    async def wait(event: dict[str, Any]) -> Result:
        await let_go.wait()
        return await echo(event)

    functions = Functions({"$default": wait})
    async with (
        serving(functions=functions, maximum_parallel_messages=1) as running,
        raw_client(running) as client,
    ):
        for text in (b"one", b"two"):
            client.send(Opcode.TEXT, text)
        client.send(Opcode.CLOSE, b"")
        assert await ending(running) == (1005, "Client-side close frame status not set")
        let_go.set()
        await running.wait_for_log("MESSAGE")
        assert [event["body"] for event in functions.received("$default")] == ["one"]


async def test_reply_after_the_end_goes_nowhere() -> None:
    let_go = asyncio.Event()

    async def wait(event: dict[str, Any]) -> Result:
        await let_go.wait()
        return await echo(event)

    functions = Functions({"$default": wait})
    async with (
        serving(functions=functions) as running,
        running.connect() as client,
    ):
        await client.send("late")
        await functions.wait_for("$default")
        await client.close()
        await functions.wait_for("$disconnect")
        let_go.set()
        assert (await running.wait_for_log("MESSAGE")).status == 200


# Limits


async def test_frame_over_32_kb_closes_with_1009() -> None:
    async with serving() as running, running.connect() as client:
        await client.send("x" * 32_768)
        assert len(await client.recv()) == 32_768
        await client.send("x" * 32_769)
        code, reason = await close_of(client)
        assert code == 1009
        assert await ending(running) == (1009, reason)
    assert len(running.functions.received("$default")) == 1


async def test_message_over_128_kb_closes_with_1009() -> None:
    async with serving() as running, running.connect() as client:
        await client.send(["x" * 32_768] * 4 + ["x"])
        assert (await close_of(client))[0] == 1009
        assert (await ending(running))[0] == 1009
    assert running.functions.received("$default") == []


async def test_binary_frame_closes_with_1003_and_is_not_delivered() -> None:
    async with serving() as running, running.connect() as client:
        await client.send(b"binary")
        code, reason = await close_of(client)
        assert code == 1003
        assert await ending(running) == (1003, reason)
    assert running.functions.received("$default") == []


async def test_text_that_is_not_utf8_closes_with_1007() -> None:
    async with serving() as running, raw_client(running) as client:
        client.send(Opcode.TEXT, b"\xff")
        code, reason = await client.receive_close()
        assert code == 1007
        assert await ending(running) == (1007, reason)


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(Frame(Opcode.TEXT, b"x").serialize(mask=False), id="unmasked"),
        pytest.param(b"\xf1\x80\x00\x00\x00\x00", id="reserved bits"),
        pytest.param(b"\x83\x80\x00\x00\x00\x00", id="reserved opcode"),
        pytest.param(Frame(Opcode.CONT, b"x").serialize(mask=True), id="continuation of nothing"),
        pytest.param(
            Frame(Opcode.TEXT, b"x", fin=False).serialize(mask=True) * 2,
            id="message within a message",
        ),
        pytest.param(b"\x88\x81\x00\x00\x00\x00x", id="close code of one byte"),
        pytest.param(b"GET / HTTP/1.1\r\n\r\n", id="no frame at all"),
    ],
)
async def test_frame_against_the_protocol_closes_with_1002(sent: bytes) -> None:
    async with serving() as running, raw_client(running) as client:
        client.writer.write(sent)
        code, reason = await client.receive_close()
        assert code == 1002
        assert await client.reader.read() == b""
        assert await ending(running) == (1002, reason)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    pieces=st.lists(
        st.one_of(
            st.binary(max_size=20),
            st.builds(
                lambda opcode, data, fin: Frame(opcode, data, fin).serialize(mask=True),
                st.sampled_from([Opcode.CONT, Opcode.TEXT, Opcode.BINARY]),
                st.binary(max_size=200),
                st.booleans(),
            ),
            st.builds(
                lambda opcode, data: Frame(opcode, data).serialize(mask=True),
                st.sampled_from([Opcode.PING, Opcode.PONG, Opcode.CLOSE]),
                st.binary(max_size=125),
            ),
        ),
        max_size=8,
    )
)
def test_no_frames_harm_another_connection(pieces: list[bytes]) -> None:
    async def scenario() -> None:
        async with (
            serving() as running,
            running.connect() as bystander,
            raw_client(running) as client,
        ):
            for piece in pieces:
                client.writer.write(piece)
            client.writer.write_eof()
            await client.reader.read()
            await running.functions.wait_for("$disconnect")
            await bystander.send("still here")
            assert await bystander.recv() == "still here"
            assert len(running.functions.received("$disconnect")) == 1

    asyncio.run(asyncio.wait_for(scenario(), 30))


async def test_idle_connection_is_closed_with_1001_going_away() -> None:
    async with serving(idle_timeout_seconds=4) as running, running.connect() as client:
        await pass_time(4)
        assert await close_of(client) == (1001, "Going away")
        assert await ending(running) == (1001, "Going away")


@pytest.mark.parametrize("direction", ["message", "ping", "post"])
async def test_traffic_in_either_direction_keeps_a_connection_open(direction: str) -> None:
    functions = Functions({"$default": hang})
    async with (
        serving(functions=functions, idle_timeout_seconds=4) as running,
        running.connect() as client,
    ):
        for count in (1, 2):
            await pass_time(3)
            match direction:
                case "message":
                    await client.send("x")
                    await functions.wait_for("$default", count)
                case "ping":
                    await (await client.ping())
                case _:
                    running.connection().send(b"x")
                    await client.recv()
        assert running.functions.received("$disconnect") == []
        await pass_time(4)
        assert await close_of(client) == (1001, "Going away")


async def test_old_connection_is_closed_with_1001_however_busy() -> None:
    async with (
        serving(idle_timeout_seconds=4, maximum_lifetime_seconds=7) as running,
        running.connect() as client,
    ):
        for _ in range(2):
            await pass_time(3)
            await client.send("x")
            await client.recv()
        await pass_time(1)
        assert await close_of(client) == (1001, "Going away")
        assert await ending(running) == (1001, "Going away")


async def test_activity_is_told_in_seconds_since_the_epoch() -> None:
    async with serving() as running, running.connect() as client:
        connection = running.connection()
        assert connection.last_active_at == connection.connected_at
        await pass_time(3)
        await (await client.ping())
        assert 3 <= connection.last_active_at - connection.connected_at < 30


# Ways to end


@pytest.mark.parametrize(
    ("code", "reason"), [(1000, ""), (1000, "done"), (1001, ""), (3000, "mine"), (4999, "é")]
)
async def test_close_of_the_client_is_echoed_and_told(code: int, reason: str) -> None:
    async with (
        serving() as running,
        running.connect() as client,
    ):
        await client.close(code, reason)
        assert client.close_code == code
        assert await ending(running) == (code, reason)


async def test_close_without_a_code_is_1005() -> None:
    async with serving() as running, raw_client(running) as client:
        client.send(Opcode.CLOSE, b"")
        assert await client.receive() == (Opcode.CLOSE, b"", True)
        assert await client.reader.read() == b""
        assert await ending(running) == (1005, "Client-side close frame status not set")


async def test_lost_socket_is_1006() -> None:
    async with serving() as running, raw_client(running) as client:
        client.writer.write_eof()
        assert await ending(running) == (1006, "")


async def test_reset_socket_is_1006() -> None:
    async with serving() as running, raw_client(running) as client:
        raw: socket.socket = client.writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.writer.transport.abort()
        assert await ending(running) == (1006, "")


async def test_encrypted_connection_is_closed_at_once_by_whoever_begins(tmp_path: Path) -> None:
    authority = CertificateAuthority()
    authority.write_certificate(tmp_path / "certificate.pem")
    trusted = ssl.create_default_context(cafile=str(tmp_path / "certificate.pem"))
    # The client waits for the gateway to close the socket, for longer than a test may take.
    async with serving(tls=authority.server_context(), close_timeout_seconds=300) as running:
        url = f"wss://{running.host}/prod"
        async with running.connect_to(url, ssl=trusted, close_timeout=300) as client:
            await client.close(3000, "mine")
            assert client.close_code == 3000
        async with running.connect_to(url, ssl=trusted, close_timeout=300) as client:
            running.connection().disconnect()
            assert await close_of(client) == (1000, "")


async def test_message_and_close_at_once_are_both_taken() -> None:
    async with serving() as running, raw_client(running) as client:
        client.send(Opcode.TEXT, b"last words")
        client.send(Opcode.CLOSE, struct.pack("!H", 1000))
        assert await ending(running) == (1000, "")
        assert (await running.functions.wait_for("$default"))[0]["body"] == "last words"


async def test_client_that_does_not_answer_a_close_is_dropped() -> None:
    async with (
        serving(idle_timeout_seconds=0.05, close_timeout_seconds=0.05) as running,
        raw_client(running) as client,
    ):
        assert await client.receive_close() == (1001, "Going away")
        with suppress(ConnectionResetError):
            assert await client.reader.read() == b""
        assert await ending(running) == (1001, "Going away")


async def test_what_a_client_sends_after_the_close_is_ignored() -> None:
    async with serving(idle_timeout_seconds=0.05) as running, raw_client(running) as client:
        assert await client.receive_close() == (1001, "Going away")
        client.send(Opcode.TEXT, b"too late")
        client.send(Opcode.CLOSE, struct.pack("!H", 1001))
        assert await client.reader.read() == b""
        assert running.functions.received("$default") == []
        assert await ending(running) == (1001, "Going away")


async def test_client_that_leaves_during_connect_is_disconnected_with_1006() -> None:
    let_go = asyncio.Event()

    async def wait(event: dict[str, Any]) -> Result:
        await let_go.wait()
        return await echo(event)

    functions = Functions({"$connect": wait})
    async with serving(functions=functions) as running:
        _, writer = await asyncio.open_connection("127.0.0.1", running.gateway.port)
        writer.write(RAW_HANDSHAKE)
        await functions.wait_for("$connect")
        writer.close()
        await writer.wait_closed()
        # What is asked later is answered only after the loss has been noticed.
        await exchange(running, b"GET /none HTTP/1.0\r\n\r\n")
        let_go.set()
        assert await ending(running) == (1006, "")


async def test_disconnect_event_goes_to_its_route_and_its_answer_counts_for_nothing() -> None:
    functions = Functions({"$disconnect": answering("malformed")})
    async with (
        serving(functions=functions) as running,
        running.connect() as client,
    ):
        await client.close()
        event = (await functions.wait_for("$disconnect"))[0]
        assert event["headers"] == {
            "Host": running.host,
            "x-api-key": "",
            "X-Forwarded-For": "",
            "x-restapi": "",
        }
        line = await running.wait_for_log("DISCONNECT")
        assert line.status == 502
        assert line.detail.startswith("1000; ")


async def test_connection_ends_once_however_often_it_is_closed() -> None:
    async with serving() as running, running.connect() as client:
        connection = running.connection()
        connection.disconnect()
        connection.disconnect()
        assert await close_of(client) == (1000, "")
        assert await ending(running) == (1000, "Connection Closed Normally")


async def test_message_to_a_socket_that_has_just_failed_goes_nowhere() -> None:
    async with serving() as running, raw_client(running):
        connection = running.connection()
        connection._transport.abort()
        connection.send(b"x")
        assert await ending(running) == (1006, "")


# Slow clients


async def test_nothing_is_read_from_a_client_that_does_not_read() -> None:
    big = b"x" * 131_072
    async with serving(maximum_unread_bytes=65_536) as running, raw_client(running) as client:
        connection = running.connection()
        unread = 0
        while not connection.is_full:
            connection.send(big)
            unread += 4
        client.send(Opcode.TEXT, b"patience")
        async with running.connect() as other:
            await other.send("quick")
            assert await other.recv() == "quick"
        bodies = [event["body"] for event in running.functions.received("$default")]
        assert bodies == ["quick"]
        for _ in range(unread):
            await client.receive()
        assert await client.receive() == (Opcode.TEXT, b"patience", True)


async def test_client_that_does_not_read_can_still_be_disconnected() -> None:
    async with (
        serving(maximum_unread_bytes=65_536, close_timeout_seconds=0.05) as running,
        raw_client(running),
    ):
        connection = running.connection()
        while not connection.is_full:
            connection.send(b"x" * 131_072)
        connection.disconnect()
        assert await ending(running) == (1000, "Connection Closed Normally")
