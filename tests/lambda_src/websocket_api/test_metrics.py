from __future__ import annotations

import asyncio
import json
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest

from tests.lambda_src.given import Context, golden_event
from tests.lambda_src.websocket_api.fanout.fan_out_stage import FanOutStage
from websocket_api import Accept, App, ChannelPolicy, Reject, Reply, environment, metrics
from websocket_api.delivery import DeliveryReport
from websocket_api.testing import TestClient

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    Load = Callable[[str], ModuleType]
    Documents = Callable[[], list[dict[str, Any]]]

NAMESPACE = "Chat"


@pytest.fixture(autouse=True)
def variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(environment.METRICS_NAMESPACE_VARIABLE, NAMESPACE)
    monkeypatch.setenv(environment.METRICS_DIMENSIONS_VARIABLE, "ApiId=a1b2c3d4e5,Stage=prod")


@pytest.fixture
def documents(capsys: pytest.CaptureFixture[str]) -> Documents:
    """Return what reads the documents written since it was last called."""

    def read() -> list[dict[str, Any]]:
        lines = map(json.loads, capsys.readouterr().out.splitlines())
        return [line for line in lines if "_aws" in line]

    return read


def values_of(document: dict[str, Any]) -> dict[str, Any]:
    """The metrics of a document, which has to be as the specification says."""
    assert time.time() - 60 < document["_aws"]["Timestamp"] / 1000 <= time.time()
    (directive,) = document["_aws"]["CloudWatchMetrics"]
    assert directive.keys() == {"Namespace", "Dimensions", "Metrics"}
    assert directive["Namespace"] == NAMESPACE
    assert len(directive["Metrics"]) <= 100
    (dimensions,) = directive["Dimensions"]
    assert len(dimensions) <= 30
    assert all(isinstance(document[name], str) and document[name] for name in dimensions)
    names = [metric["Name"] for metric in directive["Metrics"]]
    assert len(set(names)) == len(names)
    assert {metric["Unit"] for metric in directive["Metrics"]} <= {"Count", "Milliseconds"}
    assert document.keys() == {"_aws", *dimensions, *names}
    for name in names:
        each = document[name]
        assert 0 < len(each) <= 100 if isinstance(each, list) else isinstance(each, int | float)
    return {name: document[name] for name in names}


