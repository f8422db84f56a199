import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from local_aws.http1 import HttpServer, HttpServerProtocol, Limits, Request, Response
from tests.local_aws.http1.given import LIMITS, UPGRADE, get


class Server:
    """A real server on an event loop of its own, with plain sockets in the tests."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.cancelled = threading.Event()
        self.handling = threading.Event()
        self.problems: list[dict[str, Any]] = []
        self.let_go = asyncio.Event()
        self._loop = asyncio.new_event_loop()
        self._loop.set_exception_handler(lambda _, context: self.problems.append(context))
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self.server = self._run(self._start())
        self._clients: list[socket.socket] = []

    def connect(self) -> socket.socket:
        client = socket.create_connection(("127.0.0.1", self.server.port), timeout=10)
        self._clients.append(client)
        return client

    def exchange(self, sent: bytes) -> bytes:
        """Send, and return everything up to the server's close."""
        client = self.connect()
        client.sendall(sent)
        return read_to_end(client)

    def release(self) -> None:
        self._loop.call_soon_threadsafe(self.let_go.set)

    def close(self) -> None:
        for client in self._clients:
            client.close()
        self._run(self.server.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(10)

    async def _start(self) -> HttpServer:
        return await HttpServer.start(self._handle, limits=LIMITS)

    async def _handle(self, request: Request, protocol: HttpServerProtocol) -> Response | None:
        self.requests.append(request)
        response: Response | None = Response(
            200, (("X-Peer", protocol.peer_address),), request.body or b"done"
        )
        match request.target:
            case "/raise":
                raise ValueError("a secret")
            case "/nothing":
                response = None
            case "/split":
                response = Response(200, (("X-Evil", "a\r\nSet-Cookie: b"),))
            case "/wait":
                await self._wait()
            case "/big":
                response = Response(200, body=b"x" * 40_000_000)
            case "/empty":
                response = Response(204)
            case "/odd":
                response = Response(299)
            case "/take":
                transport, received = protocol.hijack()
                transport.set_protocol(Parrot(transport))
                transport.write(b"taken:" + received)
                response = None
        return response

    async def _wait(self) -> None:
        self.handling.set()
        try:
            await self.let_go.wait()
        except asyncio.CancelledError:
            self.cancelled.set()
            raise


class Parrot(asyncio.Protocol):
    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._transport.write(data)


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.close()


def read_to_end(client: socket.socket) -> bytes:
    received = bytearray()
    while data := client.recv(1_048_576):
        received += data
    return bytes(received)


def read_until(client: socket.socket, expected: bytes) -> bytes:
    received = b""
    while expected not in received:
        data = client.recv(65_536)
        assert data, f"closed after {received!r}"
        received += data
    return received


def test_connection_serves_one_request_after_another(server: Server) -> None:
    client = server.connect()
    for _ in range(3):
        client.sendall(get("/x", close=False))
        answer = read_until(client, b"done")
        assert answer == (b"HTTP/1.1 200 OK\r\nX-Peer: 127.0.0.1\r\nContent-Length: 4\r\n\r\ndone")


def test_requests_sent_at_once_are_answered_in_order(server: Server) -> None:
    post = b"POST /p HTTP/1.1\r\nHost: here\r\nContent-Length: 3\r\n\r\n%b"
    answer = server.exchange(post % b"one" + post % b"two" + get("/x"))
    assert answer.index(b"one") < answer.index(b"two") < answer.index(b"done")
    assert [request.body for request in server.requests] == [b"one", b"two", b""]


def test_what_arrives_during_a_request_is_served_after_it(server: Server) -> None:
    client = server.connect()
    client.sendall(get("/wait", close=False))
    assert server.handling.wait(10)
    body = b"y" * 1_900
    one = b"POST /p HTTP/1.1\r\nHost: here\r\nContent-Length: 1900\r\n\r\n" + body
    client.sendall(one)
    server.exchange(get("/x"))  # by then the server has read what was sent before
    client.sendall(one * 59 + get("/x"))
    server.release()
    answer = read_to_end(client)
    assert answer.count(body) == 60
    assert answer.endswith(b"done")


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"nonsense\r\n\r\n", b"400 Bad Request"),
        (b"\x16\x03\x01\x02\x00\x01\x00", b"400 Bad Request"),
        (b"GET / HTTP/1.1\r\n\r\n", b"400 Bad Request"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", b"400 Bad Request"),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n", b"400 Bad Request"),
        (
            (
                b"POST / HTTP/1.1\r\nHost: a\r\n"
                b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"
            ),
            b"400 Bad Request",
        ),
        (get("/" + "a" * 200), b"414 URI Too Long"),
        (get("/", extra="X: " + "a" * 1_000 + "\r\n"), b"431 Request Header Fields Too Large"),
        (
            b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2001\r\n\r\n",
            b"413 Content Too Large",
        ),
        (
            b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n7d1\r\n"
            + b"x" * 2_001,
            b"413 Content Too Large",
        ),
    ],
)
def test_wrong_request_is_refused_and_ends_the_connection(
    server: Server, sent: bytes, status: bytes
) -> None:
    answer = server.exchange(sent)
    # Python 3.13 renamed two phrases.
    renamed = answer.replace(b"Request-URI Too Long", b"URI Too Long")
    renamed = renamed.replace(b"Request Entity Too Large", b"Content Too Large")
    assert renamed == b"HTTP/1.1 " + status + b"\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
    assert server.requests == []


