"""The HTTP client against real servers, those included that speak HTTP badly."""

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_aws.certificates import CertificateAuthority
from local_aws.http1 import HttpServer, HttpServerProtocol, Request, Response
from local_aws.http1.client import HttpClient, HttpClientError, _ResponseParser

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


SAID = Response(200, (("X-Many", "1"), ("X-Many", "2")), b"said")


@dataclass(slots=True)
class Backend:
    """A well-behaved server that remembers what it was asked, and by whom."""

    requests: list[Request] = field(default_factory=list)
    protocols: list[HttpServerProtocol] = field(default_factory=list)
    response: Response = SAID

    async def __call__(self, request: Request, protocol: HttpServerProtocol) -> Response:
        self.requests.append(request)
        self.protocols.append(protocol)
        return self.response


@asynccontextmanager
async def serving(backend: Backend, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    server = await HttpServer.start(backend, tls=tls)
    try:
        yield server.port
    finally:
        await server.close()


@asynccontextmanager
async def talking(talk: Talk) -> AsyncIterator[int]:
    """Serve each connection with `talk`, byte by byte."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()


@asynccontextmanager
async def client_of(
    *, maximum_body_bytes: int = 1_000, tls: ssl.SSLContext | None = None
) -> AsyncIterator[HttpClient]:
    client = HttpClient(maximum_body_bytes=maximum_body_bytes, tls=tls)
    try:
        yield client
    finally:
        await client.close()


def saying(answer: bytes) -> Talk:
    """Read one request's head, answer, and close."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()

    return talk


async def test_request_arrives_as_it_was_meant_and_its_answer_comes_back() -> None:
    backend = Backend()
    async with serving(backend) as port, client_of() as client:
        response = await client.send(
            f"http://127.0.0.1:{port}/a path/é%2F?x=1 2&y=%20",
            method="PUT",
            headers=(("X-Own", "1"), ("content-length", "999")),
            body=b"body",
        )
    assert response.status == 200
    assert response.body == b"said"
    assert [value for name, value in response.headers if name == "X-Many"] == ["1", "2"]
    (request,) = backend.requests
    assert request.method == "PUT"
    assert request.target == "/a%20path/%C3%A9%2F?x=1%202&y=%20"
    assert request.header("host") == f"127.0.0.1:{port}"
    assert request.header("x-own") == "1"
    assert request.header("content-length") == "4"
    assert request.body == b"body"


async def test_host_of_the_caller_is_kept() -> None:
    backend = Backend()
    async with serving(backend) as port, client_of() as client:
        await client.send(f"http://127.0.0.1:{port}", method="GET", headers=(("Host", "else"),))
    assert backend.requests[0].header("host") == "else"
    assert backend.requests[0].target == "/"
    assert backend.requests[0].header("content-length") is None


async def test_post_without_a_body_says_so() -> None:
    backend = Backend()
    async with serving(backend) as port, client_of() as client:
        await client.send(f"http://127.0.0.1:{port}/", method="POST")
    assert backend.requests[0].header("content-length") == "0"


async def test_connection_serves_one_request_after_another() -> None:
    backend = Backend()
    async with serving(backend) as port, client_of() as client:
        for _ in range(3):
            await client.send(f"http://127.0.0.1:{port}/", method="GET")
    assert len(set(backend.protocols)) == 1


async def test_requests_at_the_same_time_have_connections_of_their_own() -> None:
    backend = Backend()
    async with serving(backend) as port, client_of() as client:
        url = f"http://127.0.0.1:{port}/"
        await asyncio.gather(*(client.send(url, method="GET") for _ in range(3)))
    assert len(set(backend.protocols)) == 3


async def test_kept_connection_that_the_server_closed_is_replaced() -> None:
    backend = Backend()
    async with serving(backend) as port, client_of() as client:
        url = f"http://127.0.0.1:{port}/"
        await client.send(url, method="GET")
        (kept,) = client._idle[next(iter(client._idle))]
        backend.protocols[0].close()
        assert await kept.reader.read() == b""
        assert (await client.send(url, method="GET")).status == 200
    assert len(set(backend.protocols)) == 2


async def test_request_that_finds_its_connection_closing_is_sent_again() -> None:
    served: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        served.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        # The next request is read and not answered, as by a server that is about to go.
        await reader.readuntil(b"\r\n\r\n")

    async with talking(talk) as port, client_of() as client:
        for _ in range(2):
            assert (await client.send(f"http://127.0.0.1:{port}/", method="GET")).status == 200
    assert len(served) == 2


async def test_redirect_is_an_answer_like_any_other() -> None:
    backend = Backend(response=Response(302, (("Location", "/else"),)))
    async with serving(backend) as port, client_of() as client:
        response = await client.send(f"http://127.0.0.1:{port}/", method="GET")
    assert response.status == 302
    assert len(backend.requests) == 1


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nsaid", b"said"),
        (b"HTTP/1.0 200 OK\r\n\r\nsaid until the end", b"said until the end"),
        (b"HTTP/1.1 200 OK\r\n\r\n", b""),
        (b"HTTP/1.1 204 No Content\r\n\r\n", b""),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nsa\r\n2\r\nid\r\n0\r\n\r\n",
            b"said",
        ),
        (
            b"HTTP/1.1 100 Continue\r\nX: 1\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
            b"ok",
        ),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok and more", b"ok"),
    ],
)
async def test_body_ends_where_http_says(answer: bytes, body: bytes) -> None:
    async with talking(saying(answer)) as port, client_of() as client:
        response = await client.send(f"http://127.0.0.1:{port}/", method="GET")
        assert response.body == body
        assert ("X", "1") not in response.headers


