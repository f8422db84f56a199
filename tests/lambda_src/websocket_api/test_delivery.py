from __future__ import annotations

from threading import Barrier, get_ident
from typing import TYPE_CHECKING, Any

import pytest

from tests.lambda_src.websocket_api.sockets import START, Sockets, Stage
from websocket_api import logs
from websocket_api.delivery import Delivery, DeliveryReport, Throttled
from websocket_api.delivery_pace import Pace
from websocket_api.management import YOUNG_CONNECTION_SECONDS, Gone

if TYPE_CHECKING:
    from collections.abc import Callable

HELLO = b'"hello"'


@pytest.fixture
def stage() -> Stage:
    stage = Stage()
    for connection_id in "abc":
        stage.open(connection_id)
    stage.clock.advance(YOUNG_CONNECTION_SECONDS)
    return stage


def test_message_reaches_each_connection_once(stage: Stage) -> None:
    assert stage.delivery.send(["a", "b", "a"], HELLO) == DeliveryReport(delivered=2)
    assert stage.sockets.inboxes == {"a": [HELLO], "b": [HELLO], "c": []}


def test_nobody_to_send_to_is_an_empty_report(stage: Stage) -> None:
    assert stage.delivery.send([], HELLO) == DeliveryReport()


def test_several_messages_arrive_in_their_order(stage: Stage) -> None:
    assert stage.delivery.send(["a"], [b"1", b"2", b"3"]) == DeliveryReport(delivered=1)
    assert stage.sockets.inboxes["a"] == [b"1", b"2", b"3"]


def test_gone_connection_loses_all_its_rows_and_the_others_are_sent_to(stage: Stage) -> None:
    stage.join("b", "blue")
    stage.vanish("b")
    told: list[str] = []
    report = stage.delivery.send(["a", "b", "c"], HELLO, on_gone=told.append)
    assert report == DeliveryReport(delivered=2, gone=1)
    assert {str(row["pk"]) for row in stage.memory.rows()} == {"CONNECTION#a", "CONNECTION#c"}
    assert told == ["b"]
    assert stage.sockets.posts == ["a", "b", "c"]
    assert stage.sockets.looks == []


def test_gone_connection_is_counted_where_there_are_no_rows_to_remove() -> None:
    delivery = Delivery(Sockets(), concurrency=1)
    assert delivery.send(["a"], HELLO) == DeliveryReport(gone=1)


def test_young_connection_called_gone_keeps_its_rows(stage: Stage) -> None:
    stage.open("d")
    stage.vanish("d")
    told: list[str] = []
    assert stage.delivery.send(["d"], HELLO, on_gone=told.append) == DeliveryReport(gone=1)
    assert stage.connections.get("d") is not None
    assert stage.sockets.looks == ["d"]
    assert told == []


def test_young_connection_called_gone_but_open_is_tried_once_more(stage: Stage) -> None:
    stage.open("d")
    stage.sockets.broken["d"] = [Gone("d")]
    assert stage.delivery.send(["d"], HELLO) == DeliveryReport(delivered=1)
    stage.sockets.broken["d"] = [Gone("d"), Gone("d"), Gone("d")]
    assert stage.delivery.send(["d"], HELLO) == DeliveryReport(gone=1)
    assert stage.sockets.posts == ["d"] * 4
    assert stage.connections.get("d") is not None


def test_connection_called_gone_but_open_is_gone_if_there_is_no_time_to_try_it_again(
    stage: Stage, log_lines: Callable[[], list[dict[str, Any]]]
) -> None:
    logs.configure("INFO")
    stage.open("d")
    stage.sockets.broken["d"] = [Gone("d")]
    deadline = stage.clock() + 0.01
    assert stage.delivery.send(["d"], HELLO, deadline=deadline) == DeliveryReport(gone=1)
    assert log_lines() == []
    stage.sockets.broken["d"] = [Gone("d")]
    assert stage.delivery.send_some(["d"], HELLO, deadline=deadline) == (DeliveryReport(), ("d",))


