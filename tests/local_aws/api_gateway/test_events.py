import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_aws.api_gateway.events import (
    ConnectionContext,
    Event,
    Forwarding,
    Message,
    Occurrence,
    connect_event,
    disconnect_event,
    forwarded_headers,
    message_event,
    request_time,
    serialize_event,
)
from local_aws.api_gateway.monitoring.event_record import EventRecord

CONTEXT = ConnectionContext(
    api_id="abcd",
    stage="dev",
    domain_name="abcd.execute-api.eu-west-1.amazonaws.com",
    connection_id="XfGLwfZwNjMCE9w=",
    connected_at=1607854667185,
    source_ip="203.0.113.9",
    user_agent="Mozilla/5.0",
)
OCCURRENCE = Occurrence("XfGLwFTktjMFsLg=", 1607854667.186, EventRecord())
TEXT = st.text()  # of any characters that UTF-8 has
INTEGERS = st.integers(min_value=-(2**63), max_value=2**64 - 1)
VALUES = st.recursive(
    st.none() | st.booleans() | INTEGERS | TEXT,
    lambda values: st.lists(values) | st.dictionaries(TEXT, values),
)
FORWARDING = Forwarding(
    source_ip="203.0.113.9", port=443, protocol="https", trace_id="Root=1-5fd5ea0b-0"
)
HANDSHAKE = (
    ("Host", "abcd.execute-api.eu-west-1.amazonaws.com"),
    ("Upgrade", "websocket"),
    ("Connection", "Upgrade"),
    ("Sec-WebSocket-Key", "zzz"),
    ("Sec-WebSocket-Version", "13"),
)


def test_connect_event_is_as_recorded() -> None:
    event = connect_event(
        CONTEXT,
        OCCURRENCE,
        headers=forwarded_headers(HANDSHAKE, FORWARDING),
        query="token=t",
        stage_variables={},
    )
    assert serialize_event(event) == (
        b'{"headers":{"Host":"abcd.execute-api.eu-west-1.amazonaws.com","Sec-WebSocket-Key":"zzz",'
        b'"Sec-WebSocket-Version":"13","X-Amzn-Trace-Id":"Root=1-5fd5ea0b-0",'
        b'"X-Forwarded-For":"203.0.113.9","X-Forwarded-Port":"443","X-Forwarded-Proto":"https"},'
        b'"multiValueHeaders":{"Host":["abcd.execute-api.eu-west-1.amazonaws.com"],'
        b'"Sec-WebSocket-Key":["zzz"],"Sec-WebSocket-Version":["13"],'
        b'"X-Amzn-Trace-Id":["Root=1-5fd5ea0b-0"],"X-Forwarded-For":["203.0.113.9"],'
        b'"X-Forwarded-Port":["443"],"X-Forwarded-Proto":["https"]},'
        b'"queryStringParameters":{"token":"t"},'
        b'"multiValueQueryStringParameters":{"token":["t"]},'
        b'"requestContext":{"routeKey":"$connect","eventType":"CONNECT",'
        b'"extendedRequestId":"XfGLwFTktjMFsLg=","requestTime":"13/Dec/2020:10:17:47 +0000",'
        b'"messageDirection":"IN","stage":"dev","connectedAt":1607854667185,'
        b'"requestTimeEpoch":1607854667186,'
        b'"identity":{"userAgent":"Mozilla/5.0","sourceIp":"203.0.113.9"},'
        b'"requestId":"XfGLwFTktjMFsLg=","domainName":"abcd.execute-api.eu-west-1.amazonaws.com",'
        b'"connectionId":"XfGLwfZwNjMCE9w=","apiId":"abcd"},"isBase64Encoded":false}'
    )


def test_query_keys_are_absent_without_a_query() -> None:
    event = connect_event(CONTEXT, OCCURRENCE, headers=HANDSHAKE, query="", stage_variables={})
    assert "queryStringParameters" not in event
    assert "multiValueQueryStringParameters" not in event


def test_query_is_decoded_and_the_last_of_several_values_is_the_single_one() -> None:
    event = connect_event(
        CONTEXT,
        OCCURRENCE,
        headers=HANDSHAKE,
        query="a=1&a=2&empty=&sp%20ace=x+y%C3%A9",
        stage_variables={},
    )
    assert event["queryStringParameters"] == {"a": "2", "empty": "", "sp ace": "x yé"}
    assert event["multiValueQueryStringParameters"]["a"] == ["1", "2"]


def test_message_event_is_as_recorded() -> None:
    event = message_event(
        CONTEXT,
        OCCURRENCE,
        Message("R1knPc2ntjMCFIA=", "$default", '{\r\n\t"a": "é"\r\n}'),
        stage_variables={},
    )
    assert serialize_event(event).decode() == (
        '{"requestContext":{"routeKey":"$default","messageId":"R1knPc2ntjMCFIA=",'
        '"eventType":"MESSAGE","extendedRequestId":"XfGLwFTktjMFsLg=",'
        '"requestTime":"13/Dec/2020:10:17:47 +0000","messageDirection":"IN","stage":"dev",'
        '"connectedAt":1607854667185,"requestTimeEpoch":1607854667186,'
        '"identity":{"userAgent":"Mozilla/5.0","sourceIp":"203.0.113.9"},'
        '"requestId":"XfGLwFTktjMFsLg=","domainName":"abcd.execute-api.eu-west-1.amazonaws.com",'
        '"connectionId":"XfGLwfZwNjMCE9w=","apiId":"abcd"},'
        '"body":"{\\r\\n\\t\\"a\\": \\"é\\"\\r\\n}","isBase64Encoded":false}'
    )


