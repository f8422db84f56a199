"""Which requests share a bucket, and over real sockets what a client is told that is over one."""

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from local_aws.api_gateway.addressing import Deployed, DeployedStage
from local_aws.api_gateway.settings import GatewaySettings
from local_aws.api_gateway.throttling import Throttling
from local_aws.publication import Api
from tests.local_aws.api_gateway.given import (
    ECHO_ROUTES,
    Running,
    api,
    deployment,
    exchange,
    route,
    serving,
)

ROUTES = (*ECHO_ROUTES, route("say", two_way=True), route("shout", two_way=True))


def limit(rate: float, burst: int) -> dict[str, Any]:
    return {"throttlingRateLimit": rate, "throttlingBurstLimit": burst}


def throttled(**settings: Any) -> Api:
    base = api(deployment(*ROUTES))
    return replace(base, stages=(replace(base.stages[0], settings=settings),))


def stage(**settings: Any) -> DeployedStage:
    return Deployed.of([throttled(**settings)]).stages["abc123", "prod"]


class Clock:
    """A clock that goes only when it is told to."""

    now = 1_000.0

    def __call__(self) -> float:
        return self.now


def throttling(clock: Clock | None = None, **limits: Any) -> Throttling:
    return Throttling(GatewaySettings(**limits), clock or Clock())


def messages(
    subject: Throttling, of: DeployedStage, route_key: str = "say", *, count: int = 10
) -> int:
    """Return how many of so many messages get through at once."""
    return sum(subject.excess_of_message(of, route_key) is None for _ in range(count))


def test_account_has_aws_limits_unless_told_otherwise() -> None:
    clock = Clock()
    subject = throttling(clock)
    assert messages(subject, stage(), count=6_000) == 5_000
    clock.now += 0.25
    assert messages(subject, stage(), count=6_000) == 2_500


def test_accounts_bucket_is_shared_by_messages_calls_and_handshakes() -> None:
    subject = throttling(account_burst=3)
    assert subject.excess_of_connection(stage()) is None
    assert subject.excess_of_call(stage()) is None
    assert subject.excess_of_message(stage(), None) is None
    excess = "over the limit of 10000 requests/s and 3 at once, the account's"
    assert subject.excess_of_connection(stage()) == excess
    assert subject.excess_of_call(stage()) == excess
    assert subject.excess_of_message(stage(), "say") == excess


def test_regions_have_buckets_of_their_own() -> None:
    subject = throttling(account_burst=3)
    elsewhere = stage()
    elsewhere = replace(elsewhere, api=replace(elsewhere.api, region="eu-west-1"))
    assert messages(subject, stage()) == messages(subject, elsewhere) == 3


def test_new_connections_have_a_bucket_besides() -> None:
    clock = Clock()
    subject = throttling(clock)
    passed = sum(subject.excess_of_connection(stage()) is None for _ in range(1_000))
    assert passed == 500
    assert subject.excess_of_message(stage(), "say") is None
    clock.now += 1
    passed = sum(subject.excess_of_connection(stage()) is None for _ in range(1_000))
    assert passed == 500


def test_each_route_has_the_stages_default_for_itself() -> None:
    subject = throttling()
    limited = stage(defaultRouteSettings=limit(1, 2))
    assert messages(subject, limited, "say") == 2
    assert messages(subject, limited, "shout") == 2
    excess = "over the limit of 1 requests/s and 2 at once, that of route say"
    assert subject.excess_of_message(limited, "say") == excess


def test_routes_own_settings_replace_the_default_and_inherit_nothing() -> None:
    limited = stage(
        defaultRouteSettings=limit(1, 2),
        routeSettings={"say": limit(1, 4), "shout": {"loggingLevel": "INFO"}},
    )
    assert messages(throttling(), limited, "say") == 4
    assert messages(throttling(), limited, "shout") == 10
    assert messages(throttling(), limited, "$default") == 2


