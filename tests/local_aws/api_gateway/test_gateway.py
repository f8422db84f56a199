"""The gateway over real sockets: addresses, deployments and its own life."""

from dataclasses import replace

import pytest
from websockets.exceptions import InvalidStatus

from local_aws.api_gateway.access_log import Notice
from local_aws.api_gateway.aws_services import AwsServices
from local_aws.api_gateway.gateway import ApiGateway, GatewayError
from local_aws.api_gateway.observer import Observer
from local_aws.api_gateway.settings import GatewaySettings
from local_aws.http1 import HttpServerProtocol, Request, Response
from local_aws.http1.client import HttpClient
from tests.local_aws.api_gateway.given import (
    ECHO_ROUTES,
    Functions,
    api,
    deployment,
    domain,
    exchange,
    serving,
)

PROD = "abc123/prod"


def plain(target: str, *, host: str = "here", method: str = "GET", extra: str = "") -> bytes:
    return (
        f"{method} {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{extra}\r\n".encode()
    )


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


async def test_deployment_that_cannot_work_is_noticed_once() -> None:
    async with serving() as running:
        for _ in range(2):
            running.gateway.update([api(deployment(*ECHO_ROUTES, expression="$nowhere"))])
        assert [type(line) for line in running.lines] == [Notice]
        async with running.connect() as client:
            await client.send("hello")
            assert await client.recv() == "hello"


def idle_gateway() -> ApiGateway:
    observer = Observer(lambda _: None)
    return ApiGateway(GatewaySettings(), AwsServices(Functions()), observer=observer)


async def test_port_in_use_says_what_to_do() -> None:
    async with serving() as running:
        other = idle_gateway()
        port = running.gateway.port
        with pytest.raises(GatewayError) as refused:
            await other.serve(port=port)
        assert str(refused.value) == (
            f"Port {port} on 127.0.0.1 is in use; pass --port or stop the other program."
        )
        await other.close()


async def test_address_of_another_machine_cannot_be_listened_on() -> None:
    gateway = idle_gateway()
    with pytest.raises(GatewayError, match="pass another --host or --port"):
        await gateway.serve("192.0.2.1")


async def test_gateway_has_no_port_before_it_serves() -> None:
    gateway = idle_gateway()
    with pytest.raises(RuntimeError, match="call serve first"):
        _ = gateway.port


async def test_something_else_may_be_served_beside_what_stages_serve() -> None:
    async def handle(request: Request, _protocol: HttpServerProtocol) -> Response:
        return Response(200, body=request.target.encode())

    gateway = idle_gateway()
    gateway.update([api(deployment(*ECHO_ROUTES))])
    await gateway.serve(beside={"_pages": handle, "prod": handle})
    client = HttpClient()
    try:
        for path, status in (
            ("/_pages/a?b=c", 200),
            ("/_pages", 200),
            ("/_page", 403),
            ("/prod", 426),
        ):
            url = f"http://127.0.0.1:{gateway.port}{path}"
            response = await client.send(url, method="GET", headers=(), body=b"")
            assert (response.status, response.body == path.encode()) == (status, status == 200)
    finally:
        await client.close()
        await gateway.close()
