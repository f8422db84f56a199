import pytest

from local_aws.api_gateway import journal as journals
from local_aws.api_gateway.access_log import AccessLog, Notice
from local_aws.api_gateway.journal import Journal
from local_aws.api_gateway.pipeline import Outcome


def test_line_tells_the_outcome_and_the_time_since_the_arrival(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seconds = iter([7.0, 9.0015])
    monkeypatch.setattr(journals, "perf_counter", lambda: next(seconds))
    lines: list[AccessLog | Notice] = []
    journal = Journal(lines.append, lambda: 1_000.5)
    arrival = journal.arrive()
    assert arrival.occurrence.time == 1_000.5
    journal.record(
        ("abc123", "prod"), "MESSAGE", arrival, Outcome("say", 200, "detail"), "connection="
    )
    (line,) = lines
    assert isinstance(line, AccessLog)
    assert (line.api_id, line.stage, line.event) == ("abc123", "prod", "MESSAGE")
    assert (line.route_key, line.status, line.detail) == ("say", 200, "detail")
    assert line.connection_id == "connection="
    assert line.latency_milliseconds == pytest.approx(2_001.5)


def test_each_arrival_has_an_id_of_its_own() -> None:
    journal = Journal(lambda _: None, lambda: 0)
    assert len({journal.arrive().occurrence.request_id for _ in range(10)}) == 10


def test_notice_is_a_line_too() -> None:
    lines: list[AccessLog | Notice] = []
    Journal(lines.append, lambda: 0).notice("deploy again")
    assert lines == [Notice("deploy again")]