def test_connect_is_a_route_too() -> None:
    subject = throttling()
    limited = stage(routeSettings={"$connect": limit(1, 1)})
    assert subject.excess_of_connection(limited) is None
    assert "that of route $connect" in (subject.excess_of_connection(limited) or "")


def test_zero_lets_nothing_through() -> None:
    assert messages(throttling(), stage(defaultRouteSettings=limit(0, 0))) == 0
    assert throttling().excess_of_connection(stage(defaultRouteSettings=limit(0, 0)))


def test_settings_that_change_take_effect_at_once() -> None:
    subject = throttling()
    assert messages(subject, stage(defaultRouteSettings=limit(1, 2))) == 2
    assert messages(subject, stage(defaultRouteSettings=limit(1, 3))) == 3


# Over real sockets


async def refused_with_429(running: Running) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await running.connect()
    response = refused.value.response
    assert response.status_code == 429
    assert response.headers["x-amzn-ErrorType"] == "LimitExceededException"
    assert json.loads(response.body)["message"] == "Too Many Requests"


async def test_handshake_over_the_rate_of_new_connections_is_answered_429() -> None:
    async with (
        serving(connection_burst=1, connection_rate_per_second=1e-6) as running,
        running.connect() as client,
    ):
        await refused_with_429(running)
        assert len(running.functions.received("$connect")) == 1
        assert "new connections" in running.logged("CONNECT")[1].detail
        await client.send("hello")
        assert await client.recv() == "hello"


async def test_stage_whose_throttle_was_left_at_zero_answers_429() -> None:
    async with serving(throttled(defaultRouteSettings=limit(0, 0))) as running:
        await refused_with_429(running)


async def test_message_over_its_routes_limit_is_answered_with_an_error_and_not_delivered() -> None:
    limited = throttled(routeSettings={"say": limit(1e-6, 1)})
    async with serving(limited) as running, running.connect() as client:
        await client.send('{"action": "say"}')
        assert await client.recv() == '{"action": "say"}'
        await client.send('{"action": "say"}')
        error = await client.recv()
        assert isinstance(error, str)
        context = running.functions.events[0]["requestContext"]
        assert error.startswith('{"message": "Too Many Requests", "connectionId":"')
        assert json.loads(error)["connectionId"] == context["connectionId"]
        assert len(running.functions.received("say")) == 1
        line = running.logged("MESSAGE")[1]
        assert (line.route_key, line.status) == ("say", 429)
        await client.send("another route")
        assert await client.recv() == "another route"


async def test_message_over_a_limit_can_close_its_connection() -> None:
    limited = throttled(routeSettings={"$default": limit(1, 0)})
    async with (
        serving(limited, closes_throttled_connections=True) as running,
        running.connect() as client,
    ):
        await client.send("hello")
        with pytest.raises(ConnectionClosed):
            await client.recv()
        assert (client.close_code, client.close_reason) == (1008, "Too many requests")
        context = (await running.functions.wait_for("$disconnect"))[0]["requestContext"]
        assert context["disconnectStatusCode"] == 1008


async def test_disconnect_is_told_however_much_is_used_up() -> None:
    async with serving(account_burst=1, account_rate_per_second=1e-6) as running:
        async with running.connect():
            pass
        await asyncio.wait_for(running.functions.wait_for("$disconnect"), 10)


async def test_call_of_connections_over_the_accounts_limit_is_answered_429() -> None:
    async with (
        serving(account_burst=1, account_rate_per_second=1e-6) as running,
        running.connect(),
    ):
        answer = await exchange(
            running, b"GET /prod/@connections/abcd HTTP/1.0\r\nHost: here\r\n\r\n"
        )
        assert answer.startswith(b"HTTP/1.1 429 ")
        assert b"\r\nx-amzn-ErrorType: LimitExceededException\r\n" in answer
        assert answer.endswith(b'{"message":"Too Many Requests"}')
        assert "the account's" in running.logged("GET")[0].detail
