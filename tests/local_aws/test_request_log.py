import asyncio
import io
import re
from typing import Any

import pytest

from local_aws import request_log
from local_aws.api_gateway.access_log import AccessLog, Notice
from local_aws.api_gateway.events import Occurrence
from local_aws.api_gateway.monitoring.event_record import EventRecord, FunctionRun
from local_aws.request_log import RequestLog
from local_aws.terminal import Terminal
from tests.end_to_end.given import eventually

ARN = "arn:aws:lambda:us-east-1:123456789012:function"
CONNECTION_ID = "L0SM9cOFvHcCIhw="


ENTRY = AccessLog(
    api_id="a",
    stage="prod",
    event="MESSAGE",
    connection_id=CONNECTION_ID,
    route_key="say",
    status=200,
    latency_milliseconds=1.25,
)


class Requests:
    """Requests that a log is told of, and what it prints, with each time as `time`."""

    def __init__(self, *, is_quiet: bool = False, is_raw: bool = False) -> None:
        self.stream = io.StringIO()
        self.terminal = Terminal(self.stream)
        self.log = RequestLog(self.terminal, is_quiet=is_quiet, is_raw=is_raw)

    def begin(self, route_key: str = "say") -> EventRecord:
        context = {"routeKey": route_key, "connectionId": CONNECTION_ID}
        return EventRecord(context=context, on_line=self.log.take_line)

    def end(self, record: EventRecord, **changes: Any) -> None:
        self.log.take_end(ENTRY._replace(occurrence=Occurrence("r", 0.0, record), **changes))

    def printed(self) -> list[str]:
        self.terminal.flush()
        text = re.sub(r"^\d\d:\d\d:\d\d", "time", self.stream.getvalue(), flags=re.MULTILINE)
        return text.splitlines()


def run_of(
    record: EventRecord, *lines: str, name: str = "shop", cold: float | None = None
) -> FunctionRun:
    run = record.begin_run(f"{ARN}:{name}:live")
    run.initialization_seconds = cold
    for line in lines:
        record.take_line(run, line)
    return run


async def test_request_is_one_line() -> None:
    requests = Requests()
    requests.end(requests.begin())
    assert requests.printed() == [f"time say            200      1.2 ms {CONNECTION_ID}"]


@pytest.mark.parametrize(
    ("event", "route_key", "shown"),
    [
        ("CONNECT", "$connect", "$connect     "),
        ("DISCONNECT", "", "disconnect   "),
        ("MESSAGE", "", "message      "),
        ("POST", "", "POST         "),
        ("PUT", "", "PUT          "),
    ],
)
async def test_request_without_a_route_says_what_it_was(
    event: str, route_key: str, shown: str
) -> None:
    requests = Requests()
    requests.end(requests.begin(), event=event, route_key=route_key)
    assert requests.printed()[0].startswith(f"time {shown}")


async def test_request_of_no_connection_ends_with_what_else_there_is_to_say() -> None:
    requests = Requests()
    requests.end(requests.begin(), connection_id="", status=403, detail="no such stage")
    requests.end(requests.begin(), connection_id="")
    assert requests.printed() == [
        "time say            403      1.2 ms no such stage",
        "time say            200      1.2 ms",
    ]


async def test_what_functions_log_stands_below_their_request() -> None:
    requests = Requests()
    one, two = requests.begin("one"), requests.begin("two")
    run_of(one, "first", '{"level": "INFO", "message": "hi", "connectionId": "L0SM9cOFvHcCIhw="}')
    run_of(two, "second")
    requests.end(two, route_key="two")
    requests.end(one, route_key="one")
    assert requests.printed() == [
        f"time two            200      1.2 ms {CONNECTION_ID}",
        "         │ second",
        f"time one            200      1.2 ms {CONNECTION_ID}",
        "         │ first",
        "         │ INFO    hi",
    ]


async def test_lines_of_several_functions_are_told_apart() -> None:
    requests = Requests()
    record = requests.begin()
    run_of(record, "allowed", name="authorizer")
    run_of(record, "connected", name="shop")
    requests.end(record)
    assert requests.printed()[1:] == ["         │ authorizer allowed", "         │ shop connected"]


