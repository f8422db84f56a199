"""The gateway over real sockets: addresses, deployments and its own life."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.frames import Frame, Opcode

from local_aws.api_gateway.access_log import Notice
from local_aws.api_gateway.aws_services import AwsServices
from local_aws.api_gateway.gateway import ApiGateway, GatewayError
from local_aws.api_gateway.settings import GatewaySettings
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
    route,
    serving,
)

PROD = "abc123/prod"


def plain(target: str, *, host: str = "here", method: str = "GET", extra: str = "") -> bytes:
    return (
        f"{method} {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{extra}\r\n".encode()
    )


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


async def test_plain_get_is_told_to_upgrade() -> None:
    async with serving() as running:
        answer = await exchange(running, plain("/prod"))
        assert answer.startswith(b"HTTP/1.1 426 Upgrade Required\r\n")
        assert b"\r\nUpgrade: websocket\r\n" in answer
        assert running.functions.events == []


@pytest.mark.parametrize(
    "target", ["/", "/dev", "/prod/more", "/prod/@connections", "*", "/@connections/abc="]
)
async def test_address_that_does_not_exist_is_forbidden(target: str) -> None:
    async with serving() as running:
        answer = await exchange(running, plain(target))
        assert answer.startswith(b"HTTP/1.1 403 Forbidden\r\n")
        assert b'"Forbidden"' in answer
        assert len(running.lines) == 1


async def test_other_method_than_get_opens_nothing() -> None:
    async with serving() as running:
        answer = await exchange(running, plain("/prod", method="POST"))
        assert answer.startswith(b"HTTP/1.1 403 ")


async def test_stage_without_a_deployment_is_forbidden() -> None:
    async with serving(api(None)) as running:
        with pytest.raises(InvalidStatus) as refused:
            await running.connect()
        assert refused.value.response.status_code == 403


async def test_too_long_address_and_head_are_refused() -> None:
    async with serving() as running:
        answer = await exchange(running, plain("/prod?" + "a" * 4_096))
        assert answer.startswith(b"HTTP/1.1 414 ")
        answer = await exchange(running, plain("/prod", extra=f"X: {'a' * 10_240}\r\n"))
        assert answer.startswith(b"HTTP/1.1 431 ")


async def test_stage_with_a_trailing_slash_is_the_stage() -> None:
    async with serving() as running, running.connect("/"):
        assert running.functions.events[0]["requestContext"]["stage"] == "prod"


async def test_two_apis_are_told_apart_by_their_hosts() -> None:
    apis = [api(deployment(*ECHO_ROUTES), api_id=name) for name in ("first", "second")]
    async with serving(*apis) as running:
        with pytest.raises(InvalidStatus) as refused:
            await running.connect()
        assert refused.value.response.status_code == 403
        assert "first.localhost or second.localhost" in running.logged("GET")[0].detail
        target = f"ws://second.localhost:{running.gateway.port}/prod"
        async with running.connect_to(target, host="127.0.0.1"):
            assert running.functions.events[0]["requestContext"]["apiId"] == "second"


async def test_client_of_a_domain_name_gets_its_echo_and_its_handler_is_told_the_name() -> None:
    async with serving() as running:
        running.gateway.update([api(deployment(*ECHO_ROUTES))], domains=[domain({"chat": PROD})])
        target = f"ws://chat.example.com.localhost:{running.gateway.port}/chat"
        async with running.connect_to(target, host="127.0.0.1") as client:
            await client.send("hello")
            assert await client.recv() == "hello"
            for event in running.functions.events:
                context = event["requestContext"]
                assert (context["domainName"], context["stage"]) == ("chat.example.com", "prod")
            connection_id = context["connectionId"]
            for target, status in (
                (f"/chat/@connections/{connection_id}", b"200"),
                (f"/chat/%40connections/{connection_id}", b"200"),
                (f"/@connections/{connection_id}", b"403"),
                (f"/chat/prod/@connections/{connection_id}", b"403"),
                (f"/prod/@connections/{connection_id}", b"403"),
            ):
                answer = await exchange(running, plain(target, host="chat.example.com"))
                assert answer.startswith(b"HTTP/1.1 " + status), target
            target = f"/chat/prod/@connections/{connection_id}"
            answer = await exchange(running, plain(target, host="chat.example.com"))
            assert b"No method found matching route prod/@connections/" in answer


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


async def test_disabled_default_address_is_forbidden() -> None:
    served = replace(deployment(*ECHO_ROUTES), disable_execute_api_endpoint=True)
    async with serving() as running:
        running.gateway.update([api(served)], domains=[domain({"": PROD})])
        for target in ("/prod", "/prod/@connections/abcd"):
            answer = await exchange(running, plain(target, host="abc123.localhost"))
            assert answer.startswith(b"HTTP/1.1 403 ")
        address = {"host": "127.0.0.1", "port": running.gateway.port}
        async with running.connect_to("ws://chat.example.com", **address):
            assert running.functions.received("$connect")


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


async def test_deployment_that_cannot_work_is_noticed_once() -> None:
    async with serving() as running:
        for _ in range(2):
            running.gateway.update([api(deployment(*ECHO_ROUTES, expression="$nowhere"))])
        assert [type(line) for line in running.lines] == [Notice]
        async with running.connect() as client:
            await client.send("hello")
            assert await client.recv() == "hello"


async def test_port_in_use_says_what_to_do() -> None:
    async with serving() as running:
        other = ApiGateway(GatewaySettings(), AwsServices(Functions()), output=lambda _: None)
        port = running.gateway.port
        with pytest.raises(GatewayError) as refused:
            await other.serve(port=port)
        assert str(refused.value) == (
            f"Port {port} on 127.0.0.1 is in use; pass --port or stop the other program."
        )
        await other.close()


async def test_address_of_another_machine_cannot_be_listened_on() -> None:
    gateway = ApiGateway(GatewaySettings(), AwsServices(Functions()), output=lambda _: None)
    with pytest.raises(GatewayError, match="cannot be listened on"):
        await gateway.serve("192.0.2.1")


async def test_gateway_has_no_port_before_it_serves() -> None:
    gateway = ApiGateway(GatewaySettings(), AwsServices(Functions()), output=lambda _: None)
    with pytest.raises(RuntimeError, match="call serve first"):
        _ = gateway.port


async def test_closing_gateway_closes_connections_and_tells_disconnect() -> None:
    async with serving() as running:
        client = await running.connect()
        await running.gateway.close()
        with pytest.raises(ConnectionClosed) as closed:
            await client.recv()
        assert closed.value.rcvd is not None
        assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1001, "Going away")
    context = running.functions.received("$disconnect")[0]["requestContext"]
    assert (context["disconnectStatusCode"], context["disconnectReason"]) == (1001, "Going away")


async def test_closing_gateway_answers_connections_calls_of_disconnect_but_no_handshake() -> None:
    answers: list[bytes] = []

    async def call_back(event: dict[str, Any]) -> Result:
        answers.append(await exchange(running, plain("/prod/@connections/abcd")))
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


async def test_closing_gateway_does_not_wait_for_ever() -> None:
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
