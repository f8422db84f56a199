from __future__ import annotations

import importlib
import logging
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest

from tests.lambda_src.given import Context, golden_event
from websocket_api import environment, logs

if TYPE_CHECKING:
    from collections.abc import Callable

    LogLines = Callable[[], list[dict[str, Any]]]

LOG = logging.getLogger("application.chat")


def test_line_has_the_members_of_lambdas_json_format(log_lines: LogLines) -> None:
    logs.configure("INFO")
    before = datetime.now(tz=UTC)
    LOG.info("%s rooms", 2)
    (line,) = log_lines()
    assert datetime.fromisoformat(line["timestamp"]) >= before.replace(microsecond=0)
    assert line["timestamp"].endswith("Z")
    del line["timestamp"]
    assert line == {"level": "INFO", "message": "2 rooms", "logger": "application.chat"}


def test_extra_becomes_members(log_lines: LogLines) -> None:
    logs.configure("INFO")
    LOG.info("joined", extra={"rooms": ["blue"], "opened": datetime(2024, 1, 20, tzinfo=UTC)})
    (line,) = log_lines()
    assert line["rooms"] == ["blue"]
    assert line["opened"] == "2024-01-20 00:00:00+00:00"


def test_extra_does_not_replace_what_every_line_has(log_lines: LogLines) -> None:
    logs.configure("INFO")
    LOG.info("joined", extra={"level": "DEBUG"})
    (line,) = log_lines()
    assert line["level"] == "INFO"


def test_message_of_several_lines_is_one_line(log_lines: LogLines) -> None:
    logs.configure("INFO")
    LOG.info("one\ntwo\u2028three")
    (line,) = log_lines()
    assert line["message"] == "one\ntwo\u2028three"


def test_exception_is_told_by_type_message_and_stack(log_lines: LogLines) -> None:
    logs.configure("INFO")
    try:
        int("x")
    except ValueError:
        LOG.exception("not a number")
    (line,) = log_lines()
    assert line["level"] == "ERROR"
    assert line["errorType"] == "ValueError"
    assert line["errorMessage"] == "invalid literal for int() with base 10: 'x'"
    assert any("test_exception_is_told" in frame for frame in line["stackTrace"])


def test_exception_asked_for_where_there_is_none_is_left_out(log_lines: LogLines) -> None:
    logs.configure("INFO")
    LOG.error("no exception", exc_info=True)  # noqa: LOG014 - what the test is about
    (line,) = log_lines()
    assert "errorType" not in line


def test_lines_below_the_level_are_left_out(log_lines: LogLines) -> None:
    logs.configure("WARNING")
    LOG.info("left out")
    LOG.warning("shown")
    assert [line["message"] for line in log_lines()] == ["shown"]


@pytest.mark.parametrize("name", ["botocore.endpoint", "urllib3.connectionpool", "boto3"])
def test_sdk_never_writes_its_requests(log_lines: LogLines, name: str) -> None:
    logs.configure("DEBUG")
    logging.getLogger(name).debug("a request and its body")
    logging.getLogger(name).warning("a warning")
    assert [line["message"] for line in log_lines()] == ["a warning"]


def test_lines_are_not_written_again_by_a_handler_there_before(
    root_logger: logging.Logger, log_lines: LogLines
) -> None:
    root_logger.addHandler(logging.StreamHandler(sys.stdout))
    logs.configure("INFO")
    LOG.info("once")
    assert [line["message"] for line in log_lines()] == ["once"]


def test_filters_of_the_handlers_there_before_still_keep_lines_out(
    root_logger: logging.Logger, log_lines: LogLines
) -> None:
    former = logging.StreamHandler(sys.stdout)
    former.addFilter(lambda record: record.name != "writes.itself")
    root_logger.addHandler(former)
    logs.configure("INFO")
    logging.getLogger("writes.itself").info("kept out")
    LOG.info("written")
    assert [line["message"] for line in log_lines()] == ["written"]