def test_those_whom_the_deadline_cuts_off_are_told_and_not_counted(
    stage: Stage, log_lines: Callable[[], list[dict[str, Any]]]
) -> None:
    logs.configure("INFO")
    stage.sockets.throttled = {"a": 99}
    stage.sockets.broken = {"b": [OSError("1"), OSError("2")]}
    report, unreached = stage.delivery.send_some("abc", HELLO)
    assert (report, unreached) == (DeliveryReport(delivered=1, failed=1), ("a",))
    (line,) = log_lines()
    assert (line["errorCode"], line["oneConnectionId"]) == ("OSError", "b")


def test_pace_spreads_the_posts(stage: Stage) -> None:
    begun = stage.clock()
    pace = Pace(2, clock=stage.clock)
    assert stage.delivery.send("abc", HELLO, pace=pace) == DeliveryReport(delivered=3)
    assert stage.clock() == pytest.approx(begun + 1)
    stage.sockets.throttled = {"a": 4}
    stage.delivery.send("a", HELLO, pace=pace)
    stage.clock.advance(2.5)
    assert pace.posts_per_second < 2


def test_rows_that_cannot_be_removed_spoil_nothing(
    stage: Stage, log_lines: Callable[[], list[dict[str, Any]]]
) -> None:
    logs.configure("INFO")
    stage.vanish("b")

    def fail(_: str) -> None:
        raise ConnectionAbortedError("no DynamoDB")

    report = stage.delivery.send(["a", "b", "c"], HELLO, on_gone=fail)
    assert report == DeliveryReport(delivered=2, gone=1)
    (line,) = log_lines()
    assert line["message"] == "the rows of a gone connection were not removed"
    assert (line["goneConnectionId"], line["errorCode"]) == ("b", "ConnectionAbortedError")


def test_throttled_connection_is_tried_again_after_the_others_and_a_pause(stage: Stage) -> None:
    stage.sockets.throttled = {"a": 2}
    assert stage.delivery.send(["a", "b"], HELLO) == DeliveryReport(delivered=2)
    assert stage.sockets.posts == ["a", "b", "a", "a"]
    assert stage.clock() == pytest.approx(START + YOUNG_CONNECTION_SECONDS + 0.05 + 0.1)


def test_pauses_double_up_to_two_seconds_and_end_with_the_deadline(stage: Stage) -> None:
    stage.sockets.throttled = {"a": 99}
    begun = stage.clock()
    report = stage.delivery.send(["a", "b"], HELLO, deadline=begun + 8)
    assert report == DeliveryReport(delivered=1, throttled=1)
    # 0.05, 0.1, 0.2, 0.4, 0.8, 1.6 and 2 s; another 2 s would pass the deadline.
    assert stage.clock() == pytest.approx(begun + 5.15 + 2 * (stage.clock() - begun > 6))
    assert stage.clock() < begun + 8


def test_pause_is_a_part_of_the_longest_one() -> None:
    pauses: list[float] = []
    sockets = Sockets(inboxes={"a": []}, throttled={"a": 200})
    Delivery(sockets, concurrency=1, clock=lambda: START, sleep=pauses.append).send(["a"], HELLO)
    assert len(pauses) == 200
    assert 0 <= min(pauses) < max(pauses) <= 2
    assert len(set(pauses)) > 190


def test_several_messages_go_on_where_they_were_throttled(stage: Stage) -> None:
    class SecondIsThrottled(Sockets):
        def post(self, connection_id: str, data: bytes) -> None:
            if data == b"2" and self.posts.count("a") == 1:
                self.throttled["a"] = 1
            Sockets.post(self, connection_id, data)

    sockets = SecondIsThrottled(inboxes={"a": []})
    delivery = Delivery(sockets, concurrency=1, clock=stage.clock, sleep=stage.clock.advance)
    assert delivery.send(["a"], [b"1", b"2", b"3"]) == DeliveryReport(delivered=1)
    assert sockets.inboxes["a"] == [b"1", b"2", b"3"]