def test_what_came_before_a_wrong_request_is_answered(server: Server) -> None:
    answer = server.exchange(get("/x", close=False) + b"nonsense\r\n\r\n" + get("/y"))
    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert b"HTTP/1.1 400 Bad Request" in answer
    assert [request.target for request in server.requests] == ["/x"]


def test_refusal_can_be_read_while_the_client_is_still_sending(server: Server) -> None:
    client = server.connect()
    client.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2001\r\n\r\n")
    assert read_until(client, b"\r\n\r\n").startswith(b"HTTP/1.1 413")
    client.sendall(b"x" * 2_001)
    assert read_to_end(client) == b""


def test_client_that_asks_is_told_to_go_on_with_its_body(server: Server) -> None:
    client = server.connect()
    client.sendall(
        b"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nExpect: 100-continue\r\n"
        b"Content-Length: 4\r\n\r\n"
    )
    assert read_until(client, b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
    client.sendall(b"body")
    assert read_to_end(client).endswith(b"body")


def test_older_http_gets_one_answer(server: Server) -> None:
    answer = server.exchange(b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
    assert b"Connection: close" in answer
    assert answer.endswith(b"done")


def test_head_is_answered_without_a_body(server: Server) -> None:
    answer = server.exchange(get("/", method="HEAD"))
    assert b"Content-Length: 4" in answer
    assert answer.endswith(b"\r\n\r\n")


def test_response_without_content_has_no_length(server: Server) -> None:
    answer = server.exchange(get("/empty"))
    assert answer == b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"


def test_status_without_a_name_is_sent(server: Server) -> None:
    assert server.exchange(get("/odd")).startswith(b"HTTP/1.1 299 \r\n")


@pytest.mark.parametrize("target", ["/raise", "/nothing", "/split"])
def test_failing_handler_tells_the_client_nothing(server: Server, target: str) -> None:
    answer = server.exchange(get(target))
    assert answer == (
        b"HTTP/1.1 500 Internal Server Error\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
    )
    assert len(server.problems) == 1


def test_handler_is_cancelled_when_its_client_goes_away(server: Server) -> None:
    client = server.connect()
    client.sendall(get("/wait", close=False))
    assert server.handling.wait(10)
    client.close()
    assert server.cancelled.wait(10)
    assert server.problems == []


def test_handler_takes_the_connection_with_what_was_sent_after_the_request(
    server: Server,
) -> None:
    client = server.connect()
    client.sendall(UPGRADE.replace(b"/up", b"/take") + b"early")
    assert read_until(client, b"early") == b"taken:early"
    client.sendall(b"later")
    assert read_until(client, b"later") == b"later"


def test_upgrade_that_is_not_taken_is_an_ordinary_request(server: Server) -> None:
    client = server.connect()
    client.sendall(UPGRADE + get("/x"))
    answer = read_to_end(client)
    assert answer.count(b"HTTP/1.1 200 OK") == 2
    assert [request.target for request in server.requests] == ["/up", "/x"]


def test_client_that_does_not_read_is_served_no_further(server: Server) -> None:
    client = server.connect()
    client.sendall(get("/big", close=False))
    received = read_until(client, b"x")
    client.sendall(get("/between", close=False) + get("/after"))
    server.exchange(get("/x"))  # by then the server has read what was sent before
    assert [request.target for request in server.requests] == ["/big", "/x"]
    received += read_to_end(client)
    assert received.count(b"x" * 1_000) == 40_000
    assert received.count(b"done") == 2


def in_a_loop(scenario: Callable[[], Any]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(10):
            await scenario()

    asyncio.run(bounded())


def test_idle_connection_is_closed_but_not_one_being_served() -> None:
    async def scenario() -> None:
        served = asyncio.Event()

        async def handle(request: Request, protocol: HttpServerProtocol) -> Response:
            del request, protocol
            await served.wait()
            return Response(200)

        server = await HttpServer.start(handle, limits=Limits(idle_timeout_seconds=0.05))
        idle_reader, idle_writer = await asyncio.open_connection("127.0.0.1", server.port)
        busy_reader, busy_writer = await asyncio.open_connection("127.0.0.1", server.port)
        busy_writer.write(get("/", close=False))
        assert await idle_reader.read() == b""
        served.set()
        assert (await busy_reader.read()).startswith(b"HTTP/1.1 200")
        for writer in (idle_writer, busy_writer):
            writer.close()
            await writer.wait_closed()
        await server.close()

    in_a_loop(scenario)


def test_closed_server_drops_its_connections_and_frees_the_port() -> None:
    async def scenario() -> None:
        async def handle(request: Request, protocol: HttpServerProtocol) -> Response:
            del request
            protocol.close()
            return Response(200)

        server = await HttpServer.start(handle)
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(get("/"))
        assert await reader.read() == b""
        writer.close()
        await writer.wait_closed()
        await server.close()
        again = await HttpServer.start(handle, port=server.port)
        assert again.port == server.port
        with pytest.raises(OSError, match="in use"):
            await HttpServer.start(handle, port=again.port)
        await again.close()

    in_a_loop(scenario)
