"""What the engine does beyond the rules of delivery, which test_delivery_contract holds it to."""

from __future__ import annotations

import os
import socket
import threading
import time
from contextlib import contextmanager
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

import pytest
import trustme

from tests.lambda_src.websocket_api.aws.scripted_server import scripted_server
from tests.lambda_src.websocket_api.stage_server import StageServer, stage_server
from websocket_api import logs
from websocket_api.aws import tls
from websocket_api.aws.connection_pool import PooledConnection
from websocket_api.aws.credentials import Credentials
from websocket_api.aws.errors import CredentialsUnavailable
from websocket_api.delivery import Delivery, DeliveryReport
from websocket_api.delivery_pace import Pace
from websocket_api.posting_engine import PostingEngine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

HELLO = b'"hello"'
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
MANY = [f"c{number:03}" for number in range(200)]


class Keys:
    """Credentials that are there, or not."""

    def __init__(self, error: Exception | None = None) -> None:
        self._error = error

    def current(self) -> Credentials:
        if self._error is not None:
            raise self._error
        return Credentials("AKIDEXAMPLE", "secret", "token")


class NeverAsked:
    """What a delivery posts with to a single connection."""

    def post(self, connection_id: str, data: bytes) -> None:
        raise AssertionError(connection_id, data)

    def is_open(self, connection_id: str) -> bool:
        raise AssertionError(connection_id)


@contextmanager
def engine_at(url: str, **changes: Any) -> Iterator[PostingEngine]:
    settings: dict[str, Any] = {
        "region": "us-east-1",
        "credentials": Keys(),
        "connect_seconds": 5,
        "read_seconds": 5,
        "environ": {},
    }
    engine = PostingEngine(url, **settings | changes)
    yield engine
    engine.close()


def send(engine: PostingEngine, to: list[str], **settings: Any) -> DeliveryReport:
    delivery = Delivery(NeverAsked(), engine=lambda: engine, jitter=lambda: 0.1)
    return delivery.send(to, HELLO, **{"deadline": time.time() + 20} | settings)


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StageServer]:
    bundle = tmp_path / "bundle.pem"
    monkeypatch.setenv("AWS_CA_BUNDLE", str(bundle))
    with stage_server(bundle) as server:
        server.inboxes = {connection_id: [] for connection_id in MANY}
        tls.context.cache_clear()
        yield server
        tls.context.cache_clear()


def test_many_are_posted_to_at_once_over_fewer_connections(server: StageServer) -> None:
    with engine_at(server.url) as engine:
        assert send(engine, MANY) == DeliveryReport(delivered=200)
    # √(20 · 200): more would cost more in handshakes than they save.
    assert 16 <= server.connections <= 63


def test_no_more_connections_than_allowed_are_open(server: StageServer) -> None:
    with engine_at(server.url, maximum_connections=3) as engine:
        assert send(engine, MANY) == DeliveryReport(delivered=200)
    assert server.connections == 3


def test_slow_pace_needs_few_connections(server: StageServer) -> None:
    with engine_at(server.url) as engine:
        assert send(engine, MANY[:20], pace=Pace(50)) == DeliveryReport(delivered=20)
    assert server.connections < 10


def test_connections_that_close_while_the_pace_has_them_wait_are_replaced(
    server: StageServer,
) -> None:
    server.requests_per_connection = 1
    with engine_at(server.url) as engine:
        assert send(engine, MANY[:12], pace=Pace(40)) == DeliveryReport(delivered=12)
    assert sorted(server.posts) == MANY[:12]


