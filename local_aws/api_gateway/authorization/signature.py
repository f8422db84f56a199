"""Signature Version 4: what a request was signed with, and whether the signature holds.

From "Create a signed AWS API request" and "Troubleshoot Signature Version 4 signing for AWS API
requests" in the IAM User Guide; the messages are those of API Gateway.
"""

import hashlib
import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Final
from urllib.parse import parse_qsl, quote, unquote_to_bytes

from local_aws.http1 import Request

SERVICE: Final = "execute-api"
MAXIMUM_CLOCK_SKEW_SECONDS: Final = 300
_ALGORITHM: Final = "AWS4-HMAC-SHA256"
_TERMINATION: Final = "aws4_request"
_TIMESTAMP: Final = "%Y%m%dT%H%M%SZ"
_TIMESTAMP_SHAPE: Final = re.compile(r"[0-9]{8}T[0-9]{6}Z")
_SCOPE_PARTS: Final = 5
_LONGEST_EXPIRY_SECONDS: Final = 604_800
_UNRESERVED: Final = "-_.~"


class SignatureError(Exception):
    """A request that is not signed as AWS demands.

    The message is what AWS tells its caller, `error_type` the name of AWS's exception.
    """

    def __init__(self, error_type: str, message: str) -> None:
        super().__init__(message)
        self.error_type = error_type

    @property
    def first_line(self) -> str:
        """The message without the strings that should have been signed."""
        return str(self).partition("\n")[0]


@dataclass(frozen=True, slots=True)
class Signature:
    """What a request says of its signature.

    Attributes:
        access_key_id: Whose key it was signed with.
        date: The day of the credential scope, as YYYYMMDD.
        region: The Region of the credential scope.
        service: The service of the credential scope.
        timestamp: When it was signed, as YYYYMMDDTHHMMSSZ.
        signed_headers: The names of the headers that are signed, in lower case.
        value: The signature itself, in hexadecimal.
        session_token: The token of temporary credentials, if there is one.
        expires_seconds: How long a presigned address holds; None for signed headers.
    """

    access_key_id: str
    date: str
    region: str
    service: str
    timestamp: str
    signed_headers: tuple[str, ...]
    value: str
    session_token: str | None
    expires_seconds: int | None

    @property
    def signed_at(self) -> float:
        """When the request was signed, in seconds since the epoch."""
        return _epoch(self.timestamp)


def parse_signature(request: Request) -> Signature:
    """Read a request's signature, from its headers or from its query string.

    Raises:
        SignatureError: There is none, or it lacks a part, or a part of it is malformed.
    """
    authorization = request.header("authorization")
    if authorization is not None:
        return _in_headers(request, authorization)
    query = dict(parse_qsl(request.target.partition("?")[2], keep_blank_values=True))
    if "X-Amz-Algorithm" in query or "X-Amz-Signature" in query:
        return _in_query(query)
    raise SignatureError("MissingAuthenticationTokenException", "Missing Authentication Token")


def check_signature(
    signature: Signature, request: Request, *, secret_access_key: str, region: str, now: float
) -> None:
    """Check scope, time and value of a signature; `now` is in seconds since the epoch.

    The comparison takes the same time wherever the values differ.

    Raises:
        SignatureError: It was made for another Region, service or time, or with another key, or
            of another request.
    """
    _check_scope(signature, region)
    _check_time(signature, now)
    key = _signing_key(secret_access_key, signature.date, signature.region, signature.service)
    canonical = ""
    text = ""
    for canonical in _canonical_requests(signature, request):
        text = _text_to_sign(signature, canonical)
        expected = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
        if hmac.compare_digest(expected.encode(), signature.value.encode()):
            return
    raise SignatureError(
        "InvalidSignatureException",
        "The request signature we calculated does not match the signature you provided. Check your"
        " AWS Secret Access Key and signing method. Consult the service documentation for details."
        f"\n\nThe Canonical String for this request should have been\n'{canonical}'"
        f"\n\nThe String-to-Sign should have been\n'{text}'\n",
    )


# Parsing


