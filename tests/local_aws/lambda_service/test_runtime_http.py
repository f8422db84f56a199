import asyncio
import http.client
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from local_aws.lambda_service.runtime_api import RuntimeApi
from local_aws.lambda_service.runtime_state import MAXIMUM_RESPONSE_BYTES
from tests.local_aws.lambda_service.given_runtime import Seen, event_of

ROOT = "/2018-06-01/runtime"
NEXT = f"{ROOT}/invocation/next"


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Client:
    """A Runtime API, and calls of it as another process would make them."""

    api: RuntimeApi
    seen: Seen
    address: str

    async def call(self, method: str, path: str, body: bytes = b"") -> Answer:
        def call() -> Answer:
            connection = http.client.HTTPConnection(self.address, timeout=10)
            try:
                connection.request(method, path, body)
                response = connection.getresponse()
                return Answer(response.status, dict(response.getheaders()), response.read())
            finally:
                connection.close()

        return await asyncio.to_thread(call)

    async def take_event(self, request_id: str = "r-1") -> Answer:
        waiting = asyncio.create_task(self.call("GET", NEXT))
        await self.seen.waiting.wait()
        self.seen.waiting.clear()
        assert self.api.deliver(event_of(request_id, b'{"a": 1}'))
        return await waiting


@asynccontextmanager
async def serving() -> AsyncIterator[Client]:
    seen = Seen()
    api = RuntimeApi(seen)
    try:
        yield Client(api, seen, await api.start())
    finally:
        await api.close()


async def test_event_is_json_with_its_request_id() -> None:
    async with serving() as client:
        event = await client.take_event()
        assert event.status == 200
        assert event.body == b'{"a": 1}'
        assert event.headers["Content-Type"] == "application/json"
        assert event.headers["Lambda-Runtime-Aws-Request-Id"] == "r-1"
        assert event.headers["Lambda-Runtime-Deadline-Ms"] == "42"
        assert event.headers["Lambda-Runtime-Invoked-Function-Arn"] == "arn:chat"
        assert event.headers["Lambda-Runtime-Trace-Id"] == "Root=1"
        assert "Lambda-Runtime-Client-Context" not in event.headers


async def test_event_has_the_context_of_its_caller() -> None:
    async with serving() as client:
        reader, writer = await open_connection(client)
        writer.write(request("GET", NEXT))
        await client.seen.waiting.wait()
        assert client.api.deliver(event_of("r-1", b"1", client_context='{"custom": {}}'))
        assert b'Lambda-Runtime-Client-Context: {"custom": {}}\r\n' in await reader.readuntil(
            b"\r\n\r\n"
        )
        writer.close()


@pytest.mark.parametrize("outcome", ["response", "error"])
async def test_outcome_of_an_event_is_accepted_once(outcome: str) -> None:
    async with serving() as client:
        await client.take_event()
        path = f"{ROOT}/invocation/r-1/{outcome}"
        accepted = await client.call("POST", path, b'"result"')
        assert (accepted.status, accepted.json) == (202, {"status": "OK"})
        assert client.seen.told == [(outcome, b'"result"')]
        again = await client.call("POST", path, b'"result"')
        assert again.status == 400
        assert len(client.seen.told) == 1
        await client.take_event("r-2")


async def test_outcome_of_another_event_is_refused() -> None:
    async with serving() as client:
        await client.take_event()
        refused = await client.call("POST", f"{ROOT}/invocation/r-0/response", b"1")
        assert refused.status == 400
        assert refused.json == {
            "errorType": "InvalidRequestID",
            "errorMessage": "Invalid request ID",
        }
        assert client.seen.told == []


async def test_result_that_is_too_large_is_an_error_of_the_function() -> None:
    async with serving() as client:
        await client.take_event()
        path = f"{ROOT}/invocation/r-1/response"
        refused = await client.call("POST", path, b"1" * (MAXIMUM_RESPONSE_BYTES + 1))
        assert refused.status == 413
        assert refused.json["errorType"] == "RequestEntityTooLarge"
        ((outcome, error),) = client.seen.told
        assert outcome == "error"
        assert json.loads(error) == {
            "errorType": "Function.ResponseSizeTooLarge",
            "errorMessage": "Response payload size (6291557 bytes) exceeded maximum allowed "
            "payload size (6291556 bytes).",
        }


