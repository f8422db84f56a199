import os
import signal
import socket
import struct
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import pytest

from local_aws.lambda_service.bootstrap import RuntimeClient

QUESTION: Final = struct.pack("!BI", 0, 0)
RESULT, ERROR = 1, 2
HEAD: Final = b"r-1\n42000\narn:chat\nRoot=1\n"
EVENT: Final = struct.pack("!BII", 0, len(HEAD), len(b'{"a": 1}')) + HEAD + b'{"a": 1}'


def outcome(kind: int, payload: bytes) -> bytes:
    return struct.pack("!BI", kind, len(payload)) + payload


@dataclass(slots=True)
class Channel:
    """A runtime client, and the other end of its connection, byte by byte."""

    client: RuntimeClient
    peer: socket.socket
    thread: ThreadPoolExecutor

    def said(self, size: int) -> bytes:
        """Return what the client has said, once that has so many bytes."""
        said = b""
        while len(said) < size:
            data = self.peer.recv(65_536)
            assert data
            said += data
        return said

    def take_event(self) -> None:
        self.peer.sendall(EVENT)
        assert self.client.wait_next_invocation().invoke_id == "r-1"
        self.said(len(QUESTION))


@pytest.fixture
def channel() -> Iterator[Channel]:
    connection, peer = socket.socketpair()
    peer.settimeout(10)
    with connection, peer, ThreadPoolExecutor(1) as thread:
        yield Channel(RuntimeClient("127.0.0.1:9001", connection), peer, thread)


def test_first_event_is_asked_for(channel: Channel) -> None:
    channel.peer.sendall(EVENT)
    event = channel.client.wait_next_invocation()
    assert channel.said(len(QUESTION)) == QUESTION
    assert event.event_body == b'{"a": 1}'


@pytest.mark.parametrize(("result", "sent"), [('"é"', '"é"'.encode()), (b"\xff", b"\xff")])
def test_result_is_all_that_is_said_before_the_next_event(
    channel: Channel, result: str | bytes, sent: bytes
) -> None:
    channel.take_event()
    channel.client.post_invocation_result("r-1", result)
    channel.peer.sendall(EVENT)
    assert channel.client.wait_next_invocation().invoke_id == "r-1"
    expected = outcome(RESULT, sent)
    assert channel.said(len(expected)) == expected


def test_error_is_all_that_is_said_before_the_next_event(channel: Channel) -> None:
    channel.take_event()
    channel.client.post_invocation_error("r-1", '{"errorType": "é"}', "{}")
    channel.peer.sendall(EVENT)
    assert channel.client.wait_next_invocation().invoke_id == "r-1"
    expected = outcome(ERROR, '{"errorType": "é"}'.encode())
    assert channel.said(len(expected)) == expected


def test_runtime_api_that_goes_away_ends_the_runtime(channel: Channel) -> None:
    channel.peer.shutdown(socket.SHUT_WR)
    with pytest.raises(ConnectionError, match="closed the connection"):
        channel.client.wait_next_invocation()


def test_event_may_come_in_pieces(channel: Channel) -> None:
    def dribble() -> None:
        for byte in EVENT:
            channel.peer.sendall(bytes([byte]))

    sending = channel.thread.submit(dribble)
    assert channel.client.wait_next_invocation().event_body == b'{"a": 1}'
    sending.result()


def test_signals_are_handled_while_it_waits(channel: Channel) -> None:
    seen: list[int] = []

    def signal_and_answer() -> None:
        channel.said(len(QUESTION))
        os.kill(os.getpid(), signal.SIGUSR1)
        while not seen:
            threading.Event().wait(0.001)
        channel.peer.sendall(EVENT)

    before = signal.signal(signal.SIGUSR1, lambda number, _frame: seen.append(number))
    try:
        answering = channel.thread.submit(signal_and_answer)
        assert channel.client.wait_next_invocation().invoke_id == "r-1"
        answering.result()
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert seen == [signal.SIGUSR1]
