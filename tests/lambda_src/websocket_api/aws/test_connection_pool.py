from __future__ import annotations

import os
import socket
import time
from contextlib import contextmanager
from selectors import EVENT_READ, EVENT_WRITE
from typing import TYPE_CHECKING

import pytest

from tests.lambda_src.websocket_api.aws.scripted_server import ScriptedServer, scripted_server
from websocket_api.aws.connection_pool import IDLE_SECONDS, ConnectionPool, PooledConnection
from websocket_api.aws.endpoints import Endpoint
from websocket_api.aws.http_protocol import Answer, MalformedAnswer

if TYPE_CHECKING:
    from collections.abc import Iterator

REQUEST = b"GET / HTTP/1.1\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@contextmanager
def pool_of(server: ScriptedServer) -> Iterator[ConnectionPool]:
    pool = ConnectionPool(Endpoint("http", "127.0.0.1", server.port, ""))
    yield pool
    pool.close()


def exchange(connection: PooledConnection, message: bytes = REQUEST) -> Answer:
    """Make one exchange, waiting for the socket as the connection wants."""
    connection.send(message)
    while True:
        if connection.wants == EVENT_WRITE or not connection.is_usable():
            answer = connection.advance()
            if answer is not None:
                return answer
        time.sleep(0.001)


def test_connection_opens_step_by_step_and_serves_again() -> None:
    with scripted_server([OK, OK]) as server, pool_of(server) as pool:
        connection = pool.open()
        assert (connection.is_open, connection.wants) == (False, EVENT_WRITE)
        assert exchange(connection).body == b"ok"
        assert (connection.is_open, connection.wants, connection.is_reused) == (
            True,
            EVENT_READ,
            True,
        )
        pool.give_back(connection)
        again = pool.take()
        assert again is connection
        assert exchange(connection).body == b"ok"
        connection.close()
    assert server.connections == 1


def test_pool_that_is_empty_gives_nothing() -> None:
    with scripted_server() as server, pool_of(server) as pool:
        assert pool.take() is None


def test_connection_that_was_closed_meanwhile_is_given_to_nobody() -> None:
    with scripted_server([OK]) as server, pool_of(server) as pool:
        connection = pool.open()
        exchange(connection)
        while connection.is_usable():
            time.sleep(0.001)
        pool.give_back(connection)
        assert pool.take() is None
        assert connection.fileno() == -1


def test_connection_that_was_unused_for_long_is_given_to_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with scripted_server([OK, OK]) as server, pool_of(server) as pool:
        connection = pool.open()
        exchange(connection)
        pool.give_back(connection)
        later = time.time() + IDLE_SECONDS
        monkeypatch.setattr(time, "time", lambda: later)
        assert pool.take() is None


def test_child_process_leaves_its_parents_connections_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with scripted_server([OK, OK]) as server, pool_of(server) as pool:
        connection = pool.open()
        exchange(connection)
        pool.give_back(connection)
        process = os.getpid() + 1
        monkeypatch.setattr(os, "getpid", lambda: process)
        assert pool.take() is None


def test_message_larger_than_the_buffers_is_sent_in_turns() -> None:
    ours, theirs = socket.socketpair()
    ours.settimeout(0)
    message = bytes(8_000_000)
    with theirs:
        connection = PooledConnection(ours, (socket.AF_UNIX, ()), code=0, tunnel=b"", secure=None)
        connection.send(message)
        assert connection.advance() is None
        assert connection.wants == EVENT_WRITE
        # There is no room: nothing happens, and nothing is lost.
        assert connection.advance() is None
        received = 0
        while received < len(message):
            received += len(theirs.recv(1_000_000))
            if connection.wants == EVENT_WRITE:
                assert connection.advance() is None
        assert connection.wants == EVENT_READ
        assert connection.advance() is None
        theirs.sendall(OK)
        answer = connection.advance()
        assert answer is not None
        assert answer.body == b"ok"
        connection.close()


def test_silence_after_the_end_is_no_answer() -> None:
    with scripted_server([b""]) as server, pool_of(server) as pool:
        connection = pool.open()
        with pytest.raises((MalformedAnswer, OSError)):
            exchange(connection)
        connection.close()


def test_addresses_take_turns_and_bad_ones_are_avoided(monkeypatch: pytest.MonkeyPatch) -> None:
    addresses = [("127.0.0.1", 1), ("127.0.0.2", 1)]
    resolved: list[bytes] = []

    def getaddrinfo(host: bytes, *_: object, **__: object) -> list[tuple[object, ...]]:
        resolved.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", address) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    pool = ConnectionPool(Endpoint("http", "example.com", 80, ""))
    opened = [pool.open() for _ in range(3)]
    assert [each.address[1] for each in opened] == [addresses[0], addresses[1], addresses[0]]
    assert resolved == [b"example.com"]
    assert pool.avoid(opened[0])
    opened.append(pool.open())
    assert opened[-1].address[1] == addresses[1]
    assert not pool.avoid(opened[1])
    opened.append(pool.open())
    assert len(resolved) == 2
    for each in opened:
        each.close()


def test_connection_that_is_refused_says_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    connection = ConnectionPool(Endpoint("http", "127.0.0.1", port, "")).open()
    with pytest.raises(ConnectionRefusedError, match="refused"):
        exchange(connection)
    connection.close()
