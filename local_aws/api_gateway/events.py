"""The events that a Lambda proxy integration receives: CONNECT, MESSAGE and DISCONNECT.

Fields, their order and what is absent follow events recorded on AWS since 2022, which leave a
field out where older ones had null.
"""

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl

import orjson

from local_aws.api_gateway.monitoring.event_record import EventRecord
from local_aws.http1 import Headers

_MONTHS: Final = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)
_HOP_BY_HOP: Final = frozenset({"connection", "upgrade"})
_FORWARDED: Final = frozenset({"x-forwarded-for", "x-forwarded-port", "x-forwarded-proto"})


Event = dict[str, Any]
"""What an integration is told, as a Lambda proxy integration has it."""


@dataclass(frozen=True, slots=True)
class ConnectionContext:
    """What stays the same in all events of one connection.

    `domain_name` is the host that the client used, with its port; `connected_at` is in
    milliseconds since the epoch. `authorizer` is what a Lambda authorizer said of the client, and
    `caller` what IAM or an API key adds to its identity; both are empty where there is none.
    """

    api_id: str
    stage: str
    domain_name: str
    connection_id: str
    connected_at: int
    source_ip: str
    user_agent: str | None
    authorizer: Mapping[str, Any] = field(default_factory=dict)
    caller: Mapping[str, str] = field(default_factory=dict)


class Occurrence(NamedTuple):
    """One event of a connection; `time` is in seconds since the epoch.

    `record` takes what is noted of the event while it is being handled; it is not shown, because it
    may hold secrets of clients.
    """

    request_id: str
    time: float
    record: EventRecord

    def __repr__(self) -> str:
        return f"Occurrence(request_id={self.request_id!r}, time={self.time!r})"


class Message(NamedTuple):
    """A message and the route that was selected for it; `body` is its text as it came."""

    message_id: str
    route_key: str
    body: str


@dataclass(frozen=True, slots=True)
class Forwarding:
    """What the gateway adds to a handshake's headers."""

    source_ip: str
    port: int
    protocol: str
    trace_id: str


@dataclass(frozen=True, slots=True)
class Parameters:
    """What a client sent along with its handshake: headers, and the query string as it stood."""

    headers: Headers
    query: str


def connect_event(
    context: ConnectionContext,
    occurrence: Occurrence,
    *,
    headers: Headers,
    query: str,
    stage_variables: Mapping[str, str],
) -> Event:
    """Return the event of `$connect`; `headers` come from `forwarded_headers`."""
    event = _single_and_multiple("headers", "multiValueHeaders", headers)
    if query:
        event |= _single_and_multiple(
            "queryStringParameters",
            "multiValueQueryStringParameters",
            parse_qsl(query, keep_blank_values=True),
        )
    event |= _stage_variables(stage_variables)
    event["requestContext"] = connect_context(context, occurrence)
    event["isBase64Encoded"] = False
    return event


def authorizer_event(
    context: ConnectionContext,
    occurrence: Occurrence,
    *,
    method_arn: str,
    parameters: Parameters,
    stage_variables: Mapping[str, str],
) -> bytes:
    """Return the event of a Lambda authorizer; the headers come from `authorizer_headers`.

    From "Control access to WebSocket APIs with AWS Lambda REQUEST authorizers".
    """
    event: Event = {
        "type": "REQUEST",
        "methodArn": method_arn,
        **_single_and_multiple("headers", "multiValueHeaders", parameters.headers),
        **_single_and_multiple(
            "queryStringParameters",
            "multiValueQueryStringParameters",
            parse_qsl(parameters.query, keep_blank_values=True),
        ),
        "stageVariables": stage_variables,
        "requestContext": connect_context(context, occurrence),
    }
    return serialize_event(event)


def connect_context(context: ConnectionContext, occurrence: Occurrence) -> dict[str, Any]:
    """Return the request context of a handshake."""
    request_context = {
        "routeKey": "$connect",
        "eventType": "CONNECT",
        "extendedRequestId": occurrence.request_id,
        "requestTime": request_time(occurrence.time),
        "messageDirection": "IN",
    }
    return _complete(request_context, context, occurrence)


def message_event(
    context: ConnectionContext,
    occurrence: Occurrence,
    message: Message,
    *,
    stage_variables: Mapping[str, str],
) -> Event:
    """Return the event of a message."""
    request_context = {
        "routeKey": message.route_key,
        "messageId": message.message_id,
        "eventType": "MESSAGE",
        "extendedRequestId": occurrence.request_id,
        "requestTime": request_time(occurrence.time),
        "messageDirection": "IN",
    }
    event = _stage_variables(stage_variables)
    event["requestContext"] = _complete(request_context, context, occurrence)
    event["body"] = message.body
    event["isBase64Encoded"] = False
    return event


