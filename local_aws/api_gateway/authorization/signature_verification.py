"""Whether a signature holds: Signature Version 4, as who was called verifies it.

From "Create a signed AWS API request" in the IAM User Guide; the messages are those of API Gateway.
"""

import hashlib
import hmac
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final
from urllib.parse import quote, unquote_to_bytes

from local_aws.api_gateway.authorization.signature import (
    ALGORITHM,
    TERMINATION,
    TIMESTAMP,
    Signature,
    SignatureError,
)
from local_aws.http1 import Request

SERVICE: Final = "execute-api"
MAXIMUM_CLOCK_SKEW_SECONDS: Final = 300
_UNRESERVED: Final = "-_.~"


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
    for canonical_request in _canonical_requests(signature, request):
        text = _text_to_sign(signature, canonical_request)
        expected = hmac.digest(key, text.encode(), "sha256").hex()
        if hmac.compare_digest(expected.encode(), signature.value.encode()):
            return
    first = next(_canonical_requests(signature, request))
    raise SignatureError(
        "InvalidSignatureException",
        "The request signature we calculated does not match the signature you provided. Check your"
        " AWS Secret Access Key and signing method. Consult the service documentation for details."
        "\n\nThe Canonical String for this request should have been"
        f"\n'{first}'\n\nThe String-to-Sign should have been"
        f"\n'{_text_to_sign(signature, first)}'\n",
    )


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
    return datetime.fromtimestamp(epoch_seconds, UTC).strftime(TIMESTAMP)


def _text_to_sign(signature: Signature, canonical_request: str) -> str:
    scope = f"{signature.date}/{signature.region}/{signature.service}/{TERMINATION}"
    # The values of headers are text whose characters stand for bytes.
    digest = hashlib.sha256(canonical_request.encode("latin-1")).hexdigest()
    return f"{ALGORITHM}\n{signature.timestamp}\n{scope}\n{digest}"


# A fan-out posts thousands of messages with one key on one day.
@lru_cache(maxsize=64)
def _signing_key(secret_access_key: str, *scope: str) -> bytes:
    key = f"AWS4{secret_access_key}".encode()
    for part in (*scope, TERMINATION):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key


def _canonical_requests(signature: Signature, request: Request) -> Iterator[str]:
    """Yield what may have been signed: `@` reaches AWS escaped or not, however it was signed."""
    path, _, query = request.target.partition("?")
    headers: defaultdict[str, list[str]] = defaultdict(list)
    for name, value in request.headers:
        headers[name.lower()].append(value)
    rest = "\n".join(
        (
            _canonical_query(query),
            *(f"{name}:{_canonical_value(headers[name])}" for name in signature.signed_headers),
            "",
            ";".join(signature.signed_headers),
            hashlib.sha256(request.body).hexdigest(),
        )
    )
    # The first is nearly always the one: as the request came.
    for each in dict.fromkeys((path, path.replace("%40", "@"), path.replace("@", "%40"))):
        yield f"{request.method}\n{_canonical_path(each)}\n{rest}"


# A fan-out posts to the same connections again and again.
@lru_cache(maxsize=1_024)
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


def _canonical_value(values: list[str]) -> str:
    return ",".join(" ".join(value.split()) for value in values)
