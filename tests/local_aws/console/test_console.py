"""The console on a gateway's port, asked as its page does."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from local_aws.api_gateway.access_log import AccessLog, Notice
from local_aws.api_gateway.aws_services import AwsServices
from local_aws.api_gateway.gateway import ApiGateway
from local_aws.api_gateway.observer import Observer
from local_aws.api_gateway.settings import GatewaySettings
from local_aws.aws_client import AwsClient
from local_aws.console import console as consoles
from local_aws.console.console import SEGMENT, Console
from local_aws.console.tables import Tables
from local_aws.http1 import Response
from local_aws.http1.client import HttpClient
from tests.local_aws.api_gateway.given import ECHO_ROUTES, Functions, api, deployment, route
from tests.local_aws.console.given import ended

APIS = (api(deployment(*ECHO_ROUTES)),)


class Page:
    """An open page: what it has been told, in order."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self.writer = writer

    async def told(self) -> dict[str, Any]:
        while True:
            line = await self._reader.readline()
            assert line, "the page was cut off"
            if line.startswith(b"data: "):
                return dict(json.loads(line.removeprefix(b"data: ")))

    async def told_of(self, count: int) -> list[dict[str, Any]]:
        """Return the requests that it is told of, once there are so many."""
        events: list[dict[str, Any]] = []
        while len(events) < count:
            events += (await self.told()).get("events", ())
        return events


@dataclass(slots=True)
class Running:
    gateway: ApiGateway
    console: Console
    http: HttpClient

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.gateway.port}"

    async def ask(self, path: str, method: str = "GET") -> Response:
        headers = (("Origin", f"http://{self.host}"),)
        return await self.http.send(f"http://{self.host}{path}", method=method, headers=headers)

    @asynccontextmanager
    async def page(self) -> AsyncIterator[Page]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.gateway.port)
        writer.write(f"GET /_console/feed HTTP/1.1\r\nHost: {self.host}\r\n\r\n".encode())
        yield Page(reader, writer)
        writer.close()
        await writer.wait_closed()


@asynccontextmanager
async def running(aws_endpoint: str) -> AsyncIterator[Running]:
    http = HttpClient()

    def take(entry: AccessLog | Notice) -> None:
        console.take(entry)

    services = AwsServices(Functions())
    gateway = ApiGateway(GatewaySettings(), services, observer=Observer(take))
    tables = Tables(AwsClient(http, endpoint_url=aws_endpoint), region="us-east-1")
    console = Console(gateway.connections, tables, lambda: APIS)
    gateway.update(APIS)
    await gateway.serve(beside={SEGMENT: console.answer})
    try:
        yield Running(gateway, console, http)
    finally:
        await gateway.close()
        console.close()
        await http.close()


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        ("/_console", "text/html"),
        ("/_console/", "text/html"),
        ("/_console?a=b", "text/html"),
        ("/_console/console.css", "text/css"),
        ("/_console/console.js", "text/javascript"),
    ],
)
async def test_page_is_served_for_itself_alone(
    moto_endpoint: str, path: str, content_type: str
) -> None:
    async with running(moto_endpoint) as served:
        response = await served.ask(path)
        headers = {name.lower(): value for name, value in response.headers}
        assert (response.status, headers["content-type"].split(";")[0]) == (200, content_type)
        assert f"connect-src 'self' ws://{served.host} " in headers["content-security-policy"]
        assert f" ws://*.localhost:{served.gateway.port} " in headers["content-security-policy"]
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/_console/console.py"),
        ("GET", "/_console/../x"),
        ("POST", "/_console"),
        ("PUT", "/_console/feed"),
    ],
)
async def test_there_is_nothing_else(moto_endpoint: str, method: str, path: str) -> None:
    async with running(moto_endpoint) as served:
        assert (await served.ask(path, method)).status == 404


async def test_foreign_page_is_refused(moto_endpoint: str) -> None:
    async with running(moto_endpoint) as served:
        for path in ("/_console", "/_console/feed", "/_console/tables"):
            headers = (("Origin", "http://evil.example"),)
            url = f"http://{served.host}{path}"
            response = await served.http.send(url, method="GET", headers=headers)
            assert (response.status, response.body) == (
                403,
                b"The console is not for other pages.\n",
            )


async def test_page_is_told_what_there_is_and_then_what_happens(moto_endpoint: str) -> None:
    async with running(moto_endpoint) as served, connect(f"ws://{served.host}/prod") as client:
        async with served.page() as page:
            first = await page.told()
            assert [each["key"] for each in first["stages"][0]["routes"]] == [
                "$connect",
                "$default",
                "$disconnect",
            ]
            assert first["connections"]["count"] == 1
            assert first["connections"]["shown"][0]["stage"] == "prod"
            assert first["events"] == []
            await client.send("hello")
            (message,) = await page.told_of(1)
            assert (message["event"], message["route"]) == ("MESSAGE", "$default")
            assert (message["received"], message["sent"]) == ("hello", "hello")
            await client.close()
            told = await page.told()
            assert (told["events"][0]["event"], told["connections"]["count"]) == ("DISCONNECT", 0)
        async with served.page() as page:
            assert [each["event"] for each in (await page.told())["events"]] == [
                "MESSAGE",
                "DISCONNECT",
            ]


async def test_page_is_told_of_another_deployment(moto_endpoint: str) -> None:
    async with running(moto_endpoint) as served, served.page() as page:
        await page.told()
        served.console.update()
        assert [each["name"] for each in (await page.told())["stages"]] == ["prod"]


async def test_nothing_is_kept_while_no_page_is_open(moto_endpoint: str) -> None:
    async with running(moto_endpoint) as served:
        served.console.take(ended())
        async with served.page() as page:
            assert (await page.told())["events"] == []
            served.console.take(Notice("deploy again"))
            served.console.take(ended())
            assert len(await page.told_of(1)) == 1


async def test_of_too_many_requests_the_last_are_shown(moto_endpoint: str) -> None:
    async with running(moto_endpoint) as served, served.page() as page:
        await page.told()
        for number in range(consoles.MAXIMUM_EVENTS + 5):
            served.console.take(ended(status=number))
        told = await page.told()
        assert (told["skipped"], len(told["events"])) == (5, consoles.MAXIMUM_EVENTS)
        assert told["events"][0]["status"] == 5
        assert told["connections"] == {"count": 0, "shown": []}


async def test_connection_is_kicked(moto_endpoint: str) -> None:
    async with running(moto_endpoint) as served, connect(f"ws://{served.host}/prod") as client:
        async with served.page() as page:
            (shown,) = (await page.told())["connections"]["shown"]
        path = f"/_console/disconnect?connection={shown['id'].replace('=', '%3D')}"
        assert (await served.ask(path, "POST")).status == 200
        with pytest.raises(ConnectionClosed):
            await client.recv()
        assert (await served.ask(path, "POST")).status == 410


async def test_tables_and_their_items_are_shown(moto_endpoint: str) -> None:
    async with running(moto_endpoint) as served:
        assert "tables" in json.loads((await served.ask("/_console/tables")).body)
        response = await served.ask("/_console/table?name=not-there")
        assert response.status == 502
        assert b"dynamodb:Scan was refused" in response.body


async def test_stage_of_the_consoles_name_goes_first(moto_endpoint: str) -> None:
    async with running(moto_endpoint) as served:
        served.gateway.update([api(deployment(route("$default")), stage=SEGMENT)])
        async with connect(f"ws://{served.host}/{SEGMENT}"):
            pass
