from __future__ import annotations

import socket
import ssl
from contextlib import suppress
from threading import Barrier, Thread
from typing import TYPE_CHECKING

import pytest
import trustme

from tests.lambda_src.websocket_api.aws.scripted_server import CLOSE, scripted_server
from websocket_api.aws import tls
from websocket_api.aws.endpoints import Endpoint
from websocket_api.aws.errors import NoAnswer
from websocket_api.aws.http_client import HttpClient
from websocket_api.aws.proxies import Proxy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from websocket_api.aws.http_protocol import Answer

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Kind: a\r\n\r\nok"
HEADERS = {"Host": "example.com"}


def client_of(port: int, *, scheme: str = "http", seconds: float = 5) -> HttpClient:
    return HttpClient(
        Endpoint(scheme, "127.0.0.1", port, ""), connect_seconds=5, read_seconds=seconds
    )


def answer_to(*script: bytes) -> Answer:
    """Return what a client makes of the bytes that come back on its first connection."""
    with scripted_server(script) as server:
        client = client_of(server.port)
        answer = client.send("GET", "/", HEADERS)
        client.close()
    return answer


def test_request_is_sent_as_it_is_given() -> None:
    with scripted_server([OK]) as server:
        client = client_of(server.port)
        answer = client.send("POST", "/a?b=c", {**HEADERS, "X-One": "1"}, b"body")
        client.close()
    assert (answer.status, answer.body) == (200, b"ok")
    assert answer.headers() == {"content-length": "2", "x-kind": "a"}
    assert server.requests == [
        b"POST /a?b=c HTTP/1.1\r\nHost: example.com\r\nX-One: 1\r\nContent-Length: 4\r\n\r\nbody"
    ]


def test_connection_is_used_again() -> None:
    with scripted_server([OK] * 3) as server:
        client = client_of(server.port)
        for _ in range(3):
            assert client.send("GET", "/", HEADERS).body == b"ok"
        client.close()
    assert (server.connections, len(server.requests)) == (1, 3)


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (b"HTTP/1.1 204 No Content\r\n\r\n", b""),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", b""),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na", b"a"),
        (
            (
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                b"3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n"
            ),
            b"abc0123456789",
        ),
    ],
)
def test_answer_ends_where_it_says(answer: bytes, body: bytes) -> None:
    with scripted_server([answer, OK]) as server:
        client = client_of(server.port)
        assert client.send("GET", "/", HEADERS).body == body
        assert client.send("GET", "/", HEADERS).body == b"ok"
        client.close()
    assert server.connections == 1


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\n\r\nall there is",
        b"HTTP/1.0 200 OK\r\nContent-Length: 12\r\n\r\nall there is",
        b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\nConnection: Close\r\n\r\nall there is",
    ],
)
def test_connection_that_ends_with_the_answer_is_not_used_again(answer: bytes) -> None:
    with scripted_server([answer], [OK]) as server:
        client = client_of(server.port)
        assert client.send("GET", "/", HEADERS).body == b"all there is"
        assert client.send("GET", "/", HEADERS).body == b"ok"
        client.close()
    assert server.connections == 2


def test_answer_to_nothing_that_was_asked_is_not_taken_for_one() -> None:
    other = OK.replace(b"ok", b"no")
    with scripted_server([OK + other], [OK]) as server:
        client = client_of(server.port)
        assert client.send("GET", "/", HEADERS).body == b"ok"
        assert client.send("GET", "/", HEADERS).body == b"ok"
        client.close()
    assert server.connections == 2


def test_large_answer_is_read_whole() -> None:
    body = b"0123456789abcdef" * 400_000
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    assert answer_to(answer).body == body


@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-OpenSSH\r\n",
        b"HTTP/1.1 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 20_000,
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-7\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n;x\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
    ],
)
def test_answer_that_breaks_off_or_is_malformed_is_none(answer: bytes) -> None:
    with pytest.raises(NoAnswer, match=r"http://127\.0\.0\.1:\d+: "):
        answer_to(answer)


def test_connection_closed_before_any_answer_is_none() -> None:
    with pytest.raises(NoAnswer, match=r"closed|reset"):
        answer_to(CLOSE)