def test_threads_share_the_engine(server: StageServer) -> None:
    reports: list[DeliveryReport] = []
    with engine_at(server.url) as engine:
        threads = [Thread(target=lambda: reports.append(send(engine, MANY))) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert reports == [DeliveryReport(delivered=200)] * 3
    assert {len(inbox) for inbox in server.inboxes.values()} == {3}


def test_rows_of_gone_connections_are_removed_beside_the_posts(server: StageServer) -> None:
    gone = MANY[:4]
    for connection_id in gone:
        del server.inboxes[connection_id]
    everybody_else_has_it = Event()
    seen: list[str] = []

    def on_gone(connection_id: str) -> None:
        everybody_else_has_it.wait(10)
        seen.append(connection_id)

    def watch() -> None:
        while not all(server.inboxes.values()):
            time.sleep(0.01)
        everybody_else_has_it.set()

    watcher = Thread(target=watch)
    watcher.start()
    with engine_at(server.url) as engine:
        report = send(engine, MANY, on_gone=on_gone)
    watcher.join()
    assert report == DeliveryReport(delivered=196, gone=4)
    assert sorted(seen) == gone
    assert not [each for each in threading.enumerate() if "ThreadPool" in each.name]


def test_rows_that_there_is_no_time_for_are_left(
    server: StageServer, log_lines: Callable[[], list[dict[str, Any]]]
) -> None:
    logs.configure("INFO")
    begun: list[str] = []

    def on_gone(connection_id: str) -> None:
        begun.append(connection_id)
        time.sleep(0.3)

    with engine_at(server.url) as engine:
        report = send(
            engine, [f"gone{n}" for n in range(40)], on_gone=on_gone, deadline=time.time() + 0.5
        )
    assert report.gone + report.failed == 40
    assert len(begun) < 40
    (line,) = [line for line in log_lines() if "no time" in line["message"]]
    assert line["connections"] >= 40 - len(begun) - report.failed


def test_credentials_that_are_missing_fail_every_post(
    server: StageServer, log_lines: Callable[[], list[dict[str, Any]]]
) -> None:
    logs.configure("INFO")
    with engine_at(server.url, credentials=Keys(CredentialsUnavailable("none"))) as engine:
        assert send(engine, ["a", "b"]) == DeliveryReport(failed=2)
    (line,) = log_lines()
    assert (line["errorCode"], line["connections"]) == ("CredentialsUnavailable", 2)
    assert server.connections == 0


def test_server_that_is_not_trusted_gets_no_request(server: StageServer, tmp_path: Path) -> None:
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "bundle.pem"))
    tls.context.cache_clear()
    with engine_at(server.url) as engine:
        assert send(engine, MANY[:3]) == DeliveryReport(failed=3)
    assert server.heads == []


def test_server_that_cannot_be_reached_fails_every_post(
    log_lines: Callable[[], list[dict[str, Any]]],
) -> None:
    logs.configure("INFO")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with engine_at(f"http://127.0.0.1:{port}/prod") as engine:
        assert send(engine, MANY[:30]) == DeliveryReport(failed=30)
    (line,) = log_lines()
    assert f"No answer from http://127.0.0.1:{port}: " in line["errorMessage"]
    assert "refused" in line["errorMessage"]


def test_address_that_cannot_be_connected_to_is_no_failure_if_there_is_another(
    server: StageServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, server.port))
        for address in ("127.0.0.9", "127.0.0.1")
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with engine_at(server.url) as engine:
        assert send(engine, MANY) == DeliveryReport(delivered=200)
    assert {len(inbox) for inbox in server.inboxes.values()} == {1}


def test_name_that_is_not_known_fails_every_post(monkeypatch: pytest.MonkeyPatch) -> None:
    def getaddrinfo(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    with engine_at("http://api.invalid/prod") as engine:
        assert send(engine, MANY[:30]) == DeliveryReport(failed=30)


def test_connection_that_does_not_open_in_time_is_given_up() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        engine_at(
            f"https://127.0.0.1:{listener.getsockname()[1]}/prod", connect_seconds=0.1
        ) as engine,
    ):
        assert send(engine, ["a", "b"]) == DeliveryReport(failed=2)


def test_delivery_that_breaks_off_leaves_nothing_open(server: StageServer) -> None:
    with engine_at(server.url) as engine:
        send(engine, MANY[:8])
        times = iter([time.time()] * 6)
        delivery = Delivery(NeverAsked(), engine=lambda: engine, clock=lambda: next(times))
        with pytest.raises(StopIteration):
            delivery.send(MANY[:8], HELLO)
        # A socket that was left open is a warning, and so an error.
        assert send(engine, MANY[:8]) == DeliveryReport(delivered=8)


def test_post_is_signed_and_says_who_sends_it() -> None:
    with (
        scripted_server([OK], [OK]) as server,
        engine_at(f"http://127.0.0.1:{server.port}/prod") as engine,
    ):
        assert send(engine, ["a=", "b="]) == DeliveryReport(delivered=2)
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    line, *lines = head.decode().split("\r\n")
    headers = dict(each.split(": ", 1) for each in lines)
    assert line == "POST /prod/@connections/a%3D HTTP/1.1"
    assert headers["Host"] == f"127.0.0.1:{server.port}"
    assert headers["User-Agent"] == "terraform-aws-websocket"
    assert headers["Content-Length"] == str(len(HELLO))
    assert headers["X-Amz-Security-Token"] == "token"
    assert "SignedHeaders=host;x-amz-date;x-amz-security-token" in headers["Authorization"]
    assert body == HELLO


