from __future__ import annotations

import socket
import ssl
from contextlib import contextmanager
from itertools import count
from threading import Thread
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from jwt_authorizer import download
from jwt_authorizer.download import MAXIMUM_BYTES, Address, DownloadFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.lambda_src.conftest import LoopbackServer


@contextmanager
def listening(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """Give one connection to a function that answers it as it likes; yield its host and port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                answer(connection)

        thread = Thread(target=serve)
        thread.start()
        yield f"127.0.0.1:{listener.getsockname()[1]}"
        thread.join()


def test_document_of_the_address_is_returned(server: LoopbackServer) -> None:
    server.body = b'{"keys": []}'
    assert Address(f"{server.url}/keys.json?tenant=a").download() == b'{"keys": []}'
    (request,) = server.requests
    assert (request.method, request.path) == ("GET", "/keys.json?tenant=a")
    assert request.headers["Accept"] == "application/json"


def test_address_without_a_path_is_that_of_the_root(server: LoopbackServer) -> None:
    Address(server.url).download()
    assert server.requests[0].path == "/"


def test_document_of_exactly_the_maximum_is_returned(server: LoopbackServer) -> None:
    server.body = bytes(MAXIMUM_BYTES)
    assert len(Address(server.url).download()) == MAXIMUM_BYTES


def test_document_that_is_larger_is_refused(server: LoopbackServer) -> None:
    server.body = bytes(MAXIMUM_BYTES + 1)
    with pytest.raises(DownloadFailed, match="sends more than 262,144 bytes"):
        Address(server.url).download()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_is_not_followed(status: int, server: LoopbackServer) -> None:
    server.status = status
    server.headers = {"Location": f"{server.url}/elsewhere"}
    with pytest.raises(DownloadFailed, match=f"answers {status} instead of 200"):
        Address(f"{server.url}/keys").download()
    assert [request.path for request in server.requests] == ["/keys"]


@pytest.mark.parametrize("status", [201, 204, 404, 500])
def test_answer_other_than_200_is_refused(status: int, server: LoopbackServer) -> None:
    server.status = status
    with pytest.raises(DownloadFailed, match=f"{server.url}/keys answers {status} instead of 200"):
        Address(f"{server.url}/keys").download()


def test_server_that_nobody_listens_as_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/keys"
    with pytest.raises(DownloadFailed, match=rf"^{url} is not to be reached \(.*refused"):
        Address(url).download()


def test_server_that_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "TIMEOUT_SECONDS", 0.05)
    with (
        listening(read_to_the_end) as server,
        pytest.raises(DownloadFailed, match=r"is not to be reached \(timed out\)"),
    ):
        Address(f"http://{server}/keys").download()


def read_to_the_end(connection: socket.socket) -> None:
    while connection.recv(4_096):
        pass


def test_document_that_takes_too_long_is_given_up(
    monkeypatch: pytest.MonkeyPatch, server: LoopbackServer
) -> None:
    # A clock that is a second further whenever it is read: after each piece of the document.
    monkeypatch.setattr(download, "time", SimpleNamespace(monotonic=count().__next__))
    server.body = bytes(100_000)
    with pytest.raises(DownloadFailed, match=r"/keys takes more than 3 s"):
        Address(f"{server.url}/keys").download()


@pytest.mark.parametrize(
    "answer",
    [b"", b"SSH-2.0-server\r\n", b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 101 + b"\r\n"],
)
def test_server_that_does_not_speak_http_is_refused(answer: bytes) -> None:
    def send(connection: socket.socket) -> None:
        connection.recv(4_096)
        connection.sendall(answer)

    with listening(send) as server, pytest.raises(DownloadFailed, match="is not to be reached"):
        Address(f"http://{server}/keys").download()


def test_server_that_proves_nothing_is_not_trusted() -> None:
    def send(connection: socket.socket) -> None:
        connection.recv(4_096)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    with listening(send) as server, pytest.raises(DownloadFailed, match=r"SSL|TLS"):
        Address(f"https://{server}/keys").download()


def test_server_has_to_prove_its_name() -> None:
    address = Address("https://issuer.example.com/keys")
    assert address.tls.verify_mode is ssl.CERT_REQUIRED
    assert address.tls.check_hostname


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("https://issuer.example.com/keys", ("issuer.example.com", 443)),
        ("https://issuer.example.com:8443/keys", ("issuer.example.com", 8_443)),
        ("https://[2001:db8::1]/keys", ("2001:db8::1", 443)),
        ("http://[::1]/keys", ("::1", 80)),
        ("http://[::1]:8080/keys", ("::1", 8_080)),
    ],
)
def test_address_is_where_it_says(url: str, place: tuple[str, int]) -> None:
    connection = Address(url)._connection()
    assert (connection.host, connection.port) == place


def test_name_that_is_none_is_a_failure_like_others() -> None:
    with pytest.raises(DownloadFailed, match="is not to be reached"):
        Address(f"http://{'a' * 64}.example/keys").download()