def test_port_where_nobody_listens_is_named() -> None:
    with pytest.raises(NoAnswer, match=r"127\.0\.0\.1:1: .*refused"):
        client_of(1).send("GET", "/", HEADERS)


def test_silence_ends_after_the_given_seconds() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = client_of(listener.getsockname()[1], seconds=0.05)
        with pytest.raises(NoAnswer, match="timed out"):
            client.send("GET", "/", HEADERS)


def test_connections_that_were_closed_while_idle_are_replaced_unseen() -> None:
    with scripted_server([OK], [OK]) as server:
        client = client_of(server.port)
        client.send("GET", "/", HEADERS)
        (idle,) = client._idle
        assert idle._poll.poll(5000), "the server has closed it by now"
        assert client.send("GET", "/", HEADERS).body == b"ok"
        client.close()
    assert server.connections == 2


def test_connection_that_is_closed_as_the_request_is_sent_is_replaced_unseen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("websocket_api.aws.http_client._HttpConnection.is_usable", lambda _: True)
    with scripted_server([OK], [OK]) as server:
        client = client_of(server.port)
        client.send("GET", "/", HEADERS)
        client._idle[0]._poll.poll(5000)
        assert client.send("GET", "/", HEADERS).body == b"ok"
        client.close()
    assert server.connections == 2


def test_request_that_ends_connections_is_repeated_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("websocket_api.aws.http_client._HttpConnection.is_usable", lambda _: True)
    with scripted_server([OK], [OK], [CLOSE], [OK]) as server:
        client = client_of(server.port)
        first, second = client._opened(), client._opened()
        client._idle += [first, second]
        for connection in (first, second):
            client._over(connection, b"GET / HTTP/1.1\r\n\r\n")
            assert connection._poll.poll(5000), "the server has closed it by now"
        with pytest.raises(NoAnswer):
            client.send("POST", "/", HEADERS)
    assert server.connections == 3


def test_connection_of_the_parent_is_not_used_after_a_fork(monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted_server([OK, OK], [OK]) as server:
        client = client_of(server.port)
        client.send("GET", "/", HEADERS)
        monkeypatch.setattr("os.getpid", lambda: 0)
        assert client.send("GET", "/", HEADERS).body == b"ok"
        client.close()
    assert server.connections == 2


def test_silence_of_a_connection_that_was_kept_is_no_reason_to_ask_twice() -> None:
    with scripted_server([OK, b"HTTP/1.1 200"], []) as server:
        client = client_of(server.port)
        client.send("GET", "/", HEADERS)
        with pytest.raises(NoAnswer):
            client.send("GET", "/", HEADERS)
    assert (server.connections, len(server.requests)) == (1, 2)


def test_each_thread_has_a_connection_to_itself() -> None:
    count = 4
    barrier = Barrier(count)
    listener = socket.create_server(("127.0.0.1", 0))
    client = client_of(listener.getsockname()[1])
    bodies: list[bytes] = []

    def answer(connection: socket.socket) -> None:
        with connection:
            for _ in range(2):
                number = connection.recv(65_536).split(b" ")[1][1:]
                barrier.wait(10)
                connection.sendall(
                    b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(number), number)
                )

    def call(number: int) -> None:
        for _ in range(2):
            body = client.send("GET", f"/{number}", HEADERS).body
            assert body == str(number).encode()
            bodies.append(body)

    callers = [Thread(target=call, args=(number,)) for number in range(count)]
    for caller in callers:
        caller.start()
    servers = [Thread(target=answer, args=(listener.accept()[0],)) for _ in range(count)]
    for server in servers:
        server.start()
    for thread in callers + servers:
        thread.join(10)
    client.close()
    listener.close()
    assert len(bodies) == 2 * count


