import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from local_aws.certificates import CertificateAuthority
from local_aws.http1 import HttpServer, HttpServerProtocol, Request, Response
from local_aws.http1.port import Port

HOST = "127.0.0.1"
REQUEST = b"GET / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n"


async def answer(request: Request, protocol: HttpServerProtocol) -> Response:
    del request
    return Response(200, body=b"encrypted" if protocol.is_encrypted else b"plain")


@pytest.fixture(scope="module")
def authority() -> CertificateAuthority:
    return CertificateAuthority()


@pytest.fixture
def trusted(authority: CertificateAuthority, tmp_path: Path) -> ssl.SSLContext:
    authority.write_certificate(tmp_path / "ca.pem")
    return ssl.create_default_context(cafile=tmp_path / "ca.pem")


@contextlib.asynccontextmanager
async def serving(authority: CertificateAuthority) -> AsyncIterator[HttpServer]:
    server = await HttpServer.start(answer, tls=authority.server_context())
    try:
        yield server
    finally:
        await server.close()


async def exchange(port: int, context: ssl.SSLContext | None) -> bytes:
    reader, writer = await asyncio.open_connection(HOST, port, ssl=context)
    writer.write(REQUEST)
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer


async def test_one_port_takes_plain_text_and_tls(
    authority: CertificateAuthority, trusted: ssl.SSLContext
) -> None:
    async with serving(authority) as server:
        plain, encrypted = await asyncio.gather(
            exchange(server.port, None), exchange(server.port, trusted)
        )
        assert plain.endswith(b"plain")
        assert encrypted.endswith(b"encrypted")


async def test_slow_first_byte_is_waited_for(authority: CertificateAuthority) -> None:
    async with serving(authority) as server:
        reader, writer = await asyncio.open_connection(HOST, server.port)
        for byte in REQUEST[:3]:
            await asyncio.sleep(0.01)
            writer.write(bytes([byte]))
        writer.write(REQUEST[3:])
        assert (await reader.read()).endswith(b"plain")
        writer.close()


async def test_without_tls_a_handshake_is_a_malformed_request(trusted: ssl.SSLContext) -> None:
    server = await HttpServer.start(answer)
    with pytest.raises(ssl.SSLError):
        await exchange(server.port, trusted)
    await server.close()


@pytest.mark.parametrize("sent", [b"", b"\x16", b"\x16garbage"])
async def test_client_that_never_finishes_harms_nobody(
    authority: CertificateAuthority, sent: bytes
) -> None:
    async with serving(authority) as server:
        _, writer = await asyncio.open_connection(HOST, server.port)
        writer.write(sent)
        await writer.drain()
        assert (await exchange(server.port, None)).endswith(b"plain")
        writer.close()


async def test_client_that_says_nothing_is_dropped(authority: CertificateAuthority) -> None:
    port = await Port.listen(
        asyncio.Protocol,
        (HOST, 0),
        tls=authority.server_context(),
        patience_seconds=0.05,
    )
    reader, writer = await asyncio.open_connection(HOST, port.number)
    assert await reader.read() == b""
    writer.close()
    await port.close()


async def test_closed_port_drops_those_who_have_said_nothing(
    authority: CertificateAuthority,
) -> None:
    async with serving(authority) as server:
        reader, writer = await asyncio.open_connection(HOST, server.port)
        await exchange(server.port, None)  # by now the silent one is accepted, too
        await server.close()
        assert await reader.read() == b""
        writer.close()
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection(HOST, server.port)


async def test_port_in_use_is_an_error() -> None:
    first = await HttpServer.start(answer)
    with pytest.raises(OSError, match="in use"):
        await HttpServer.start(answer, port=first.port)
    await first.close()
