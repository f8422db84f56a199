import json
from typing import Any

import pytest

from local_aws.api_gateway.frames import ErrorMessage
from local_aws.api_gateway.monitoring.access_log_format import (
    context_variables,
    render_access_log,
)
from local_aws.api_gateway.monitoring.event_record import EventRecord, IntegrationRecord

CONTEXT = {
    "requestId": "R1knPH17NjMFftw=",
    "requestTimeEpoch": 1_705_751_700_453,
    "identity": {"sourceIp": "203.0.113.9", "userAgent": 'a "quoted" agent'},
    "authorizer": {"principalId": "user-17", "isAdmin": True, "level": 3},
}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("$context.requestId", "R1knPH17NjMFftw="),
        ("$context.requestTimeEpoch", "1705751700453"),
        ('{"ip":"$context.identity.sourceIp"}', '{"ip":"203.0.113.9"}'),
        ("$context.authorizer.isAdmin $context.authorizer.level", "true 3"),
        ("$context.authorizer.unknown $context.unknown", "- -"),
        ("$context.requestId.deeper", "-"),
        ("id=$context.requestId.", "id=R1knPH17NjMFftw=."),
        ("$context.identity.sourceIp-$context.requestId", "203.0.113.9-R1knPH17NjMFftw="),
        ("$contextual $context. $ context", "$contextual $context. $ context"),
    ],
)
def test_variables_have_the_values_of_the_event(text: str, line: str) -> None:
    assert render_access_log(text, CONTEXT) == line


def variables(status: int, error: ErrorMessage | None = None, **record: Any) -> dict[str, Any]:
    return context_variables(EventRecord(context=CONTEXT, **record), status, error)


def test_event_that_went_well_has_a_status_and_no_error() -> None:
    found = variables(200)
    assert found["status"] == 200
    assert found["requestId"] == "R1knPH17NjMFftw="
    assert render_access_log("$context.error.message $context.integrationLatency", found) == "- -"


def test_handshake_that_succeeded_is_a_200() -> None:
    assert variables(101)["status"] == 200


def test_integration_is_told_of() -> None:
    record = IntegrationRecord(12, status=500, integration_status=200, error="it refused")
    found = variables(500, integration=record)
    names = ("integration.integrationStatus", "integration.status", "integration.latency")
    text = " ".join(f"$context.{name}" for name in (*names, "integrationLatency"))
    assert render_access_log(text, found) == "200 500 12 12"
    assert render_access_log("$context.integration.error", found) == "it refused"


FAILED = IntegrationRecord(1, has_failed=True, error="it raised an error")


@pytest.mark.parametrize(
    ("status", "error", "integration", "response_type"),
    [
        (403, ErrorMessage.FORBIDDEN, None, "ACCESS_DENIED"),
        (401, ErrorMessage.UNAUTHORIZED, None, "UNAUTHORIZED"),
        (429, ErrorMessage.TOO_MANY_REQUESTS, None, "THROTTLED"),
        (429, ErrorMessage.LIMIT_EXCEEDED, None, "QUOTA_EXCEEDED"),
        (415, ErrorMessage.UNSUPPORTED_MEDIA_TYPE, FAILED, "UNSUPPORTED_MEDIA_TYPE"),
        (504, ErrorMessage.ENDPOINT_REQUEST_TIMED_OUT, FAILED, "INTEGRATION_TIMEOUT"),
        (502, ErrorMessage.INTERNAL_SERVER_ERROR, FAILED, "INTEGRATION_FAILURE"),
        (500, ErrorMessage.INTERNAL_SERVER_ERROR, None, "DEFAULT_5XX"),
    ],
)
def test_error_has_the_type_of_its_gateway_response(
    status: int,
    error: ErrorMessage,
    integration: IntegrationRecord | None,
    response_type: str,
) -> None:
    found = variables(status, error, integration=integration)["error"]
    assert found["responseType"] == response_type
    assert found["message"] == error.value
    assert json.loads(found["messageString"]) == error.value


def test_handshake_that_is_denied_says_forbidden() -> None:
    assert variables(403)["error"]["message"] == "Forbidden"
    assert variables(403, integration=IntegrationRecord(1, status=403))["error"] == {}


def test_message_that_breaks_its_model_says_how() -> None:
    found = variables(400, violation="the rule 'required' does not hold")["error"]
    assert found["message"] == "Bad request body"
    assert found["responseType"] == "BAD_REQUEST_BODY"
    assert found["validationErrorString"] == "the rule 'required' does not hold"