def test_all_that_an_invocation_counts_is_one_line(documents: Documents) -> None:
    with metrics.invocation():
        metrics.count(metrics.CONNECTS)
        metrics.count(metrics.CONNECTS)
        metrics.count_posts(DeliveryReport(delivered=7, gone=2, throttled=1, failed=3))
    (document,) = documents()
    assert (document["ApiId"], document["Stage"]) == ("a1b2c3d4e5", "prod")
    assert document["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["ApiId", "Stage"]]
    assert values_of(document) == {
        "Connects": 2,
        "PostsDelivered": 7,
        "PostsGone": 2,
        "PostsThrottled": 1,
        "PostsFailed": 3,
    }


def test_lags_are_told_one_by_one_in_milliseconds(documents: Documents) -> None:
    with metrics.invocation():
        metrics.record_lag(12.5)
        metrics.record_lag(900)
    (document,) = documents()
    assert values_of(document) == {"FanOutLag": [12.5, 900]}
    assert document["_aws"]["CloudWatchMetrics"][0]["Metrics"] == [
        {"Name": "FanOutLag", "Unit": "Milliseconds"}
    ]


def test_more_values_than_a_line_holds_take_another_and_are_counted_once(
    documents: Documents,
) -> None:
    with metrics.invocation():
        metrics.count(metrics.MESSAGES)
        for lag in range(201):
            metrics.record_lag(lag)
    first, second, third = map(values_of, documents())
    assert first == {"Messages": 1, "FanOutLag": list(range(100))}
    assert second == {"FanOutLag": list(range(100, 200))}
    assert third == {"FanOutLag": 200}


def test_invocation_that_counts_nothing_writes_nothing(documents: Documents) -> None:
    with metrics.invocation():
        metrics.count(metrics.MESSAGES, 0)
        metrics.count_posts(DeliveryReport())
    assert documents() == []


def test_without_a_namespace_nothing_is_written(
    documents: Documents, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(environment.METRICS_NAMESPACE_VARIABLE)
    metrics.check_environment()
    with metrics.invocation():
        metrics.count(metrics.MESSAGES)
        metrics.record_lag(1)
    assert documents() == []


def test_without_dimensions_there_is_one_set_of_none(
    documents: Documents, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(environment.METRICS_DIMENSIONS_VARIABLE)
    with metrics.invocation():
        metrics.count(metrics.MESSAGES)
    (document,) = documents()
    assert document["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [[]]
    assert values_of(document) == {"Messages": 1}


def test_what_is_counted_outside_an_invocation_is_in_none(documents: Documents) -> None:
    metrics.count(metrics.MESSAGES)
    with metrics.invocation():
        metrics.count(metrics.CONNECTS)
    (document,) = documents()
    assert values_of(document) == {"Connects": 1}


def test_invocation_that_fails_writes_what_it_counted(documents: Documents) -> None:
    def fail() -> None:
        with metrics.invocation():
            metrics.count(metrics.MESSAGES)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    (document,) = documents()
    assert values_of(document) == {"Messages": 1}


def test_invocation_inside_another_adds_to_it(documents: Documents) -> None:
    with metrics.invocation():
        metrics.count(metrics.MESSAGES)
        with metrics.invocation():
            metrics.count(metrics.MESSAGES)
        assert documents() == []
    (document,) = documents()
    assert values_of(document) == {"Messages": 2}


def test_invocations_at_once_count_for_themselves(documents: Documents) -> None:
    both_are_inside = Barrier(2)

    def invoke(number: int) -> None:
        with metrics.invocation():
            metrics.count(metrics.MESSAGES, number)
            both_are_inside.wait(timeout=10)
            metrics.count(metrics.MESSAGES, number)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(invoke, [1, 2]))
    assert sorted(values_of(each)["Messages"] for each in documents()) == [2, 4]


def test_tasks_count_for_the_invocation_that_started_them(documents: Documents) -> None:
    async def count() -> None:
        metrics.count(metrics.MESSAGES)

    async def handle() -> None:
        await asyncio.gather(count(), count())

    with metrics.invocation():
        asyncio.run(handle())
    (document,) = documents()
    assert values_of(document) == {"Messages": 2}


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        (environment.METRICS_NAMESPACE_VARIABLE, "AWS/ApiGateway"),
        (environment.METRICS_DIMENSIONS_VARIABLE, "ApiId"),
    ],
)
@pytest.mark.parametrize("name", ["handlers.connect", "handlers.default", "handlers.disconnect"])
def test_wrong_setting_is_named_at_import(
    load: Load, monkeypatch: pytest.MonkeyPatch, name: str, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(environment.InvalidEnvironmentVariable, match=variable):
        load(name)


def test_wrong_setting_is_named_when_an_app_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(environment.FUNCTION_NAME_VARIABLE, "chat")
    monkeypatch.setenv(environment.METRICS_DIMENSIONS_VARIABLE, "ApiId")
    with pytest.raises(environment.InvalidEnvironmentVariable, match="METRICS_DIMENSIONS"):
        _ = App(keeps_connections=False, sets_up_logs=False).handler


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize(
    ("name", "event", "counted"),
    [
        ("connect", "connect", {"Connects": 1}),
        ("default", "message", {"Messages": 1}),
        ("disconnect", "disconnect_1000", {"Disconnects": 1}),
    ],
)
def test_function_counts_its_event(
    load: Load, documents: Documents, name: str, event: str, counted: dict[str, int]
) -> None:
    load(f"handlers.{name}").handler(golden_event(event), Context())
    (document,) = documents()
    assert values_of(document) == counted


@pytest.mark.parametrize(
    ("name", "event"), [("connect", "connect"), ("disconnect", "disconnect_1000")]
)
def test_function_that_the_table_fails_counts_an_error(
    load: Load, documents: Documents, name: str, event: str
) -> None:
    # There is no table.
    load(f"handlers.{name}").handler(golden_event(event), Context())
    (document,) = documents()
    assert values_of(document) == {"HandlerErrors": 1}


def events_of(app: App) -> None:
    """Have an application handle an event of each type."""
    for event in ("connect", "message", "disconnect_1000"):
        app.handle(golden_event(event), Context())


def test_application_counts_its_events(documents: Documents) -> None:
    app = App(keeps_connections=False)
    app.on_message("$default")(lambda: Reply("hi"))
    events_of(app)
    assert [values_of(each) for each in documents()] == [
        {"Connects": 1},
        {"Messages": 1},
        {"Disconnects": 1},
    ]


def test_application_counts_those_whom_it_rejects(documents: Documents) -> None:
    app = App(keeps_connections=False)
    app.on_connect(lambda: Reject(401))
    app.handle(golden_event("connect"), Context())
    (document,) = documents()
    assert values_of(document) == {"ConnectsRejected": 1}


def test_application_counts_handlers_that_fail(documents: Documents) -> None:
    def fail() -> None:
        raise RuntimeError

    app = App(keeps_connections=False)
    app.on_connect(fail)
    app.on_message("$default")(fail)
    app.on_disconnect(fail)
    events_of(app)
    assert [values_of(each) for each in documents()] == [
        {"HandlerErrors": 1},
        {"Messages": 1, "HandlerErrors": 1},
        {"HandlerErrors": 1},
    ]


def test_publish_is_counted_with_its_posts(documents: Documents) -> None:
    app = App(channels=ChannelPolicy())
    app.on_connect(lambda: Accept(channels=["room/blue"]))
    client = TestClient(app).connect()
    _ = documents()
    with metrics.invocation():
        app.channel("room/blue").publish("hi")
    (document,) = documents()
    assert client.receive()["data"] == "hi"
    assert values_of(document) == {"PostsDelivered": 1, "Publishes": 1}


def test_worker_tells_its_posts_and_how_late_they_were(documents: Documents) -> None:
    stage = FanOutStage(threshold=0)
    stage.join_all(3)
    stage.channel.publish("hi")
    stage.clock.advance(2)
    stage.work()
    (document,) = documents()
    values = values_of(document)
    assert 2000 <= values.pop("FanOutLag") < 2100
    assert values == {"PostsDelivered": 3}


def test_worker_counts_a_broadcast_that_is_too_old(documents: Documents) -> None:
    stage = FanOutStage(threshold=0)
    stage.join_all(1)
    stage.channel.publish("hi")
    stage.clock.advance(2 * 3600)
    stage.work()
    (document,) = documents()
    assert values_of(document) == {"BroadcastsGivenUp": 1}


def test_publish_counts_those_whom_neither_a_post_nor_the_queue_took(documents: Documents) -> None:
    stage = FanOutStage(threshold=10)
    stage.join_all(2)
    stage.queue.refused = 1
    with metrics.invocation():
        stage.channel.publish("hi", deadline=stage.clock())
    (document,) = documents()
    assert values_of(document) == {"PostsFailed": 2, "Publishes": 1}