async def test_answer_to_head_has_no_body() -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n"
    async with talking(saying(answer)) as port, client_of() as client:
        response = await client.send(f"http://127.0.0.1:{port}/", method="HEAD")
        assert response.body == b""
        assert response.status == 200


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        (b"", "closed without an answer"),
        (b"hello", "no HTTP response"),
        (b"HTTP/1.1 200 OK\r\nContent-Len", "broke off"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nsaid", "broke off"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nsa\r\n", "broke off"),
        (
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n",
            "no HTTP",
        ),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n" + b"x" * 2000, "more than 1000 bytes"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: " + b"x" * 200_000, "head of the server's answer"),
    ],
)
async def test_answer_that_is_none_is_an_error(answer: bytes, complaint: str) -> None:
    async with talking(saying(answer)) as port, client_of() as client:
        with pytest.raises(HttpClientError, match=complaint):
            await client.send(f"http://127.0.0.1:{port}/", method="GET")


@pytest.mark.parametrize(
    ("begun", "complaint"),
    [(b"", "closed without an answer"), (b"HTTP/1.1 200 OK\r\n", "broke off its answer")],
)
async def test_connection_that_is_reset_is_an_error(begun: bytes, complaint: str) -> None:
    received = asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        if begun:
            writer.write(begun)
            await received.wait()
        no_farewell = struct.pack("ii", 1, 0)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, no_farewell)

    async with talking(talk) as port, client_of() as client:
        asyncio.get_running_loop().call_later(0.05, received.set)
        with pytest.raises(HttpClientError, match=complaint):
            await client.send(f"http://127.0.0.1:{port}/", method="GET")


async def test_answer_may_come_in_pieces() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        for piece in (b"HTTP/1.1 200 OK\r\nContent-Le", b"ngth: 4\r\n\r\n", b"sa", b"id"):
            writer.write(piece)
            await asyncio.sleep(0.005)

    async with talking(talk) as port, client_of() as client:
        response = await client.send(f"http://127.0.0.1:{port}/", method="GET")
        assert response.body == b"said"


@given(pieces=st.lists(st.binary(max_size=40), max_size=6), is_http=st.booleans())
def test_every_answer_is_a_response_or_an_error(pieces: list[bytes], *, is_http: bool) -> None:
    parser = _ResponseParser("GET", 100)
    begun = [b"HTTP/1.1 200 OK\r\n"] if is_http else []
    try:
        for piece in filter(None, begun + pieces):
            parser.feed(piece)
        response = parser.finish()
    except HttpClientError:
        return
    assert response is None or len(response.body) <= 100


async def test_server_that_nobody_runs_is_an_error() -> None:
    async with talking(saying(b"")) as port:
        pass
    async with client_of() as client:
        with pytest.raises(HttpClientError, match=f"127.0.0.1:{port} cannot be reached"):
            await client.send(f"http://127.0.0.1:{port}/", method="GET")


@pytest.mark.parametrize(
    ("url", "headers", "complaint"),
    [
        ("ftp://here/", (), "has to begin with http"),
        ("here", (), "has to begin with http"),
        ("http:///path", (), "has to begin with http"),
        ("http://[here/", (), "is no URL"),
        ("http://here:port/", (), "is no URL"),
        ("http://here..there/", (), "cannot be reached"),
        ("http://here/", (("X", "a\r\nY: b"),), "holds a line break"),
        ("http://here/", (("X", "\N{SNOWMAN}"),), "character that HTTP does not have"),
    ],
)
async def test_request_that_cannot_be_written_is_refused(
    url: str, headers: tuple[tuple[str, str], ...], complaint: str
) -> None:
    async with client_of() as client:
        with pytest.raises(HttpClientError, match=complaint):
            await client.send(url, method="GET", headers=headers)


async def test_certificate_is_verified(tmp_path: Path) -> None:
    authority, backend = CertificateAuthority(), Backend()
    authority.write_certificate(tmp_path / "ca.pem")
    trusted = ssl.create_default_context(cafile=tmp_path / "ca.pem")
    async with serving(backend, tls=authority.server_context()) as port:
        url = f"https://127.0.0.1:{port}/"
        async with client_of(tls=trusted) as client:
            assert (await client.send(url, method="GET")).body == b"said"
        async with client_of() as client:
            with pytest.raises(HttpClientError, match="certificate verify failed"):
                await client.send(url, method="GET")
    assert len(backend.requests) == 1


async def test_cancelled_request_closes_its_connection() -> None:
    closed = asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        del writer
        await reader.read()
        closed.set()

    async with talking(talk) as port, client_of() as client:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await client.send(f"http://127.0.0.1:{port}/", method="GET")
        await closed.wait()
        assert not any(client._idle.values())
