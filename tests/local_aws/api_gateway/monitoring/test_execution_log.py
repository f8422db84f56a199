from typing import Any

import pytest

from local_aws.api_gateway.monitoring.event_record import EventRecord
from local_aws.api_gateway.monitoring.execution_log import execution_lines
from local_aws.api_gateway.monitoring.stage_settings import LoggingLevel, RouteMonitoring

CONTEXT: dict[str, Any] = {
    "requestId": "id=",
    "extendedRequestId": "id=",
    "routeKey": "send",
    "eventType": "MESSAGE",
    "apiId": "abc123",
    "connectionId": "one=",
    "identity": {"sourceIp": "203.0.113.9", "userAgent": "wscat"},
}


def lines(
    level: LoggingLevel,
    *,
    traces_data: bool = False,
    status: int = 200,
    detail: str = "",
    **context: Any,
) -> list[str]:
    record = EventRecord(context=CONTEXT | context, entries=[])
    record.note("Received response. Status: %s, Integration latency: %s ms", 200, 12)
    record.trace("Endpoint request body after transformations: %s", b"a 100% sec\xffret")
    monitoring = RouteMonitoring(level, traces_data=traces_data, has_detailed_metrics=False)
    return execution_lines(record, monitoring, status=status, detail=detail)


def test_message_is_told_step_by_step() -> None:
    client, api = "client [Connection Id: one=]", "API [abc123]"
    assert lines(LoggingLevel.INFO) == [
        "(id=) Extended Request Id: id=",
        "(id=) Starting execution for request: id=",
        "(id=) WebSocket Request Route: [send]",
        f"(id=) WebSocket {api} received message from {client}.",
        "(id=) Received response. Status: 200, Integration latency: 12 ms",
        f"(id=) Message from {client} sent to {api} with response status code [200].",
    ]


def test_payloads_are_shown_by_data_trace_alone() -> None:
    shown = (
        "(id=) Endpoint request body after transformations: a 100% sec\N{REPLACEMENT CHARACTER}ret"
    )
    assert shown in lines(LoggingLevel.INFO, traces_data=True)
    assert not any("sec" in line for line in lines(LoggingLevel.INFO))
    assert not any("sec" in line for line in lines(LoggingLevel.ERROR, traces_data=True))


@pytest.mark.parametrize("level", [LoggingLevel.ERROR, LoggingLevel.INFO])
def test_failure_is_told_with_its_cause(level: LoggingLevel) -> None:
    told = "(id=) Execution failed with status 502: it raised an error"
    assert told in lines(level, status=502, detail="it raised an error")


def test_failure_without_a_cause_is_the_integration_s() -> None:
    assert lines(LoggingLevel.ERROR, status=404) == [
        "(id=) Execution failed with status 404: the integration said so"
    ]


def test_success_is_told_at_info_alone() -> None:
    assert lines(LoggingLevel.ERROR) == []
    assert lines(LoggingLevel.OFF, status=500) == []


@pytest.mark.parametrize(
    ("context", "status", "last"),
    [
        ({"eventType": "CONNECT"}, 101, "Client [Connection Id: one=] connected to API [abc123]"),
        ({"eventType": "CONNECT"}, 403, "was refused by API [abc123] with status code [403]."),
        (
            {
                "eventType": "DISCONNECT",
                "disconnectStatusCode": 1001,
                "disconnectReason": "Going away",
            },
            200,
            "disconnected from API [abc123]. Close reason: [1001: Going away]",
        ),
    ],
)
def test_connection_is_told_of_from_its_beginning_to_its_end(
    context: dict[str, Any], status: int, last: str
) -> None:
    assert last in lines(LoggingLevel.INFO, status=status, **context)[-1]


def test_handshake_names_its_client() -> None:
    told = lines(LoggingLevel.INFO, eventType="CONNECT")
    client = "Client [UserAgent: wscat, SourceIp: 203.0.113.9] is connecting to WebSocket API"
    assert f"(id=) {client} [abc123]." in told


def test_long_line_is_cut_off_between_characters() -> None:
    (line,) = lines(LoggingLevel.ERROR, status=500, detail="é" * 1_000)
    assert 1_023 <= len(line.encode()) <= 1_024
    assert line.endswith("é")