def test_any_other_failure_is_tried_once_more(
    stage: Stage, log_lines: Callable[[], list[dict[str, Any]]]
) -> None:
    logs.configure("INFO")
    stage.sockets.broken = {"a": [OSError("reset")]}
    assert stage.delivery.send(["a", "b"], HELLO) == DeliveryReport(delivered=2)
    assert stage.sockets.posts == ["a", "b", "a"]
    assert log_lines() == []


def test_failures_are_logged_once_a_kind_and_without_the_message(
    stage: Stage, log_lines: Callable[[], list[dict[str, Any]]]
) -> None:
    logs.configure("INFO")
    stage.sockets.broken = {
        "a": [OSError("1"), OSError("2")],
        "b": [OSError("3"), OSError("4")],
        "c": [OSError("5"), ValueError("6")],
    }
    assert stage.delivery.send(["a", "b", "c"], HELLO) == DeliveryReport(failed=3)
    lines = {line["errorCode"]: line for line in log_lines()}
    assert lines["OSError"]["connections"] == 2
    assert lines["OSError"]["oneConnectionId"] == "a"
    assert lines["OSError"]["errorMessage"] == "2"
    assert lines["ValueError"]["connections"] == 1
    assert "hello" not in str(lines)


def test_throttled_connections_are_logged(
    stage: Stage, log_lines: Callable[[], list[dict[str, Any]]]
) -> None:
    logs.configure("INFO")
    stage.sockets.throttled = {"a": 99}
    stage.delivery.send(["a"], HELLO)
    (line,) = log_lines()
    assert (line["errorCode"], line["connections"]) == ("Throttled", 1)
    assert "stackTrace" not in line


def test_deadline_that_has_passed_lets_no_call_begin(
    stage: Stage, log_lines: Callable[[], list[dict[str, Any]]]
) -> None:
    logs.configure("INFO")
    report = stage.delivery.send(["a", "b"], HELLO, deadline=stage.clock())
    assert report == DeliveryReport(failed=2)
    assert stage.sockets.posts == []
    (line,) = log_lines()
    assert (line["errorCode"], line["connections"]) == ("DeadlinePassed", 2)


def test_deadline_is_the_given_one_else_the_default_else_five_seconds() -> None:
    defaults: list[float | None] = [7.0, None]
    delivery = Delivery(Sockets(), clock=lambda: START, default_deadline=lambda: defaults.pop(0))
    assert delivery.deadline(3.0) == 3.0
    assert delivery.deadline(None) == 7.0
    assert delivery.deadline(None) == START + 5
    assert Delivery(Sockets(), clock=lambda: START).deadline(None) == START + 5


def test_posts_are_made_at_once_up_to_the_concurrency() -> None:
    barrier = Barrier(4)

    class Meeting(Sockets):
        """Takes a post only while three others are under way."""

        def post(self, connection_id: str, data: bytes) -> None:
            barrier.wait(timeout=10)
            threads.add(get_ident())
            self.inboxes[connection_id].append(data)

    threads: set[int] = set()
    sockets = Meeting(inboxes={str(n): [] for n in range(8)})
    report = Delivery(sockets, concurrency=4).send([str(n) for n in range(8)], HELLO)
    assert report == DeliveryReport(delivered=8)
    assert len(threads) == 4


def test_one_of_many_that_is_throttled_is_alone_in_waiting() -> None:
    sockets = Sockets(inboxes={"a": [], "b": []}, throttled={"b": 1})
    delivery = Delivery(sockets, sleep=lambda _: None)
    assert delivery.send(["a", "b"], HELLO) == DeliveryReport(delivered=2)
    assert sorted(sockets.posts) == ["a", "b", "b"]


def test_reports_add_up() -> None:
    one = DeliveryReport(
        delivered=1, gone=2, throttled=3, failed=4, queued=5, queued_shards=6, message_id="m"
    )
    other = DeliveryReport(
        delivered=10, gone=20, throttled=30, failed=40, queued=50, queued_shards=60
    )
    assert one.plus(other) == DeliveryReport(
        delivered=11,
        gone=22,
        throttled=33,
        failed=44,
        queued=55,
        queued_shards=66,
        message_id="m",
    )


def test_throttling_is_no_failure_of_the_others() -> None:
    assert not issubclass(Throttled, OSError)
