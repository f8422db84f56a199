import contextlib
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode
from websockets.http11 import Request, Response
from websockets.sync.server import Server, ServerConnection, serve

from local_aws.testing import ConnectionRefused, NothingReceived, WebSocketClient

ENDINGS: dict[str, int | None] = {}


def answer(connection: ServerConnection) -> None:
    """Do what the path says, then send back what comes."""
    assert connection.request is not None
    path, _, query = connection.request.path.partition("?")
    if path == "/close":
        connection.close(CloseCode.GOING_AWAY)
    if path == "/tell":
        connection.send(f"{connection.request.headers['Host']} {query}")
    with contextlib.suppress(ConnectionClosed):
        for message in connection:
            connection.send(message)
    ENDINGS[path] = connection.close_code


def refuse(connection: ServerConnection, request: Request) -> Response | None:
    return connection.respond(403, "Forbidden") if request.path == "/forbidden" else None


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serve(answer, "127.0.0.1", 0, process_request=refuse) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def url(server: Server) -> str:
    return f"ws://127.0.0.1:{server.socket.getsockname()[1]}"


@pytest.fixture
def client(url: str) -> Iterator[WebSocketClient]:
    client = WebSocketClient.open(url)
    yield client
    client.close()


def test_text_goes_as_it_is_and_all_else_as_json(client: WebSocketClient) -> None:
    client.send("plain")
    client.send({"a": [1, None]})
    assert client.receive_text() == "plain"
    assert client.receive() == {"a": [1, None]}


def test_query_and_host_reach_the_server(url: str) -> None:
    client = WebSocketClient.open(
        f"{url}/tell", query={"token": "a b"}, headers={"Host": "api.example.com"}
    )
    client.expect("api.example.com token=a+b")
    client.close()


def test_refusal_has_its_status(url: str) -> None:
    with pytest.raises(ConnectionRefused) as refused:
        WebSocketClient.open(f"{url}/forbidden")
    assert refused.value.status == 403


@pytest.mark.parametrize(
    "expected",
    [
        '{"a": {"b": [1, {"c": true}]}, "d": "e"}',
        {},
        {"d": "e"},
        {"a": {"b": [1, {}]}},
        {"a": {"b": (1, {"c": True})}},
    ],
)
def test_expected_object_says_what_has_to_agree(client: WebSocketClient, expected: Any) -> None:
    client.send('{"a": {"b": [1, {"c": true}]}, "d": "e"}')
    client.expect(expected)


@pytest.mark.parametrize(
    "expected",
    [
        "{}",
        {"d": None},
        {"x": 1},
        {"a": {"b": [1]}},
        {"a": {"b": [True, {}]}},
        {"a": {"b": {}}},
        [],
        {"a": []},
    ],
)
def test_anything_else_is_not_what_was_expected(client: WebSocketClient, expected: Any) -> None:
    client.send('{"a": {"b": [1, {"c": true}]}, "d": "e"}')
    with pytest.raises(AssertionError, match=r"Expected .*, received"):
        client.expect(expected)


def test_nothing_came_in_time(client: WebSocketClient) -> None:
    with pytest.raises(NothingReceived, match=r"No message came within 0\.01 s"):
        client.receive(within=0.01)
    client.expect_nothing(seconds=0.01)


def test_something_came_where_nothing_was_expected(client: WebSocketClient) -> None:
    client.send("something")
    with pytest.raises(AssertionError, match="Expected nothing, received 'something'"):
        client.expect_nothing(seconds=10)


def test_server_closes(url: str) -> None:
    client = WebSocketClient.open(f"{url}/close")
    client.expect_close(1001)
    assert client.close_code == 1001
    with pytest.raises(AssertionError, match="Expected the close code 1000, received 1001"):
        client.expect_close(1000)
    with pytest.raises(NothingReceived, match="The connection closed before"):
        client.receive()
    with pytest.raises(AssertionError, match="The connection closed"):
        client.expect_nothing()


def test_server_does_not_close(client: WebSocketClient) -> None:
    with pytest.raises(AssertionError, match="still open"):
        client.expect_close(1001, within=0.01)


def test_who_vanishes_sends_no_close_frame(url: str) -> None:
    client = WebSocketClient.open(f"{url}/vanishing")
    client.vanish()
    client.close()
    deadline = time.monotonic() + 10
    while "/vanishing" not in ENDINGS and time.monotonic() < deadline:
        time.sleep(0.01)
    assert ENDINGS["/vanishing"] == CloseCode.ABNORMAL_CLOSURE