@pytest.fixture
def authority(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[trustme.CA]:
    """Return an authority that AWS_CA_BUNDLE makes the process trust."""
    authority = trustme.CA()
    bundle = tmp_path / "bundle.pem"
    authority.cert_pem.write_to_path(str(bundle))
    monkeypatch.setenv("AWS_CA_BUNDLE", str(bundle))
    tls.context.cache_clear()
    yield authority
    tls.context.cache_clear()


def context_of(authority: trustme.CA, name: str) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(name).configure_cert(context)
    return context


def test_server_with_a_trusted_certificate_is_called(authority: trustme.CA) -> None:
    context = context_of(authority, "127.0.0.1")
    with scripted_server([OK, OK], [OK], context=context) as server:
        client = client_of(server.port, scheme="https")
        for _ in range(3):
            assert client.send("GET", "/", HEADERS).body == b"ok"
        client.close()
    assert server.connections == 2


@pytest.mark.parametrize("wrong", ["name", "authority"])
def test_server_with_a_wrong_certificate_gets_no_request(authority: trustme.CA, wrong: str) -> None:
    context = (
        context_of(authority, "example.com")
        if wrong == "name"
        else context_of(trustme.CA(), "127.0.0.1")
    )
    with scripted_server([OK], context=context) as server:
        with pytest.raises(NoAnswer, match="certificate verify failed"):
            client_of(server.port, scheme="https").send("GET", "/", HEADERS)
        assert not server.requests


def test_proxy_leads_to_an_encrypted_endpoint(authority: trustme.CA) -> None:
    with scripted_server([OK], context=context_of(authority, "ws.example.com")) as server:
        relay = Relay(server.port)
        client = HttpClient(
            Endpoint("https", "ws.example.com", 443, ""),
            connect_seconds=5,
            read_seconds=5,
            proxy=Proxy(Endpoint("http", "127.0.0.1", relay.port, ""), "Basic YTpi"),
        )
        assert client.send("GET", "/", HEADERS).body == b"ok"
        client.close()
        relay.close()
    assert relay.head.startswith(b"CONNECT ws.example.com:443 HTTP/1.1\r\n")
    assert b"Proxy-Authorization: Basic YTpi\r\n" in relay.head
    assert b"Proxy-Authorization" not in server.requests[0]


@pytest.mark.usefixtures("authority")
@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (b"HTTP/1.1 407 Who are you\r\nX-Y: z\r\n\r\nno", "answered CONNECT with 407"),
        (b"HTTP/1.1 200 OK\r\n", "broke off its answer to CONNECT"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000, "broke off its answer to CONNECT"),
    ],
)
def test_refusal_of_the_proxy_is_told(answer: bytes, told: str) -> None:
    with scripted_server([answer]) as server:
        client = HttpClient(
            Endpoint("https", "ws.example.com", 443, ""),
            connect_seconds=5,
            read_seconds=5,
            proxy=Proxy(Endpoint("http", "127.0.0.1", server.port, ""), None),
        )
        with pytest.raises(NoAnswer, match=rf"the proxy 127\.0\.0\.1:\d+ {told}"):
            client.send("GET", "/", HEADERS)


def test_proxy_is_asked_for_the_whole_url_of_a_plain_endpoint() -> None:
    with scripted_server([OK]) as server:
        client = HttpClient(
            Endpoint("http", "ws.example.com", 8080, ""),
            connect_seconds=5,
            read_seconds=5,
            proxy=Proxy(Endpoint("http", "127.0.0.1", server.port, ""), "Basic YTpi"),
        )
        client.send("GET", "/path", HEADERS)
        client.close()
    assert server.requests[0].startswith(
        b"GET http://ws.example.com:8080/path HTTP/1.1\r\nProxy-Authorization: Basic YTpi\r\n"
    )


class Relay:
    """A proxy that leads everything to one port."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.head = b""
        self._sockets: list[socket.socket] = []
        self._threads = [Thread(target=self._serve)]
        self._threads[0].start()

    def close(self) -> None:
        for thread in self._threads:
            thread.join(10)
        for opened in (self._listener, *self._sockets):
            opened.close()

    def _serve(self) -> None:
        near, _ = self._listener.accept()
        self.head = near.recv(65_536)
        far = socket.create_connection(("127.0.0.1", self._to))
        self._sockets += [near, far]
        near.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        back = Thread(target=self._copy, args=(far, near))
        self._threads.append(back)
        back.start()
        self._copy(near, far)

    def _copy(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65_536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
