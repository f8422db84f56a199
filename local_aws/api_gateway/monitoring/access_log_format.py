"""A stage's own line for each event: its access log.

From "Configure logging for WebSocket APIs in API Gateway".
"""

import json
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from local_aws.api_gateway.frames import ErrorMessage
from local_aws.api_gateway.java_text import to_text
from local_aws.api_gateway.monitoring.event_record import EventRecord, IntegrationRecord

_VARIABLE: Final = re.compile(r"\$context\.([A-Za-z0-9_]+(?:\.[A-Za-z0-9_]+)*)")
_ABSENT: Final = "-"
# "Gateway responses in API Gateway" has these types.
_RESPONSE_TYPES: Final = {
    ErrorMessage.FORBIDDEN: "ACCESS_DENIED",
    ErrorMessage.UNAUTHORIZED: "UNAUTHORIZED",
    ErrorMessage.UNSUPPORTED_MEDIA_TYPE: "UNSUPPORTED_MEDIA_TYPE",
    ErrorMessage.TOO_MANY_REQUESTS: "THROTTLED",
    ErrorMessage.LIMIT_EXCEEDED: "QUOTA_EXCEEDED",
    ErrorMessage.ENDPOINT_REQUEST_TIMED_OUT: "INTEGRATION_TIMEOUT",
}
_BAD_REQUEST_BODY: Final = "Bad request body"


def render_access_log(text: str, context: Mapping[str, Any]) -> str:
    """Put values in the place of `$context` variables; one that has none is `-`."""
    return _VARIABLE.sub(lambda variable: _value(context, variable[1]), text)


def context_variables(
    record: EventRecord, status: int, error: ErrorMessage | None
) -> dict[str, Any]:
    """Return `$context` of an event that has been handled.

    Args:
        record: What was noted of it.
        status: How it ended; the 101 of a handshake is a 200 here.
        error: What API Gateway itself told the client, if it did.
    """
    status = HTTPStatus.OK if status == HTTPStatus.SWITCHING_PROTOCOLS else status
    if status == HTTPStatus.FORBIDDEN and record.integration is None:
        error = ErrorMessage.FORBIDDEN
    variables = {**record.context, "status": int(status), "error": _error(record, error)}
    if record.integration is not None:
        variables["integration"] = _integration(record.integration)
        variables["integrationLatency"] = record.integration.latency_milliseconds
    return variables


def _error(record: EventRecord, error: ErrorMessage | None) -> dict[str, str]:
    if record.violation:
        message, response_type = _BAD_REQUEST_BODY, "BAD_REQUEST_BODY"
    elif error is None:
        return {}
    else:
        message = error.value
        response_type = _RESPONSE_TYPES.get(error) or (
            "DEFAULT_5XX" if record.integration is None else "INTEGRATION_FAILURE"
        )
    return {
        "message": message,
        "messageString": json.dumps(message),
        "responseType": response_type,
        "validationErrorString": record.violation,
    }


def _integration(integration: IntegrationRecord) -> dict[str, Any]:
    return {
        "error": integration.error,
        "integrationStatus": integration.integration_status,
        "latency": integration.latency_milliseconds,
        "status": integration.status,
    }


def _value(context: Mapping[str, Any], path: str) -> str:
    value: Any = context
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return to_text(value) or _ABSENT
