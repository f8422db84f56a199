"""HTTP servers behind routes, as their clients and the servers themselves meet them."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from local_aws.http1 import HttpServer, HttpServerProtocol, Request, Response
from tests.local_aws.api_gateway.given import (
    LIFECYCLE,
    Running,
    api,
    deployment,
    route,
    serving,
)
from tests.local_aws.api_gateway.integrations.given import backend, response


@dataclass(slots=True)
class Server:
    """An HTTP server behind a route."""

    port: int = 0
    requests: list[Request] = field(default_factory=list)
    response: Response = field(default_factory=lambda: Response(200, body=b'{"said": "hi"}'))
    is_hanging: bool = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def handle(self, request: Request, protocol: HttpServerProtocol) -> Response:
        del protocol
        self.requests.append(request)
        if self.is_hanging:
            await asyncio.Event().wait()
        return self.response


@asynccontextmanager
async def server() -> AsyncIterator[Server]:
    running = Server()
    http_server = await HttpServer.start(running.handle)
    running.port = http_server.port
    try:
        yield running
    finally:
        await http_server.close()


@asynccontextmanager
async def behind(
    *keys: str, integration_type: str = "HTTP_PROXY", uri: str = "/path", **changes: Any
) -> AsyncIterator[tuple[Running, Server]]:
    """Serve the routes of these keys by an HTTP server."""
    async with server() as backend_server:
        used = backend(integration_type, f"{backend_server.url}{uri}", **changes)
        routes = [route(key, two_way=True) for key in keys or ("$default",)]
        deployed = deployment(*routes, integrations=[used])
        async with serving(api(deployed, variables={"color": "blue"})) as running:
            yield running, backend_server


async def test_message_goes_to_the_server_as_it_is_and_its_answer_comes_back() -> None:
    async with behind() as (running, backend_server), running.connect() as client:
        await client.send("hé")
        assert await client.recv() == '{"said": "hi"}'
    (request,) = backend_server.requests
    assert (request.method, request.target) == ("POST", "/path")
    assert request.body.decode() == "hé"
    assert request.header("content-type") == "application/json"
    assert request.header("user-agent") == "AmazonAPIGateway_abc123"
    assert request.header("x-amzn-apigateway-api-id") == "abc123"
    assert request.header("host") == f"127.0.0.1:{backend_server.port}"


async def test_parameters_reach_header_query_and_path() -> None:
    parameters = {
        "integration.request.header.X-Connection": "context.connectionId",
        "integration.request.header.Content-Type": "'text/plain'",
        "integration.request.querystring.id": "route.request.body.id",
        "integration.request.path.room": "route.request.body.room",
    }
    uri = "/rooms/{room}/${stageVariables.color}?fixed=1"
    async with (
        behind(uri=uri, requestParameters=parameters, integration_method="PUT") as (
            running,
            backend_server,
        ),
        running.connect() as client,
    ):
        await client.send('{"id": "a b", "room": "a/b"}')
        await client.recv()
        connection_id = running.connection().context.connection_id
    (request,) = backend_server.requests
    assert request.method == "PUT"
    assert request.target == "/rooms/a%2Fb/blue?fixed=1&id=a+b"
    assert request.header("x-connection") == connection_id
    assert [value for name, value in request.headers if name == "Content-Type"] == ["text/plain"]


@pytest.mark.parametrize("status", [201, 301, 404, 500])
async def test_status_of_the_server_does_not_matter_to_a_message(status: int) -> None:
    async with behind() as (running, backend_server), running.connect() as client:
        backend_server.response = Response(status, body=b"said")
        await client.send("x")
        assert await client.recv() == "said"
        assert running.logged("MESSAGE")[0].status == status


async def test_handshake_shows_the_server_its_headers_and_query() -> None:
    async with (
        behind("$connect") as (running, backend_server),
        running.connect("?a=1&a=2", additional_headers={"X-Token": "t"}),
    ):
        (request,) = backend_server.requests
    assert request.target == "/path?a=1&a=2"
    assert request.header("x-token") == "t"
    assert request.header("sec-websocket-version") == "13"
    assert request.header("x-forwarded-for") == "127.0.0.1"
    assert request.header("connection") is None
    assert request.header("upgrade") is None
    assert request.header("host") == f"127.0.0.1:{backend_server.port}"
    assert request.body == b""
    assert request.header("content-type") is None


async def test_parameter_replaces_what_the_client_sent() -> None:
    replaced = {"integration.request.header.sec-websocket-version": "'none'"}
    async with (
        behind("$connect", requestParameters=replaced) as (running, backend_server),
        running.connect(),
    ):
        values = [
            value
            for name, value in backend_server.requests[0].headers
            if name.lower() == "sec-websocket-version"
        ]
    assert values == ["none"]


@pytest.mark.parametrize(("status", "refused_with"), [(301, 301), (403, 403), (500, 500)])
async def test_server_refuses_handshakes_by_its_status(status: int, refused_with: int) -> None:
    async with behind(*(each.route_key for each in LIFECYCLE)) as (running, backend_server):
        backend_server.response = Response(status, body=b"a secret")
        with pytest.raises(InvalidStatus) as refused:
            await running.connect()
        assert refused.value.response.status_code == refused_with
        assert b"a secret" not in refused.value.response.body
        assert len(backend_server.requests) == 1


async def test_server_chooses_the_subprotocol() -> None:
    async with behind("$connect") as (running, backend_server):
        backend_server.response = Response(200, (("Sec-WebSocket-Protocol", "chat"),))
        async with running.connect(subprotocols=[Subprotocol("chat")]) as client:
            assert client.subprotocol == "chat"


async def test_disconnect_reaches_the_server() -> None:
    async with behind("$disconnect") as (running, backend_server):
        client = await running.connect()
        await client.close()
        await running.wait_for_log("DISCONNECT")
        assert backend_server.requests[0].method == "POST"


async def test_server_that_takes_too_long_is_a_timeout() -> None:
    async with (
        behind(timeout_milliseconds=50) as (running, backend_server),
        running.connect() as client,
    ):
        backend_server.is_hanging = True
        await client.send("x")
        assert str(await client.recv()).startswith('{"message": "Endpoint request timed out", ')
        line = running.logged("MESSAGE")[0]
        assert line.status == 504
        assert f"{backend_server.url}/path did not answer" in line.detail


async def test_server_that_is_not_there_is_an_error_frame_and_a_504() -> None:
    nowhere = backend("HTTP_PROXY", "http://127.0.0.1:1/")
    routes = deployment(route("$default"), integrations=[nowhere])
    async with serving(api(routes)) as running, running.connect() as client:
        await client.send("x")
        assert "Internal server error" in str(await client.recv())
        line = running.logged("MESSAGE")[0]
        assert line.status == 504
        assert "127.0.0.1:1 cannot be reached" in line.detail
    async with serving(
        api(deployment(*LIFECYCLE, integrations=[nowhere])),
    ) as running:
        with pytest.raises(InvalidStatus) as refused:
            await running.connect()
        assert refused.value.response.status_code == 504


async def test_answer_that_is_no_text_is_an_error_frame() -> None:
    async with behind() as (running, backend_server), running.connect() as client:
        backend_server.response = Response(200, body=b"\xff")
        await client.send("x")
        assert "Internal server error" in str(await client.recv())
        assert "no text in UTF-8" in running.logged("MESSAGE")[0].detail


async def test_templates_write_the_request_and_the_reply() -> None:
    request_template = '{"from": "$context.connectionId", "text": $input.json("$.text")}'
    async with (
        behind(
            integration_type="HTTP",
            requestTemplates={"$default": request_template},
            integrationResponses=[
                response("/2../", "server said $input.path('$.said')"),
                response("$default", "sorry"),
            ],
        ) as (running, backend_server),
        running.connect() as client,
    ):
        await client.send('{"text": "hello"}')
        assert await client.recv() == "server said hi"
        backend_server.response = Response(500)
        await client.send('{"text": "hello"}')
        assert await client.recv() == "sorry"
        connection_id = running.connection().context.connection_id
    sent = json.loads(backend_server.requests[0].body)
    assert sent == {"from": connection_id, "text": "hello"}


@pytest.mark.parametrize(
    ("responses", "status"),
    [([response("/403/")], 403), ([response("/200/")], 500), ([], 500)],
)
async def test_mapped_server_refuses_handshakes(
    responses: list[dict[str, Any]], status: int
) -> None:
    async with behind("$connect", integration_type="HTTP", integrationResponses=responses) as (
        running,
        backend_server,
    ):
        backend_server.response = Response(403)
        with pytest.raises(InvalidStatus) as refused:
            await running.connect()
        assert refused.value.response.status_code == status


async def test_vpc_link_is_passed_over_with_a_notice() -> None:
    async with (
        behind(connectionType="VPC_LINK") as (running, _),
        running.connect() as client,
    ):
        await client.send("x")
        assert await client.recv() == '{"said": "hi"}'
        (notice,) = [str(line) for line in running.lines if "VPC link" in str(line)]
        assert "there is no VPC here, so it is called at http://127.0.0.1:" in notice
