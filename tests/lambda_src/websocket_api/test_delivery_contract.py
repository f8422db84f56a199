"""The rules of delivery, whoever makes the posts: threads or the engine, our client or the SDK."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.lambda_src.websocket_api.sockets import connection_row
from tests.lambda_src.websocket_api.stage_server import IS_SILENT, StageServer, stage_server
from websocket_api import clients, environment
from websocket_api.aws import tls
from websocket_api.connections import ConnectionStore
from websocket_api.delivery import Delivery, DeliveryReport
from websocket_api.delivery_pace import Pace
from websocket_api.management import YOUNG_CONNECTION_SECONDS
from websocket_api.posting import ManagementPost, posting_engine
from websocket_api.testing.memory_table import MemoryTable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HELLO = b'"hello"'
MANY = [f"R1kExam{number:02}A=" for number in range(40)]


@dataclass(frozen=True, slots=True)
class World:
    """A stage, and a delivery to its connections."""

    server: StageServer
    delivery: Delivery
    connections: ConnectionStore

    def open(self, *connection_ids: str, seconds_ago: float = YOUNG_CONNECTION_SECONDS + 1) -> None:
        for connection_id in connection_ids:
            row = connection_row(connection_id, now=time.time() - seconds_ago)
            self.connections.put(row)
            self.server.inboxes[connection_id] = []

    def vanish(self, *connection_ids: str) -> None:
        for connection_id in connection_ids:
            del self.server.inboxes[connection_id]

    def received(self) -> dict[str, int]:
        return {each: len(inbox) for each, inbox in self.server.inboxes.items() if inbox}


DRIVERS = ["threads over our client", "threads over the SDK", "engine"]


@contextmanager
def new_world(driver: str, bundle: Path) -> Iterator[World]:
    with pytest.MonkeyPatch.context() as patch, stage_server(bundle) as server:
        client = environment.SDK if driver == "threads over the SDK" else "own"
        patch.setenv(environment.AWS_CLIENT_VARIABLE, client)
        patch.setenv(environment.MANAGEMENT_ENDPOINT_VARIABLE, server.url)
        patch.setenv("AWS_CA_BUNDLE", str(bundle))
        tls.context.cache_clear()
        clients.forget()
        connections = ConnectionStore(MemoryTable(clock=time.time))
        delivery = Delivery(
            ManagementPost(clients.posting(server.url, maximum_connections=8)),
            connections=connections,
            concurrency=8,
            engine=(lambda: None) if driver == "threads over our client" else posting_engine,
            jitter=lambda: 0.5,
        )
        yield World(server, delivery, connections)
        clients.forget()
        tls.context.cache_clear()


@pytest.fixture(params=DRIVERS)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    with new_world(request.param, tmp_path / "bundle.pem") as world:
        yield world


@pytest.fixture(params=DRIVERS)
def impatient_world(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[World]:
    monkeypatch.setattr(clients, "READ_TIMEOUT_SECONDS", 0.3)
    with new_world(request.param, tmp_path / "bundle.pem") as world:
        yield world


def test_message_reaches_each_connection_once(world: World) -> None:
    world.open(*MANY)
    assert world.delivery.send([*MANY, *MANY[:3]], HELLO) == DeliveryReport(delivered=40)
    assert world.received() == dict.fromkeys(MANY, 1)
    assert world.server.inboxes[MANY[0]] == [HELLO]


def test_several_messages_arrive_in_their_order(world: World) -> None:
    world.open(*MANY[:5])
    world.server.faults = {MANY[0]: ["fine", "throttled"], MANY[1]: ["fine", "fine", "broken"]}
    payloads = [b"1", b"2", b"3"]
    assert world.delivery.send(MANY[:5], payloads) == DeliveryReport(delivered=5)
    assert list(world.server.inboxes.values()) == [payloads] * 5


def test_nothing_to_send_is_delivered_to_everybody(world: World) -> None:
    assert world.delivery.send(["a", "b"], []) == DeliveryReport(delivered=2)
    assert world.server.connections == 0


def test_gone_connections_lose_their_rows_and_the_others_are_sent_to(world: World) -> None:
    world.open(*MANY)
    world.vanish(*MANY[::4])
    told: list[str] = []
    report = world.delivery.send(MANY, HELLO, on_gone=told.append)
    assert report == DeliveryReport(delivered=30, gone=10)
    assert sorted(told) == sorted(MANY[::4])
    assert [each for each in MANY if world.connections.get(each) is None] == MANY[::4]
    assert len(world.server.posts) == 40


def test_young_connection_called_gone_keeps_its_rows(world: World) -> None:
    world.open("a", "b", seconds_ago=0)
    world.vanish("a")
    world.server.faults = {"b": ["gone"]}
    assert world.delivery.send(["a", "b"], HELLO) == DeliveryReport(delivered=1, gone=1)
    assert world.connections.get("a") is not None
    assert sorted(world.server.posts) == ["a", "b", "b"]


def test_throttled_connections_are_tried_again(world: World) -> None:
    world.open(*MANY)
    world.server.faults = {each: ["throttled"] * 2 for each in MANY[::3]}
    assert world.delivery.send(MANY, HELLO) == DeliveryReport(delivered=40)
    assert len(world.server.posts) == 40 + 2 * 14
    assert world.received() == dict.fromkeys(MANY, 1)


def test_refusals_are_known_by_their_status_too(world: World) -> None:
    world.open("a", "b", "c")
    world.server.faults = {"a": ["throttled as by a proxy"], "b": ["gone as by a proxy"]}
    assert world.delivery.send("abc", HELLO) == DeliveryReport(delivered=2, gone=1)


# The SDK, which does not read such an answer to its end, is content with its beginning.
@pytest.mark.parametrize("world", ["threads over our client", "engine"], indirect=True)
def test_answer_that_breaks_off_is_none(world: World) -> None:
    world.open("a", "b")
    world.server.faults = {"b": ["promises more"] * 2}
    assert world.delivery.send("ab", HELLO) == DeliveryReport(delivered=1, failed=1)


@pytest.mark.parametrize("fault", ["forbidden", "broken", "resets"])
def test_any_other_failure_is_tried_once_more(world: World, fault: str) -> None:
    world.open(*MANY[:6])
    world.server.faults = {MANY[1]: [fault], MANY[4]: [fault] * 5}
    assert world.delivery.send(MANY[:6], HELLO) == DeliveryReport(delivered=5, failed=1)
    assert [world.server.posts.count(each) for each in MANY[:6]] == [1, 2, 1, 1, 2, 1]


def test_silence_is_a_failure_after_a_time(impatient_world: World) -> None:
    impatient_world.open("a", "b", "c")
    impatient_world.server.faults = {"b": [IS_SILENT], "c": [IS_SILENT] * 2}
    report = impatient_world.delivery.send("abc", HELLO)
    assert report == DeliveryReport(delivered=2, failed=1)
    assert sorted(impatient_world.server.posts) == ["a", "b", "b", "c", "c"]


@pytest.mark.parametrize("fault", ["says more", "comes in pieces", "closes", "comes in chunks"])
def test_answers_of_all_kinds_are_understood(world: World, fault: str) -> None:
    world.open(*MANY)
    world.server.faults = {each: [fault] for each in MANY[::2]}
    assert world.delivery.send(MANY, HELLO) == DeliveryReport(delivered=40)
    assert world.received() == dict.fromkeys(MANY, 1)


def test_connections_that_the_server_closed_meanwhile_are_no_failure(world: World) -> None:
    world.open(*MANY)
    assert world.delivery.send(MANY, HELLO) == DeliveryReport(delivered=40)
    world.server.disconnect_all()
    world.server.faults = {each: ["fine", "broken"] for each in MANY}
    assert world.delivery.send(MANY, HELLO) == DeliveryReport(delivered=40)
    assert world.received() == dict.fromkeys(MANY, 2)


def test_server_that_closes_after_some_requests_fails_nothing(world: World) -> None:
    world.open(*MANY)
    world.server.requests_per_connection = 3
    assert world.delivery.send(MANY, HELLO) == DeliveryReport(delivered=40)


def test_connections_are_kept_from_one_delivery_to_the_next(world: World) -> None:
    world.open(*MANY)
    world.delivery.send(MANY, HELLO)
    opened = world.server.connections
    for _ in range(3):
        world.delivery.send(MANY[:8], HELLO)
    assert world.server.connections == opened
    assert opened <= len(MANY)


def test_those_whom_the_deadline_cuts_off_are_told(world: World) -> None:
    world.open(*MANY[:8])
    world.server.faults = {each: ["throttled"] * 99 for each in MANY[:3]}
    report, unreached = world.delivery.send_some(MANY[:8], HELLO, deadline=time.time() + 1)
    assert report == DeliveryReport(delivered=5)
    assert sorted(unreached) == MANY[:3]


def test_deadline_that_has_passed_lets_no_post_begin(world: World) -> None:
    world.open(*MANY)
    report, unreached = world.delivery.send_some(MANY, HELLO, deadline=time.time())
    assert (report, set(unreached)) == (DeliveryReport(), set(MANY))
    assert world.delivery.send(MANY, HELLO, deadline=time.time()) == DeliveryReport(failed=40)
    assert world.server.posts == []


def test_pace_is_kept_until_the_deadline(world: World) -> None:
    world.open(*MANY)
    pace = Pace(40)
    report, unreached = world.delivery.send_some(MANY, HELLO, deadline=time.time() + 0.5, pace=pace)
    assert report.delivered + len(unreached) == 40
    # Half a second's worth and the burst, on a slow machine less.
    assert 1 <= report.delivered <= 23
    assert world.received() == dict.fromkeys(set(MANY) - set(unreached), 1)


def test_throttling_slows_the_pace(world: World) -> None:
    world.open(*MANY)
    world.server.faults = {each: ["throttled"] * 9 for each in MANY}
    pace = Pace(200)
    world.delivery.send_some(MANY, HELLO, deadline=time.time() + 0.8, pace=pace)
    assert pace.posts_per_second < 200


def test_signature_covers_each_connection(world: World) -> None:
    world.open("a=", "b=")
    world.delivery.send(["a=", "b="], HELLO)
    heads = world.server.heads
    assert all("AWS4-HMAC-SHA256 Credential=" in head for head in heads)
    assert sorted(head.split(" ")[1].upper() for head in heads) == [
        "/PROD/@CONNECTIONS/A%3D",
        "/PROD/@CONNECTIONS/B%3D",
    ]
    signatures = {head.partition("Signature=")[2].partition("\r\n")[0] for head in heads}
    assert len(signatures) == 2


def test_largest_message_fits(world: World) -> None:
    world.open("a", "b")
    payload = b"x" * 131_072
    assert world.delivery.send(["a", "b"], payload) == DeliveryReport(delivered=2)
    assert world.server.inboxes == {"a": [payload], "b": [payload]}
