import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from local_aws.certificates import CertificateAuthority
from local_aws.forward_proxy import ForwardProxy
from local_aws.http1 import HttpServer, HttpServerProtocol, Request, Response

HOST = "127.0.0.1"


async def answer(request: Request, protocol: HttpServerProtocol) -> Response:
    del protocol
    return Response(200, body=f"{request.header('host')} {request.target}".encode())


@contextlib.asynccontextmanager
async def proxying(names: dict[str, str]) -> AsyncIterator[int]:
    proxy = await ForwardProxy.start(names.get)
    try:
        yield int(proxy.url.rpartition(":")[2])
    finally:
        await proxy.close()


async def ask(port: int, head: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection(HOST, port)
    writer.write(head)
    return reader, writer


async def test_name_that_is_served_here_leads_here_by_tls(tmp_path: Path) -> None:
    authority = CertificateAuthority()
    authority.write_certificate(tmp_path / "ca.pem")
    trusted = ssl.create_default_context(cafile=tmp_path / "ca.pem")
    server = await HttpServer.start(answer, tls=authority.server_context())
    async with proxying({"chat.example.com": f"{HOST}:{server.port}"}) as port:
        reader, writer = await ask(port, b"CONNECT chat.example.com:443 HTTP/1.1\r\n\r\n")
        assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 200 Connection established\r\n\r\n"
        await writer.start_tls(trusted, server_hostname="chat.example.com")
        writer.write(b"GET /prod HTTP/1.1\r\nHost: chat.example.com\r\nConnection: close\r\n\r\n")
        assert (await reader.read()).endswith(b"chat.example.com /prod")
        writer.close()
    await server.close()


async def test_any_other_name_leads_where_it_always_does() -> None:
    server = await HttpServer.start(answer)
    async with proxying({}) as port:
        reader, writer = await ask(
            port,
            f"CONNECT localhost:{server.port} HTTP/1.1\r\n\r\n".encode()
            + b"GET /there HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        )
        assert (await reader.read()).endswith(b"localhost /there")
        writer.close()
    await server.close()


@pytest.mark.parametrize(
    "head",
    [
        b"GET http://example.com/ HTTP/1.1\r\n\r\n",
        b"CONNECT example.com HTTP/1.1\r\n\r\n",
        b"CONNECT :443 HTTP/1.1\r\n\r\n",
        b"\x16\x03\r\n\r\n",
    ],
)
async def test_what_is_no_connect_request_is_refused(head: bytes) -> None:
    async with proxying({}) as port:
        reader, writer = await ask(port, head)
        assert (await reader.read()).startswith(b"HTTP/1.1 400 ")
        writer.close()


async def test_place_that_does_not_answer_is_a_bad_gateway() -> None:
    async with proxying({"gone.example.com": f"{HOST}:9"}) as port:
        reader, writer = await ask(port, b"CONNECT gone.example.com:443 HTTP/1.1\r\n\r\n")
        assert (await reader.read()).startswith(b"HTTP/1.1 502 ")
        writer.close()


@pytest.mark.parametrize("sent", [b"CONNECT half", b"x" * 40_000])
async def test_request_that_never_ends_is_dropped(sent: bytes) -> None:
    async with proxying({}) as port:
        reader, writer = await ask(port, sent)
        writer.write_eof()
        with contextlib.suppress(ConnectionError):
            assert await reader.read() == b""
        writer.close()


async def test_closing_drops_connections_that_are_open() -> None:
    server = await HttpServer.start(answer)
    async with proxying({}) as port:
        reader, writer = await ask(port, f"CONNECT {HOST}:{server.port} HTTP/1.1\r\n\r\n".encode())
        await reader.readuntil(b"\r\n\r\n")
    assert await reader.read() == b""
    writer.close()
    await server.close()