def _in_headers(request: Request, authorization: str) -> Signature:
    algorithm, _, parameters = authorization.strip().partition(" ")
    if algorithm != _ALGORITHM:
        raise _incomplete(f"Authorization header requires {_ALGORITHM}.")
    found: dict[str, str] = {}
    for parameter in parameters.split(","):
        name, equals, value = parameter.strip().partition("=")
        if not equals:
            raise _incomplete(
                "Invalid key=value pair (missing equal-sign) in Authorization header."
            )
        found[name] = value
    for name in ("Credential", "SignedHeaders", "Signature"):
        if not found.get(name):
            raise _incomplete(f"Authorization header requires '{name}' parameter.")
    return _signature(
        credential=found["Credential"],
        signed_headers=found["SignedHeaders"],
        value=found["Signature"],
        timestamp=_timestamp_of(request),
        session_token=request.header("x-amz-security-token"),
    )


def _in_query(query: dict[str, str]) -> Signature:
    names = ("Algorithm", "Credential", "Date", "SignedHeaders", "Signature")
    for name in names:
        if not query.get(f"X-Amz-{name}"):
            raise _incomplete(f"AWS query-string parameters must include 'X-Amz-{name}'.")
    if query["X-Amz-Algorithm"] != _ALGORITHM:
        raise _incomplete(f"X-Amz-Algorithm must be {_ALGORITHM}.")
    expires = query.get("X-Amz-Expires", "")
    # More digits than the longest expiry has could not be a number of it either.
    if not re.fullmatch("[0-9]{1,6}", expires) or int(expires) > _LONGEST_EXPIRY_SECONDS:
        raise _incomplete(
            f"X-Amz-Expires must be a number of seconds from 0 to {_LONGEST_EXPIRY_SECONDS}."
        )
    return _signature(
        credential=query["X-Amz-Credential"],
        signed_headers=query["X-Amz-SignedHeaders"],
        value=query["X-Amz-Signature"],
        timestamp=query["X-Amz-Date"],
        session_token=query.get("X-Amz-Security-Token"),
        expires_seconds=int(expires),
    )


def _signature(  # noqa: PLR0913 - each is a part of the signature, and comes from another place
    *,
    credential: str,
    signed_headers: str,
    value: str,
    timestamp: str,
    session_token: str | None,
    expires_seconds: int | None = None,
) -> Signature:
    parts = credential.split("/")
    if len(parts) != _SCOPE_PARTS or parts[-1] != _TERMINATION:
        raise _incomplete(
            "Credential must have exactly 5 slash-delimited elements, e.g."
            " keyid/date/region/service/term."
        )
    if not _TIMESTAMP_SHAPE.fullmatch(timestamp):
        raise _incomplete("Date must be in ISO-8601 'basic format'.")
    _epoch(timestamp)
    names = tuple(signed_headers.split(";"))
    if "host" not in names or not signed_headers.isascii():
        raise _incomplete("'Host' must be a 'SignedHeader' in the AWS Authorization.")
    access_key_id, date, region, service, _ = parts
    return Signature(
        access_key_id=access_key_id,
        date=date,
        region=region,
        service=service,
        timestamp=timestamp,
        signed_headers=names,
        value=value,
        session_token=session_token,
        expires_seconds=expires_seconds,
    )


def _timestamp_of(request: Request) -> str:
    timestamp = request.header("x-amz-date")
    if timestamp is not None:
        return timestamp
    date = request.header("date")
    if date is None:
        raise _incomplete(
            "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."
        )
    try:
        return parsedate_to_datetime(date).astimezone(UTC).strftime(_TIMESTAMP)
    except (ValueError, OverflowError):
        return date


def _epoch(timestamp: str) -> float:
    try:
        return datetime.strptime(timestamp, _TIMESTAMP).replace(tzinfo=UTC).timestamp()
    except ValueError as error:
        raise _incomplete("Date must be in ISO-8601 'basic format'.") from error


def _incomplete(message: str) -> SignatureError:
    return SignatureError("IncompleteSignatureException", message)


# Checking