async def test_lines_are_shown_as_they_are_on_request() -> None:
    requests = Requests(is_raw=True)
    record = requests.begin()
    run_of(record, '{"level": "INFO", "message": "hi"}')
    requests.end(record)
    assert requests.printed()[1:] == ['         │ {"level": "INFO", "message": "hi"}']


async def test_request_that_takes_long_shows_its_lines_before_its_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(request_log, "PATIENCE_SECONDS", 0.0)
    requests = Requests()
    record = requests.begin()
    run = run_of(record, "one", "two")
    await asyncio.sleep(0.01)
    record.take_line(run, "three")
    requests.end(record, latency_milliseconds=1234.5)
    requests.end(requests.begin())
    assert requests.printed() == [
        f"time say              …        …    {CONNECTION_ID}",
        "         │ one",
        "         │ two",
        "         │ three",
        f"time say            200   1234.5 ms {CONNECTION_ID}",
        f"time say            200      1.2 ms {CONNECTION_ID}",
    ]


async def test_lines_of_a_function_that_outlives_its_request_are_shown_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(request_log, "PATIENCE_SECONDS", 0.0)
    requests = Requests()
    record = requests.begin()
    run = run_of(record, "in time")
    requests.end(record, status=504)
    record.take_line(run, "late")
    await asyncio.sleep(0.01)
    assert requests.printed() == [
        f"time say            504      1.2 ms {CONNECTION_ID}",
        "         │ in time",
        f"time say              …        …    {CONNECTION_ID}",
        "         │ late",
    ]


async def test_quiet_log_shows_no_line_of_a_function_that_outlives_its_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(request_log, "PATIENCE_SECONDS", 0.0)
    requests = Requests(is_quiet=True)
    record = requests.begin()
    run = run_of(record)
    requests.end(record)
    record.take_line(run, "late")
    await asyncio.sleep(0.01)
    assert requests.printed() == []


@pytest.mark.parametrize(
    ("cold", "milliseconds", "shown"),
    [(0.24, 251.0, " cold 240 ms"), (0.24, 12.0, ""), (None, 251.0, "")],
)
async def test_cold_start_is_marked_if_the_request_waited_for_it(
    cold: float | None, milliseconds: float, shown: str
) -> None:
    requests = Requests()
    record = requests.begin()
    run_of(record, cold=cold)
    requests.end(record, latency_milliseconds=milliseconds)
    assert requests.printed()[0].endswith(f" ms {CONNECTION_ID}{shown}")


async def test_quiet_log_shows_what_has_failed_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_log, "PATIENCE_SECONDS", 0.0)
    requests = Requests(is_quiet=True)
    fine, failed = requests.begin(), requests.begin()
    run_of(fine, "fine")
    run_of(failed, "why it failed")
    await asyncio.sleep(0.01)
    requests.end(fine)
    requests.end(failed, status=502, detail="raised\x1b an error")
    assert requests.printed() == [
        f"time say            502      1.2 ms {CONNECTION_ID} raised? an error",
        "         │ why it failed",
    ]


async def test_line_of_no_request_says_which_function_it_is_of() -> None:
    line = '{"level": "INFO", "message": "hi"}'
    requests, raw = Requests(), Requests(is_raw=True)
    requests.log.take_other_line("worker", line)
    raw.log.take_other_line("worker", line)
    assert requests.printed() == ["[worker] INFO    hi"]
    assert raw.printed() == [f"[worker] {line}"]


async def test_what_happens_at_the_same_time_is_printed_at_once_soon() -> None:
    requests = Requests()
    requests.end(requests.begin())
    requests.end(requests.begin())
    assert requests.stream.getvalue() == ""
    assert await asyncio.to_thread(eventually, lambda: requests.stream.getvalue().count("say") == 2)


async def test_notice_is_of_the_api() -> None:
    requests = Requests()
    requests.log.take_end(Notice("deploy again"))
    assert requests.printed() == ["[api] deploy again"]