async def test_largest_result_is_accepted() -> None:
    async with serving() as client:
        await client.take_event()
        result = b"1" * MAXIMUM_RESPONSE_BYTES
        path = f"{ROOT}/invocation/r-1/response"
        assert (await client.call("POST", path, result)).status == 202
        assert client.seen.told == [("response", result)]


async def test_error_of_initialization_is_passed_on() -> None:
    async with serving() as client:
        accepted = await client.call("POST", f"{ROOT}/init/error", b'{"errorType": "T"}')
        assert accepted.status == 202
        assert client.seen.told == [("initialization", b'{"errorType": "T"}')]


async def test_event_is_not_asked_for_twice() -> None:
    async with serving() as client:
        waiting = asyncio.create_task(client.call("GET", NEXT))
        await client.seen.waiting.wait()
        refused = await client.call("GET", NEXT)
        assert (refused.status, refused.json["errorType"]) == (403, "InvalidStateTransition")
        assert client.api.deliver(event_of("r-1", b"1"))
        assert (await waiting).status == 200
        assert (await client.call("GET", NEXT)).status == 403


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"{ROOT}/restore/next"),
        ("POST", f"{ROOT}/restore/error"),
        ("POST", NEXT),
        ("GET", f"{ROOT}/init/error"),
        ("GET", "/"),
    ],
)
async def test_what_there_is_not_is_not_found(method: str, path: str) -> None:
    async with serving() as client:
        assert (await client.call(method, path)).status == 404


async def test_client_that_goes_away_gets_no_event() -> None:
    async with serving() as client:
        host, _, port = client.address.partition(":")
        _, writer = await asyncio.open_connection(host, int(port))
        writer.write(f"GET {NEXT} HTTP/1.1\r\nHost: here\r\n\r\n".encode())
        await client.seen.waiting.wait()
        writer.close()
        await writer.wait_closed()
        await client.seen.left.wait()
        assert not client.api.deliver(event_of("r-1", b"1"))


async def open_connection(client: Client) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    host, _, port = client.address.partition(":")
    return await asyncio.open_connection(host, int(port))


def request(method: str, path: str, body: bytes = b"", headers: str = "") -> bytes:
    head = f"{method} {path} HTTP/1.1\r\nHost: here\r\n{headers}Content-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


async def answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    size = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
    return int(head.split(b" ")[1]), await reader.readexactly(size)


async def test_result_is_answered_with_the_event_that_was_asked_for_after_it() -> None:
    async with serving() as client:
        await client.take_event()
        reader, writer = await open_connection(client)
        writer.write(
            request("POST", f"{ROOT}/invocation/r-1/response", b"1") + request("GET", NEXT)
        )
        await client.seen.waiting.wait()
        assert client.seen.told == [("response", b"1")]
        assert client.api.deliver(event_of("r-2", b"2"))
        assert (await answer(reader))[0] == 202
        assert await answer(reader) == (200, b"2")
        writer.close()


async def test_what_is_asked_while_an_event_is_waited_for_is_answered_after_it() -> None:
    async with serving() as client:
        reader, writer = await open_connection(client)
        writer.write(request("GET", NEXT) + request("GET", "/"))
        await client.seen.waiting.wait()
        assert client.api.deliver(event_of("r-1", b"1"))
        assert await answer(reader) == (200, b"1")
        assert (await answer(reader))[0] == 404
        writer.write(request("GET", "/", headers="Connection: close\r\n"))
        assert (await answer(reader))[0] == 404
        assert await reader.read() == b""
        writer.close()


async def test_body_is_asked_for_if_the_client_wants_to_be_asked() -> None:
    async with serving() as client:
        reader, writer = await open_connection(client)
        whole = request("POST", f"{ROOT}/init/error", b"{}", headers="Expect: 100-continue\r\n")
        writer.write(whole[:-2])
        assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        writer.write(whole[-2:])
        assert (await answer(reader))[0] == 202
        writer.close()


async def test_what_is_no_http_is_refused() -> None:
    async with serving() as client:
        reader, writer = await open_connection(client)
        writer.write(b"hello\r\n\r\n")
        assert (await answer(reader))[0] == 400
        assert await reader.read() == b""
        writer.close()
