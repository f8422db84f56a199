"""Signature Version 4: what a request says of its signature.

From "Authenticating requests (AWS Signature Version 4)" in the IAM User Guide; the messages are
those of API Gateway.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Final
from urllib.parse import parse_qsl

from local_aws.http1 import Request

ALGORITHM: Final = "AWS4-HMAC-SHA256"
TERMINATION: Final = "aws4_request"
TIMESTAMP: Final = "%Y%m%dT%H%M%SZ"
_TIMESTAMP_SHAPE: Final = re.compile(r"[0-9]{8}T[0-9]{6}Z")
_SCOPE_PARTS: Final = 5
_LONGEST_EXPIRY_SECONDS: Final = 604_800


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
        signed_at: The same, in seconds since the epoch.
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
    signed_at: float
    signed_headers: tuple[str, ...]
    value: str
    session_token: str | None = field(repr=False)  # a secret, which no log may show
    expires_seconds: int | None


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


def _in_headers(request: Request, authorization: str) -> Signature:
    algorithm, _, parameters = authorization.strip().partition(" ")
    if algorithm != ALGORITHM:
        raise _incomplete(f"Authorization header requires {ALGORITHM}.")
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
    if query["X-Amz-Algorithm"] != ALGORITHM:
        raise _incomplete(f"X-Amz-Algorithm must be {ALGORITHM}.")
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
    if len(parts) != _SCOPE_PARTS or parts[-1] != TERMINATION:
        raise _incomplete(
            "Credential must have exactly 5 slash-delimited elements, e.g."
            " keyid/date/region/service/term."
        )
    if not _TIMESTAMP_SHAPE.fullmatch(timestamp):
        raise _incomplete("Date must be in ISO-8601 'basic format'.")
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
        signed_at=_epoch(timestamp),
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
        return parsedate_to_datetime(date).astimezone(UTC).strftime(TIMESTAMP)
    except (ValueError, OverflowError):
        return date


# A fan-out signs thousands of posts in one second.
@lru_cache(maxsize=64)
def _epoch(timestamp: str) -> float:
    try:
        return datetime.strptime(timestamp, TIMESTAMP).replace(tzinfo=UTC).timestamp()
    except ValueError as error:
        raise _incomplete("Date must be in ISO-8601 'basic format'.") from error


def _incomplete(message: str) -> SignatureError:
    return SignatureError("IncompleteSignatureException", message)
