import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from awslambdaric.lambda_runtime_client import (  # type: ignore[import-untyped]  # ships no types
    LambdaRuntimeClientError,
)

from local_aws.lambda_service.bootstrap import RuntimeClient
from local_aws.lambda_service.runtime_api import RuntimeApi
from local_aws.lambda_service.runtime_state import MAXIMUM_RESPONSE_BYTES, RuntimeEvent
from tests.local_aws.lambda_service.given_runtime import Seen, event_of


@dataclass(frozen=True, slots=True)
class Runtime:
    """A runtime client, which blocks and so has a thread, on the channel of a Runtime API."""

    api: RuntimeApi
    seen: Seen
    client: RuntimeClient
    connection: socket.socket

    async def take(self, event: RuntimeEvent) -> Any:
        """Deliver an event once it is waited for, and return it as the client sees it."""
        waiting = asyncio.create_task(asyncio.to_thread(self.client.wait_next_invocation))
        await self.deliver(event)
        return await waiting

    async def deliver(self, event: RuntimeEvent) -> None:
        await self.seen.waiting.wait()
        self.seen.waiting.clear()
        assert self.api.deliver(event)

    async def respond(self, payload: str | bytes) -> None:
        await asyncio.to_thread(self.client.post_invocation_result, "r-1", payload)


@asynccontextmanager
async def running() -> AsyncIterator[Runtime]:
    seen = Seen()
    api = RuntimeApi(seen)
    connection = await api.connect()
    try:
        yield Runtime(api, seen, RuntimeClient("127.0.0.1:9001", connection), connection)
    finally:
        connection.close()
        await api.close()


async def test_event_comes_as_it_was_delivered() -> None:
    async with running() as runtime:
        event = await runtime.take(event_of("r-1", '{"a": "é"}'.encode()))
        assert event.invoke_id == "r-1"
        assert event.event_body == '{"a": "é"}'.encode()
        assert event.content_type == "application/json"
        assert event.deadline_time_in_ms == 42
        assert event.invoked_function_arn == "arn:chat"
        assert event.x_amzn_trace_id == "Root=1"
        assert event.client_context is None
        assert event.cognito_identity is None
        assert event.tenant_id is None


async def test_event_has_the_context_of_its_caller() -> None:
    async with running() as runtime:
        event = await runtime.take(event_of("r-1", b"1", client_context='{"custom": {"a": "é"}}'))
        assert event.client_context == '{"custom": {"a": "é"}}'


@pytest.mark.parametrize("payload", ['"é"', '"é"'.encode(), "1" * MAXIMUM_RESPONSE_BYTES])
async def test_result_asks_for_the_next_event(payload: str | bytes) -> None:
    async with running() as runtime:
        await runtime.take(event_of("r-1", b"1"))
        await runtime.respond(payload)
        assert (await runtime.take(event_of("r-2", b"2"))).invoke_id == "r-2"
        sent = payload if isinstance(payload, bytes) else payload.encode()
        assert runtime.seen.told == [("response", sent)]


async def test_error_asks_for_the_next_event() -> None:
    async with running() as runtime:
        await runtime.take(event_of("r-1", b"1"))
        error = '{"errorType": "E"}'
        await asyncio.to_thread(runtime.client.post_invocation_error, "r-1", error, "{}")
        assert (await runtime.take(event_of("r-2", b"2"))).invoke_id == "r-2"
        assert runtime.seen.told == [("error", error.encode())]


async def test_large_event_arrives_whole() -> None:
    async with running() as runtime:
        large = b"1" * 6_000_000
        assert (await runtime.take(event_of("r-1", large))).event_body == large


async def test_result_that_is_too_large_ends_the_runtime() -> None:
    async with running() as runtime:
        await runtime.take(event_of("r-1", b"1"))
        await runtime.respond("1" * (MAXIMUM_RESPONSE_BYTES + 1))
        with pytest.raises(LambdaRuntimeClientError, match=r"413.*Exceeded maximum"):
            await asyncio.to_thread(runtime.client.wait_next_invocation)
        ((outcome, error),) = runtime.seen.told
        assert outcome == "error"
        assert b"Function.ResponseSizeTooLarge" in error


async def test_result_of_no_event_is_refused() -> None:
    async with running() as runtime:
        await runtime.respond("1")
        with pytest.raises(LambdaRuntimeClientError, match=r"400.*InvalidRequestID"):
            await asyncio.to_thread(runtime.client.wait_next_invocation)
        assert runtime.seen.told == []


async def test_runtime_api_that_closes_ends_the_runtime() -> None:
    async with running() as runtime:
        waiting = asyncio.create_task(asyncio.to_thread(runtime.client.wait_next_invocation))
        await runtime.seen.waiting.wait()
        await runtime.api.close()
        with pytest.raises(ConnectionError):
            await waiting


async def test_runtime_that_goes_away_gets_no_event() -> None:
    async with running() as runtime:
        runtime.connection.sendall(b"\0\0\0\0\0")
        await runtime.seen.waiting.wait()
        runtime.connection.close()
        await runtime.seen.left.wait()
        assert not runtime.api.deliver(event_of("r-1", b"1"))


async def test_what_no_runtime_client_says_drops_the_connection() -> None:
    async with running() as runtime:
        runtime.connection.sendall(b"\x09\0\0\0\0")
        runtime.connection.settimeout(10)
        assert await asyncio.to_thread(runtime.connection.recv, 1) == b""
