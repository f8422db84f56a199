"""The lives of connections over real sockets: openings, deployments, and the gateway's end."""

import asyncio
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.frames import Frame, Opcode

from local_aws.api_gateway.access_log import Notice
from local_aws.faults import Faults
from tests.local_aws.api_gateway.given import (
    ECHO_ROUTES,
    Functions,
    Result,
    answering,
    api,
    deployment,
    domain,
    echo,
    exchange,
    hang,
    pass_time,
    route,
    serving,
)

PROD = "abc123/prod"


async def test_client_connects_and_gets_its_echo() -> None:
    async with serving() as running, running.connect() as client:
        await client.send("hello")
        assert await client.recv() == "hello"


async def test_connect_event_tells_headers_query_and_address() -> None:
    async with (
        serving() as running,
        running.connect("?token=a&token=b", additional_headers={"X-Mine": "1"}),
    ):
        event = running.functions.received("$connect")[0]
        assert event["headers"]["X-Mine"] == "1"
        assert event["headers"]["X-Forwarded-Port"] == str(running.gateway.port)
        assert event["multiValueQueryStringParameters"] == {"token": ["a", "b"]}
        assert "body" not in event
        context = event["requestContext"]
        assert context["domainName"] == running.host
        assert context["identity"]["sourceIp"] == "127.0.0.1"
        assert context["identity"]["userAgent"].startswith("Python/")
        assert (context["apiId"], context["stage"]) == ("abc123", "prod")
        assert context["requestId"] == context["extendedRequestId"]


async def test_what_stays_the_same_does_in_all_events_of_a_connection() -> None:
    async with (
        serving() as running,
        running.connect(user_agent_header=None) as client,
    ):
        await client.send("hello")
        await client.recv()
        await client.close()
        await running.functions.wait_for("$disconnect")
    contexts = [event["requestContext"] for event in running.functions.events]
    assert [each["eventType"] for each in contexts] == ["CONNECT", "MESSAGE", "DISCONNECT"]
    for name in ("connectionId", "connectedAt", "domainName", "apiId", "stage", "identity"):
        assert contexts[0][name] == contexts[1][name] == contexts[2][name]
    assert contexts[0]["identity"] == {"sourceIp": "127.0.0.1"}
    assert len({each["requestId"] for each in contexts}) == 3


async def test_compression_is_not_negotiated() -> None:
    async with serving() as running, running.connect() as client:
        assert client.response is not None
        assert "Sec-WebSocket-Extensions" not in client.response.headers


async def test_foreign_origin_is_let_in() -> None:
    async with serving() as running, running.connect(origin="https://elsewhere.example"):
        assert running.functions.events[0]["headers"]["Origin"] == "https://elsewhere.example"


async def test_mapping_of_several_levels_lowers_the_names_of_headers() -> None:
    async with serving() as running:
        mappings = {"chat": PROD, "chat/v2": PROD}
        running.gateway.update([api(deployment(*ECHO_ROUTES))], domains=[domain(mappings)])
        address = {"host": "127.0.0.1", "port": running.gateway.port}
        for path in mappings:
            url = f"ws://chat.example.com/{path}"
            async with running.connect_to(url, additional_headers={"X-Mine": "1"}, **address):
                pass
        one, several = (event["headers"] for event in running.functions.received("$connect"))
        assert one["X-Mine"] == several["x-mine"] == "1"
        assert "X-Mine" not in several


async def test_open_connection_goes_on_with_the_new_deployment() -> None:
    async with serving() as running, running.connect() as client:
        await client.send('{"action": "new"}')
        assert await client.recv() == '{"action": "new"}'
        running.functions.behaviours["new"] = answering({"body": "from the new route"})
        running.gateway.update([api(deployment(*ECHO_ROUTES, route("new", two_way=True)))])
        await client.send('{"action": "new"}')
        assert await client.recv() == "from the new route"


async def test_connection_of_a_stage_that_is_gone_is_closed() -> None:
    async with serving() as running, running.connect() as client:
        running.gateway.update([])
        with pytest.raises(ConnectionClosed) as closed:
            await client.recv()
        assert closed.value.rcvd is not None
        assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1001, "Going away")
    assert running.functions.received("$disconnect") == []