def test_members_that_lambdas_own_filter_adds_are_left_out(
    root_logger: logging.Logger, log_lines: LogLines
) -> None:
    former = logging.StreamHandler(sys.stdout)
    former.addFilter(importlib.import_module("awslambdaric.bootstrap").LambdaLoggerFilter())
    root_logger.addHandler(former)
    logs.configure("INFO")
    LOG.info("written")
    (line,) = log_lines()
    assert line.keys() == {"timestamp", "level", "message", "logger"}


def test_configuring_twice_writes_lines_once(log_lines: LogLines) -> None:
    logs.configure("INFO")
    logs.configure("INFO")
    LOG.info("once")
    assert [line["message"] for line in log_lines()] == ["once"]


def test_lines_of_an_invocation_name_it_and_its_connection(log_lines: LogLines) -> None:
    logs.configure("INFO")
    event = golden_event("message")
    with logs.event_invocation(event, Context("lambda-request")):
        LOG.info("inside")
    LOG.info("outside")
    inside, outside = log_lines()
    assert inside["requestId"] == "lambda-request"
    assert inside["apiRequestId"] == event["requestContext"]["requestId"]
    assert inside["connectionId"] == event["requestContext"]["connectionId"]
    assert inside["routeKey"] == "$default"
    assert outside.keys() == {"timestamp", "level", "message", "logger"}


def test_invocation_ends_with_an_exception_too(log_lines: LogLines) -> None:
    logs.configure("INFO")
    event = golden_event("message")
    with pytest.raises(ZeroDivisionError), logs.event_invocation(event, Context()):
        _ = 1 / 0
    LOG.info("outside")
    (line,) = log_lines()
    assert "connectionId" not in line


def test_concurrent_invocations_keep_to_their_own_names(log_lines: LogLines) -> None:
    logs.configure("INFO")
    event = golden_event("message")
    both_are_inside = Barrier(2)

    def invoke(request_id: str) -> None:
        with logs.event_invocation(event, Context(request_id)):
            both_are_inside.wait(timeout=10)
            LOG.info("inside", extra={"expected": request_id})

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(invoke, ["one", "two"]))
    lines = log_lines()
    assert {line["requestId"] for line in lines} == {"one", "two"}
    assert all(line["requestId"] == line["expected"] for line in lines)


def test_lines_of_a_traced_invocation_name_its_trace(
    log_lines: LogLines, monkeypatch: pytest.MonkeyPatch
) -> None:
    logs.configure("INFO")
    header = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled="
    for sampled in "10":
        monkeypatch.setenv(environment.TRACE_HEADER_VARIABLE, header + sampled)
        with logs.event_invocation(golden_event("message"), Context()):
            LOG.info("inside")
    traced, untraced = log_lines()
    assert traced["traceId"] == "1-5759e988-bd862e3fe1be46a994272793"
    assert "traceId" not in untraced


def test_fields_are_in_every_line_inside_beside_those_of_outer_ones(log_lines: LogLines) -> None:
    logs.configure("INFO")
    with logs.fields(messageId="m1", shard=1):
        with logs.fields(shard=2, hops=0):
            LOG.info("inner")
        LOG.info("outer")
    LOG.info("outside")
    inner, outer, outside = log_lines()
    assert (inner["messageId"], inner["shard"], inner["hops"]) == ("m1", 2, 0)
    assert (outer["messageId"], outer["shard"]) == ("m1", 1)
    assert "hops" not in outer
    assert "messageId" not in outside


def test_invocation_without_an_event_of_api_gateway_is_named_too(log_lines: LogLines) -> None:
    logs.configure("INFO")
    with logs.invocation(Context("lambda-request"), shard=3):
        LOG.info("inside")
    (line,) = log_lines()
    assert (line["requestId"], line["shard"]) == ("lambda-request", 3)