def test_new_credentials_sign_the_next_delivery(server: StageServer) -> None:
    class Changing:
        number = 0

        def current(self) -> Credentials:
            self.number += 1
            return Credentials(f"AKID{self.number}", "secret")

    with engine_at(server.url, credentials=Changing()) as engine:
        send(engine, MANY[:2])
        send(engine, MANY[:2])
    keys = [head.partition("Credential=")[2].partition("/")[0] for head in server.heads]
    assert keys == ["AKID1", "AKID1", "AKID2", "AKID2"]


def test_proxy_leads_to_an_encrypted_endpoint(server: StageServer) -> None:
    with forwarding_proxy(server.port) as (port, heads):
        environ = {"HTTPS_PROXY": f"http://user:secret@127.0.0.1:{port}"}
        with engine_at(server.url, environ=environ) as engine:
            assert send(engine, MANY[:3]) == DeliveryReport(delivered=3)
    assert heads[0].startswith(f"CONNECT 127.0.0.1:{server.port} HTTP/1.1\r\n".encode())
    assert b"\r\nProxy-Authorization: Basic dXNlcjpzZWNyZXQ=\r\n" in heads[0]


@pytest.mark.parametrize(
    "answer", [b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\nno", b"", b"HTTP/1.1 2"]
)
def test_proxy_that_opens_no_tunnel_fails_every_post(server: StageServer, answer: bytes) -> None:
    with scripted_server(*[[answer]] * 4) as proxy:
        environ = {"HTTPS_PROXY": f"http://127.0.0.1:{proxy.port}"}
        with engine_at(server.url, environ=environ) as engine:
            assert send(engine, ["a", "b"]) == DeliveryReport(failed=2)
    assert server.connections == 0


def test_proxy_is_told_the_whole_address_of_a_plain_endpoint() -> None:
    with scripted_server([OK], [OK]) as proxy:
        environ = {"HTTP_PROXY": f"http://user:secret@127.0.0.1:{proxy.port}"}
        with engine_at("http://api.example.com/prod", environ=environ) as engine:
            assert send(engine, ["a", "b"]) == DeliveryReport(delivered=2)
    head = proxy.requests[0].partition(b"\r\n\r\n")[0]
    assert head.startswith(b"POST http://api.example.com/prod/@connections/a HTTP/1.1\r\n")
    assert b"\r\nProxy-Authorization: Basic dXNlcjpzZWNyZXQ=" in head


def test_answer_that_is_no_http_is_a_failure() -> None:
    with (
        scripted_server(*[[b"220 smtp.example.com\r\n"]] * 4) as server,
        engine_at(f"http://127.0.0.1:{server.port}/prod") as engine,
    ):
        assert send(engine, ["a", "b"]) == DeliveryReport(failed=2)


@contextmanager
def forwarding_proxy(port: int) -> Iterator[tuple[int, list[bytes]]]:
    """Grant tunnels to a port on loopback; return the proxy's own, and what it is asked."""
    heads: list[bytes] = []
    threads: list[Thread] = []

    def pump(source: socket.socket, target: socket.socket) -> None:
        with source, target:
            try:
                while data := source.recv(65_536):
                    target.sendall(data)
                target.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def serve(listener: socket.socket) -> None:
        while True:
            try:
                accepted, _ = listener.accept()
            except OSError:
                return
            heads.append(accepted.recv(65_536))
            forwarded = socket.create_connection(("127.0.0.1", port))
            accepted.sendall(b"HTTP/1.1 200 Connection")
            time.sleep(0.01)
            accepted.sendall(b" established\r\n\r\n")
            for source, target in ((accepted, forwarded), (forwarded.dup(), accepted.dup())):
                threads.append(Thread(target=pump, args=(source, target)))
                threads[-1].start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Thread(target=serve, args=(listener,))
        server.start()
        yield listener.getsockname()[1], heads
        listener.shutdown(socket.SHUT_RDWR)
        server.join(10)
    for thread in threads:
        thread.join(10)


def test_connection_that_closes_at_the_last_moment_is_replaced(
    server: StageServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def close_although_usable(connection: PooledConnection) -> bool:
        with socket.socket(fileno=os.dup(connection.fileno())) as same:
            same.shutdown(socket.SHUT_RDWR)
        return True

    with engine_at(server.url) as engine:
        send(engine, MANY[:4])
        monkeypatch.setattr(PooledConnection, "is_usable", close_although_usable)
        server.faults = {each: ["fine", "broken"] for each in MANY[:4]}
        assert send(engine, MANY[:4]) == DeliveryReport(delivered=4)
        monkeypatch.undo()
    assert server.connections == 8