async def test_stage_that_goes_during_the_handshake_takes_the_connection_along() -> None:
    async def undeploy(event: dict[str, Any]) -> Result:
        running.gateway.update([])
        return await echo(event)

    functions = Functions({"$connect": undeploy})
    async with serving(functions=functions) as running, running.connect() as client:
        with pytest.raises(ConnectionClosed):
            await client.recv()


async def test_message_whose_stage_goes_before_it_is_routed_is_dropped() -> None:
    async with serving() as running, running.connect() as client:
        running.connection().data_received(Frame(Opcode.TEXT, b"x").serialize(mask=True))
        running.gateway.update([])
        with pytest.raises(ConnectionClosed):
            await client.recv()
    assert running.functions.received("$default") == []


async def test_closing_closes_connections_and_tells_disconnect() -> None:
    async with serving() as running:
        client = await running.connect()
        await running.gateway.close()
        with pytest.raises(ConnectionClosed) as closed:
            await client.recv()
        assert closed.value.rcvd is not None
        assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1001, "Going away")
    context = running.functions.received("$disconnect")[0]["requestContext"]
    assert (context["disconnectStatusCode"], context["disconnectReason"]) == (1001, "Going away")


async def test_closing_answers_connections_calls_of_disconnect_but_no_handshake() -> None:
    answers: list[bytes] = []

    async def call_back(event: dict[str, Any]) -> Result:
        call = b"GET /prod/@connections/abcd HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n"
        answers.append(await exchange(running, call))
        with pytest.raises(InvalidStatus):
            await running.connect()
        return await echo(event)

    functions = Functions({"$disconnect": call_back})
    async with serving(functions=functions) as running:
        client = await running.connect()
        await running.gateway.close()
        assert answers[0].startswith(b"HTTP/1.1 410 ")
        assert running.logged("CONNECT")[-1].status == 503
        await client.wait_closed()


async def test_closing_does_not_wait_for_ever() -> None:
    functions = Functions({"$disconnect": hang, "$default": hang})
    async with serving(functions=functions, disconnect_grace_seconds=0.05) as running:
        client = await running.connect()
        await client.send("x")
        await functions.wait_for("$default")
        functions.behaviours["$connect"] = hang
        pending = asyncio.create_task(running.connect().__aenter__())
        await functions.wait_for("$connect", 2)
        await running.gateway.close()
        with pytest.raises(Exception, match="did not receive a valid HTTP response"):
            await pending
        await client.wait_closed()
    assert len(asyncio.all_tasks()) == 1


async def test_dropped_disconnect_never_comes_and_is_told() -> None:
    shares = iter([0.05, 0.5])
    faults = Faults(drop_disconnect=0.1, draw=lambda: next(shares))
    async with serving(faults=faults) as running:
        async with running.connect():
            unlucky = running.connection().context.connection_id
        while not running.lines[-1:] or not isinstance(running.lines[-1], Notice):
            running.written.clear()
            await running.written.wait()
        assert str(running.lines[-1]) == f"disconnect {unlucky}: dropped, by --drop-disconnect"
        async with running.connect():
            lucky = running.connection().context.connection_id
        (event,) = await running.functions.wait_for("$disconnect")
        assert event["requestContext"]["connectionId"] == lucky


async def test_slow_connection_opens_late_and_cannot_be_posted_to_before() -> None:
    functions = Functions()
    async with serving(functions=functions, faults=Faults(slow_connect_seconds=30)) as running:
        opening = asyncio.create_task(running.connect(open_timeout=None).__aenter__())
        (event,) = await functions.wait_for("$connect")
        connection_id = event["requestContext"]["connectionId"]
        post = f"POST /prod/@connections/{connection_id} HTTP/1.0\r\nContent-Length: 1\r\n\r\nx"
        assert (await exchange(running, post.encode())).startswith(b"HTTP/1.1 410 ")
        await pass_time(30)
        client = await opening
        detail = running.logged("CONNECT")[0].detail
        assert detail == "30 s late, by --fault slow-connect"
        await client.send("hello")
        assert await client.recv() == "hello"
        await client.close()