def _check_scope(signature: Signature, region: str) -> None:
    if signature.region != region:
        problem = f"Credential should be scoped to a valid region, not '{signature.region}'. "
    elif signature.service != SERVICE:
        problem = f"Credential should be scoped to correct service: '{SERVICE}'. "
    elif signature.date != signature.timestamp[:8]:
        problem = (
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from"
            f" HTTP: '{signature.date}' != '{signature.timestamp[:8]}', from"
            f" '{signature.timestamp}'."
        )
    else:
        return
    raise SignatureError("InvalidSignatureException", problem)


def _check_time(signature: Signature, now: float) -> None:
    allowed = MAXIMUM_CLOCK_SKEW_SECONDS if signature.expires_seconds is None else 0
    expires_at = signature.signed_at + (signature.expires_seconds or 0)
    if now > expires_at + allowed:
        raise SignatureError(
            "InvalidSignatureException",
            f"Signature expired: {_instant(expires_at)} is now earlier than"
            f" {_instant(now - allowed)} ({_instant(now)} - {allowed // 60} min.)",
        )
    if signature.signed_at > now + MAXIMUM_CLOCK_SKEW_SECONDS:
        raise SignatureError(
            "InvalidSignatureException",
            f"Signature not yet current: {signature.timestamp} is still later than"
            f" {_instant(now + MAXIMUM_CLOCK_SKEW_SECONDS)} ({_instant(now)} +"
            f" {MAXIMUM_CLOCK_SKEW_SECONDS // 60} min.)",
        )


def _instant(epoch_seconds: float) -> str:
    return datetime.fromtimestamp(epoch_seconds, UTC).strftime(_TIMESTAMP)


def _text_to_sign(signature: Signature, canonical: str) -> str:
    scope = f"{signature.date}/{signature.region}/{signature.service}/{_TERMINATION}"
    # The values of headers are text whose characters stand for bytes.
    digest = hashlib.sha256(canonical.encode("latin-1")).hexdigest()
    return f"{_ALGORITHM}\n{signature.timestamp}\n{scope}\n{digest}"


# A fan-out posts thousands of messages with one key on one day.
@lru_cache(maxsize=64)
def _signing_key(secret_access_key: str, *scope: str) -> bytes:
    key = f"AWS4{secret_access_key}".encode()
    for part in (*scope, _TERMINATION):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key


def _canonical_requests(signature: Signature, request: Request) -> Iterator[str]:
    """Yield what may have been signed: `@` reaches AWS escaped or not, however it was signed."""
    path, _, query = request.target.partition("?")
    rest = "\n".join(
        (
            _canonical_query(query),
            *(f"{name}:{_canonical_value(request, name)}" for name in signature.signed_headers),
            "",
            ";".join(signature.signed_headers),
            hashlib.sha256(request.body).hexdigest(),
        )
    )
    paths = (path, path.replace("%40", "@"), path.replace("@", "%40"))
    for canonical_path in dict.fromkeys(map(_canonical_path, paths)):
        yield f"{request.method}\n{canonical_path}\n{rest}"


def _canonical_path(path: str) -> str:
    """Normalize a path and escape it once more, which every service but S3 does."""
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            del parts[-1:]
        elif part not in ("", "."):
            parts.append(part)
    normalized = "/" + "/".join(parts)
    if path.endswith("/") and parts:
        normalized += "/"
    return quote(normalized.encode("latin-1"), safe=f"/{_UNRESERVED}")


def _canonical_query(query: str) -> str:
    pairs = (pair.partition("=") for pair in query.split("&") if pair)
    escaped = sorted(
        (_escaped_once(name), _escaped_once(value))
        for name, _, value in pairs
        if name != "X-Amz-Signature"
    )
    return "&".join(f"{name}={value}" for name, value in escaped)


def _escaped_once(text: str) -> str:
    return quote(unquote_to_bytes(text.encode("latin-1")), safe=_UNRESERVED)


def _canonical_value(request: Request, name: str) -> str:
    values = [value for present, value in request.headers if present.lower() == name]
    return ",".join(" ".join(value.split()) for value in values)