def disconnect_event(
    context: ConnectionContext,
    occurrence: Occurrence,
    *,
    status_code: int,
    reason: str,
    stage_variables: Mapping[str, str],
) -> Event:
    """Return the event of `$disconnect`, with the stub of headers that AWS puts into it."""
    stub = (
        ("Host", context.domain_name),
        ("x-api-key", ""),
        ("X-Forwarded-For", ""),
        ("x-restapi", ""),
    )
    event = _single_and_multiple("headers", "multiValueHeaders", stub)
    event |= _stage_variables(stage_variables)
    request_context = {
        "routeKey": "$disconnect",
        "disconnectStatusCode": status_code,
        "eventType": "DISCONNECT",
        "extendedRequestId": occurrence.request_id,
        "requestTime": request_time(occurrence.time),
        "messageDirection": "IN",
        "disconnectReason": reason,
    }
    event["requestContext"] = _complete(request_context, context, occurrence)
    event["isBase64Encoded"] = False
    return event


def serialize_event(event: Event) -> bytes:
    """Return an event as a function receives it.

    Raises:
        TypeError: A text holds half of a surrogate pair, which no UTF-8 can.
    """
    return orjson.dumps(event)


def forwarded_headers(headers: Headers, forwarding: Forwarding) -> Headers:
    """Return a handshake's headers as the integration sees them, in alphabetical order.

    `Connection` and `Upgrade` are left out. The client's address goes to the end of an
    X-Forwarded-For that the client sent; the other forwarding headers are the gateway's alone.
    """
    return _forward(headers, forwarding, _HOP_BY_HOP)


def authorizer_headers(headers: Headers, forwarding: Forwarding) -> Headers:
    """Return a handshake's headers as a Lambda authorizer sees them, in alphabetical order.

    As for the integration, but with `Connection` and `Upgrade`, and with `content-length`.
    """
    without_length = tuple(each for each in headers if each[0].lower() != "content-length")
    return _forward((*without_length, ("content-length", "0")), forwarding, frozenset())


def _forward(headers: Headers, forwarding: Forwarding, dropped: frozenset[str]) -> Headers:
    chain = [value for name, value in headers if name.lower() == "x-forwarded-for"]
    kept = [
        (name, value)
        for name, value in headers
        if (lowered := name.lower()) not in dropped and lowered not in _FORWARDED
    ]
    if not any(name.lower() == "x-amzn-trace-id" for name, _ in kept):
        kept.append(("X-Amzn-Trace-Id", forwarding.trace_id))
    kept += [
        ("X-Forwarded-For", ", ".join((*chain, forwarding.source_ip))),
        ("X-Forwarded-Port", str(forwarding.port)),
        ("X-Forwarded-Proto", forwarding.protocol),
    ]
    return tuple(sorted(kept, key=lambda header: header[0].lower()))


def request_time(epoch_seconds: float) -> str:
    """Return an instant as in common log format, in UTC, whatever the locale."""
    return _time_of_second(int(epoch_seconds))


@lru_cache(maxsize=4)
def _time_of_second(epoch_second: int) -> str:
    moment = time.gmtime(epoch_second)
    date = f"{moment.tm_mday:02}/{_MONTHS[moment.tm_mon - 1]}/{moment.tm_year}"
    return f"{date}:{moment.tm_hour:02}:{moment.tm_min:02}:{moment.tm_sec:02} +0000"


def _complete(
    request_context: dict[str, Any], context: ConnectionContext, occurrence: Occurrence
) -> dict[str, Any]:
    """Add the fields that end the request context of every event."""
    identity = {} if context.user_agent is None else {"userAgent": context.user_agent}
    identity["sourceIp"] = context.source_ip
    if context.caller:
        identity.update(context.caller)
    request_context["stage"] = context.stage
    request_context["connectedAt"] = context.connected_at
    request_context["requestTimeEpoch"] = int(occurrence.time * 1000)
    request_context["identity"] = identity
    request_context["requestId"] = occurrence.request_id
    request_context["domainName"] = context.domain_name
    request_context["connectionId"] = context.connection_id
    request_context["apiId"] = context.api_id
    if context.authorizer:
        request_context["authorizer"] = context.authorizer
    return request_context


def _single_and_multiple(
    single_name: str, multiple_name: str, pairs: Iterable[tuple[str, str]]
) -> Event:
    """Return a map of last values and a map of all values."""
    multiple: defaultdict[str, list[str]] = defaultdict(list)
    for name, value in pairs:
        multiple[name].append(value)
    single = {name: values[-1] for name, values in multiple.items()}
    return {single_name: single, multiple_name: multiple}


def _stage_variables(stage_variables: Mapping[str, str]) -> dict[str, Any]:
    return {"stageVariables": stage_variables} if stage_variables else {}
