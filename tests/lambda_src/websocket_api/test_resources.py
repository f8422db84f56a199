from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING

import pytest

from websocket_api import clients, environment
from websocket_api.aws.connections import Connections
from websocket_api.channel_policy import ChannelPolicy
from websocket_api.fanout.fan_out import FanOut
from websocket_api.fanout.queue import SqsQueue
from websocket_api.history import HistoryPolicy
from websocket_api.posting import ManagementPost
from websocket_api.resources import Resources
from websocket_api.testing import MemoryTable
from websocket_api.testing.sockets import MemorySockets

if TYPE_CHECKING:
    from tests.lambda_src.given import Table

VARIABLES = {
    environment.TABLE_NAME_VARIABLE: "connections",
    environment.MANAGEMENT_ENDPOINT_VARIABLE: "https://abc.execute-api.us-east-1.amazonaws.com/prod",
    environment.CONNECTION_TTL_SECONDS_VARIABLE: "7500",
}


@pytest.fixture
def variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)


def in_memory(policy: ChannelPolicy | None = None) -> Resources:
    return Resources(
        table=lambda: MemoryTable(clock=lambda: 0.0),
        sockets=lambda: MemorySockets(clock=lambda: 0.0),
        ttl_seconds=lambda: 60,
        policy=policy,
        clock=lambda: 0.0,
    )


@pytest.mark.usefixtures("variables", "aws")
def test_parts_of_the_environment_are_aws() -> None:
    resources = Resources.from_environment(None)
    assert isinstance(resources.sockets, ManagementPost)
    assert resources.ttl_seconds == 7500
    endpoint = VARIABLES[environment.MANAGEMENT_ENDPOINT_VARIABLE]
    assert clients.posting.cache_info().currsize == 1
    assert isinstance(clients.posting(endpoint, maximum_connections=32), Connections)
    assert clients.posting.cache_info().currsize == 1


@pytest.mark.usefixtures("variables", "aws")
def test_engine_posts_to_the_environments_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    # The discard port, at which nobody listens.
    monkeypatch.setenv(environment.MANAGEMENT_ENDPOINT_VARIABLE, "http://127.0.0.1:9/prod")
    report = Resources.from_environment(None).delivery.send(("a", "b"), b"x")
    assert report.failed == 2


@pytest.mark.usefixtures("variables")
def test_rows_of_the_environments_table_are_read(table: Table) -> None:
    resources = Resources.from_environment(ChannelPolicy())
    assert resources.connections.get("a") is None
    assert resources.users.connections("anna") == ()
    assert resources.channels.channels_of("a") == ()
    assert table.operations == ["GetItem", "Query", "Query"]


@pytest.mark.usefixtures("variables", "aws")
def test_preparing_makes_every_client_and_calls_nothing() -> None:
    Resources.from_environment(ChannelPolicy()).prepare()
    assert clients.dynamodb.cache_info().currsize == 1
    assert clients.posting.cache_info().currsize == 1


@pytest.mark.usefixtures("variables", "aws")
def test_queue_of_the_environment_is_used_if_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Resources.from_environment(None).queue is None
    monkeypatch.setenv(environment.FANOUT_QUEUE_URL_VARIABLE, "https://example.com/1/fanout")
    resources = Resources.from_environment(ChannelPolicy())
    assert isinstance(resources.queue, SqsQueue)
    assert isinstance(resources.channels._parts.broadcaster, FanOut)


@pytest.mark.parametrize("name", VARIABLES)
@pytest.mark.usefixtures("variables", "aws")
def test_missing_variable_is_named_while_preparing(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.delenv(name)
    with pytest.raises(environment.MissingEnvironmentVariable, match=name):
        Resources.from_environment(None).prepare()


def test_nothing_is_made_before_it_is_asked_for() -> None:
    resources = Resources.from_environment(None)
    with pytest.raises(environment.MissingEnvironmentVariable):
        _ = resources.connections


def test_each_part_is_made_once_whichever_threads_ask() -> None:
    both_are_there = Barrier(2)
    made: list[str] = []

    def make() -> MemoryTable:
        made.append("table")
        return MemoryTable()

    resources = Resources(
        table=make,
        sockets=lambda: MemorySockets(clock=lambda: 0.0),
        ttl_seconds=lambda: 60,
    )

    def ask(_: int) -> object:
        both_are_there.wait(timeout=30)
        return resources.channels

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(ask, range(2))
    assert first is second
    assert len(made) == 1


def test_channels_work_as_the_policy_says() -> None:
    policy = ChannelPolicy(history=HistoryPolicy(messages=5), presence=True)
    channels = in_memory(policy).channels
    assert channels.subscribe("a", "room", user="anna", ttl=60) is not None
    assert channels.channel("room").members().members == ("anna",)
    assert channels.channel("room").publish("hi").offset == 1


def test_channels_without_a_policy_have_neither_history_nor_presence() -> None:
    channels = in_memory().channels
    assert channels.subscribe("a", "room", user="anna", ttl=60) is None
    assert channels.channel("room").members().members == ()
    assert channels.channel("room").publish("hi").offset is None


@pytest.mark.parametrize("policy", [None, ChannelPolicy(presence=True)])
def test_all_rows_of_a_connection_are_forgotten(policy: ChannelPolicy | None) -> None:
    resources = in_memory(policy)
    resources.channels.subscribe("a", "room", ttl=60)
    assert resources.forget("a") == 1
    assert resources.channels.channels_of("a") == ()


def test_policy_that_cannot_be_is_an_error_while_preparing() -> None:
    with pytest.raises(ValueError, match="shards is 3"):
        in_memory(ChannelPolicy(shards=3)).prepare()