def test_disconnect_event_is_as_recorded() -> None:
    event = disconnect_event(
        CONTEXT,
        OCCURRENCE,
        status_code=1005,
        reason="Client-side close frame status not set",
        stage_variables={},
    )
    assert serialize_event(event) == (
        b'{"headers":{"Host":"abcd.execute-api.eu-west-1.amazonaws.com","x-api-key":"",'
        b'"X-Forwarded-For":"","x-restapi":""},'
        b'"multiValueHeaders":{"Host":["abcd.execute-api.eu-west-1.amazonaws.com"],'
        b'"x-api-key":[""],"X-Forwarded-For":[""],"x-restapi":[""]},'
        b'"requestContext":{"routeKey":"$disconnect","disconnectStatusCode":1005,'
        b'"eventType":"DISCONNECT","extendedRequestId":"XfGLwFTktjMFsLg=",'
        b'"requestTime":"13/Dec/2020:10:17:47 +0000","messageDirection":"IN",'
        b'"disconnectReason":"Client-side close frame status not set","stage":"dev",'
        b'"connectedAt":1607854667185,"requestTimeEpoch":1607854667186,'
        b'"identity":{"userAgent":"Mozilla/5.0","sourceIp":"203.0.113.9"},'
        b'"requestId":"XfGLwFTktjMFsLg=","domainName":"abcd.execute-api.eu-west-1.amazonaws.com",'
        b'"connectionId":"XfGLwfZwNjMCE9w=","apiId":"abcd"},"isBase64Encoded":false}'
    )


@given(st.dictionaries(TEXT, VALUES))
def test_event_is_serialized_as_compact_json_that_escapes_no_more_than_it_has_to(
    event: Event,
) -> None:
    expected = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
    assert serialize_event(event).decode() == expected


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_number_means_the_same_once_it_is_serialized(number: float) -> None:
    assert json.loads(serialize_event({"number": number})) == {"number": number}


def test_half_of_a_surrogate_pair_cannot_be_serialized() -> None:
    with pytest.raises(TypeError, match="surrogates"):
        serialize_event({"body": "a\ud800b"})


def test_user_agent_is_absent_if_the_client_sent_none() -> None:
    context = ConnectionContext("abcd", "dev", "host", "id==", 1, "203.0.113.9", None)
    event = disconnect_event(context, OCCURRENCE, status_code=1000, reason="", stage_variables={})
    assert event["requestContext"]["identity"] == {"sourceIp": "203.0.113.9"}


def test_stage_variables_are_there_if_the_stage_has_any() -> None:
    event = message_event(
        CONTEXT, OCCURRENCE, Message("id==", "$default", ""), stage_variables={"color": "blue"}
    )
    assert event["stageVariables"] == {"color": "blue"}
    assert list(event) == ["stageVariables", "requestContext", "body", "isBase64Encoded"]


def test_headers_keep_their_case_and_all_their_values() -> None:
    headers = (("X-Many", "1"), ("x-lower", "a"), ("X-Many", "2"))
    event = connect_event(CONTEXT, OCCURRENCE, headers=headers, query="", stage_variables={})
    assert event["headers"] == {"X-Many": "2", "x-lower": "a"}
    assert event["multiValueHeaders"] == {"X-Many": ["1", "2"], "x-lower": ["a"]}


def test_forwarding_headers_of_the_client_are_not_believed() -> None:
    headers = (
        ("x-forwarded-for", "198.51.100.1"),
        ("X-Forwarded-Port", "1"),
        ("X-FORWARDED-PROTO", "ftp"),
        ("X-Amzn-Trace-Id", "Root=1-client"),
    )
    assert forwarded_headers(headers, FORWARDING) == (
        ("X-Amzn-Trace-Id", "Root=1-client"),
        ("X-Forwarded-For", "198.51.100.1, 203.0.113.9"),
        ("X-Forwarded-Port", "443"),
        ("X-Forwarded-Proto", "https"),
    )


def test_occurrence_does_not_show_what_is_noted_of_it() -> None:
    occurrence = Occurrence("id==", 1.5, EventRecord(received="a secret"))
    assert str(occurrence) == "Occurrence(request_id='id==', time=1.5)"


@pytest.mark.parametrize(
    ("epoch_seconds", "text"),
    [
        (0, "01/Jan/1970:00:00:00 +0000"),
        (1705751700.999, "20/Jan/2024:11:55:00 +0000"),
        (1735689599, "31/Dec/2024:23:59:59 +0000"),
    ],
)
def test_request_time_is_in_common_log_format(epoch_seconds: float, text: str) -> None:
    assert request_time(epoch_seconds) == text


EVENTS = Path(__file__).parents[2] / "events"


@pytest.mark.parametrize(
    ("name", "event"),
    [
        (
            "connect",
            connect_event(
                CONTEXT,
                OCCURRENCE,
                headers=forwarded_headers(HANDSHAKE, FORWARDING),
                query="token=t",
                stage_variables={},
            ),
        ),
        (
            "message",
            message_event(
                CONTEXT, OCCURRENCE, Message("id==", "$default", "hi"), stage_variables={}
            ),
        ),
        (
            "disconnect_1005",
            disconnect_event(CONTEXT, OCCURRENCE, status_code=1005, reason="", stage_variables={}),
        ),
    ],
)
def test_request_context_has_the_fields_of_the_golden_events(name: str, event: Event) -> None:
    golden = json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8"))
    assert event["requestContext"].keys() == golden["requestContext"].keys()
