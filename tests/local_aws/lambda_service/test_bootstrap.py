import os
import signal
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from awslambdaric.lambda_runtime_client import (  # type: ignore[import-untyped]  # ships no types
    LambdaRuntimeClientError,
)

from local_aws.http1 import Limits, Parsed, Request, RequestParser, Response, serialize
from local_aws.lambda_service.bootstrap import RuntimeClient

NEXT = "/2018-06-01/runtime/invocation/next"
EVENT = Response(
    200,
    (
        ("Content-Type", "application/json"),
        ("Lambda-Runtime-Aws-Request-Id", "r-1"),
        ("Lambda-Runtime-Deadline-Ms", "42000"),
        ("Lambda-Runtime-Invoked-Function-Arn", "arn:chat"),
        ("Lambda-Runtime-Trace-Id", "Root=1"),
    ),
    b'{"a": 1}',
)
ACCEPTED = Response(202, (), b'{"status":"OK"}')


@dataclass(slots=True)
class Api:
    """The other end of a runtime client's connection, which answers when it is told to."""

    client: RuntimeClient
    peer: socket.socket
    parser: RequestParser
    thread: ThreadPoolExecutor

    def requests(self, count: int) -> list[Request]:
        """Return the next requests."""
        parsed: list[Parsed | Response] = []
        while len(parsed) < count:
            data = self.peer.recv(65_536)
            assert data
            parsed += self.parser.feed(data)
        assert len(parsed) == count
        return [each.request for each in parsed if isinstance(each, Parsed)]

    def answer(self, *responses: Response) -> None:
        self.peer.sendall(b"".join(map(serialize, responses)))

    def take_event(self) -> None:
        self.answer(EVENT)
        assert self.client.wait_next_invocation().invoke_id == "r-1"
        self.requests(1)


@pytest.fixture
def api() -> Iterator[Api]:
    connection, peer = socket.socketpair()
    peer.settimeout(10)
    with connection, peer, ThreadPoolExecutor(1) as thread:
        client = RuntimeClient("127.0.0.1:9001", connection)
        yield Api(client, peer, RequestParser(Limits(maximum_head_bytes=2 * 1024**2)), thread)


def test_event_comes_with_all_that_its_context_tells(api: Api) -> None:
    api.answer(EVENT)
    event = api.client.wait_next_invocation()
    assert [request.target for request in api.requests(1)] == [NEXT]
    assert event.invoke_id == "r-1"
    assert event.event_body == b'{"a": 1}'
    assert event.content_type == "application/json"
    assert event.deadline_time_in_ms == 42_000
    assert event.invoked_function_arn == "arn:chat"
    assert event.x_amzn_trace_id == "Root=1"
    assert event.client_context is None
    assert event.cognito_identity is None
    assert event.tenant_id is None


def test_result_and_question_for_the_next_event_go_together(api: Api) -> None:
    api.take_event()
    api.client.post_invocation_result("r-1", '"é"')
    result, question = api.requests(2)
    assert (result.method, result.target) == (
        "POST",
        "/2018-06-01/runtime/invocation/r-1/response",
    )
    assert result.header("content-type") == "application/json"
    assert result.body == '"é"'.encode()
    assert (question.method, question.target) == ("GET", NEXT)
    api.answer(ACCEPTED, EVENT)
    assert api.client.wait_next_invocation().invoke_id == "r-1"


def test_bytes_are_a_result_of_their_own_type(api: Api) -> None:
    api.take_event()
    api.client.post_invocation_result("r-1", b"\xff", "application/unknown")
    result, _ = api.requests(2)
    assert (result.header("content-type"), result.body) == ("application/unknown", b"\xff")


@pytest.mark.parametrize(("cause", "sent"), [("{}", "{}"), ("x" * 1_048_576, "")])
def test_error_tells_its_cause_unless_that_is_too_long(api: Api, cause: str, sent: str) -> None:
    api.take_event()
    api.client.post_invocation_error("r-1", '{"errorType": "E"}', cause)
    error, question = api.requests(2)
    assert error.target == "/2018-06-01/runtime/invocation/r-1/error"
    assert error.body == b'{"errorType": "E"}'
    assert error.header("lambda-runtime-function-xray-error-cause") == sent
    assert question.target == NEXT


def test_large_result_is_answered_before_the_next_event_is_asked_for(api: Api) -> None:
    api.take_event()
    posting = api.thread.submit(api.client.post_invocation_result, "r-1", "x" * 1_000_000)
    (result,) = api.requests(1)
    assert len(result.body) == 1_000_000
    api.answer(Response(413, (), b"too large"))
    with pytest.raises(LambdaRuntimeClientError, match="413"):
        posting.result()


def test_refused_result_ends_the_runtime_at_the_next_event(api: Api) -> None:
    api.take_event()
    api.client.post_invocation_result("r-1", "1")
    api.answer(Response(400, (), b"Invalid request ID"), EVENT)
    with pytest.raises(LambdaRuntimeClientError, match="400"):
        api.client.wait_next_invocation()


def test_runtime_api_that_goes_away_ends_the_runtime(api: Api) -> None:
    api.peer.shutdown(socket.SHUT_WR)
    with pytest.raises(ConnectionError, match="closed the connection"):
        api.client.wait_next_invocation()


def test_event_may_come_in_pieces(api: Api) -> None:
    def dribble() -> None:
        for byte in serialize(EVENT):
            api.peer.sendall(bytes([byte]))

    sending = api.thread.submit(dribble)
    assert api.client.wait_next_invocation().event_body == b'{"a": 1}'
    sending.result()


def test_signals_are_handled_while_it_waits(api: Api) -> None:
    seen: list[int] = []

    def signal_and_answer() -> None:
        api.requests(1)
        os.kill(os.getpid(), signal.SIGUSR1)
        while not seen:
            threading.Event().wait(0.001)
        api.answer(EVENT)

    before = signal.signal(signal.SIGUSR1, lambda number, _frame: seen.append(number))
    try:
        answering = api.thread.submit(signal_and_answer)
        assert api.client.wait_next_invocation().invoke_id == "r-1"
        answering.result()
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert seen == [signal.SIGUSR1]
