"""AWS Signature Version 4 (Create a signed AWS API request), with nothing computed twice.

The key of a day is derived once, a payload that goes to many is hashed once, and of requests that
differ in the end of their path only what differs is put together anew.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from websocket_api.aws.credentials import Credentials

_ALGORITHM = "AWS4-HMAC-SHA256"
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_ENCODED = [chr(byte) if byte in _UNRESERVED else f"%{byte:02X}" for byte in range(256)]


def percent_encoded(text: str) -> str:
    """Return a text as a segment of a path: the UTF-8 of all but unreserved characters as %XX."""
    return "".join([_ENCODED[octet] for octet in text.encode()])


def hash_of(payload: bytes) -> str:
    """Return the SHA-256 of a payload in hexadecimal digits, as signing wants it."""
    return hashlib.sha256(payload).hexdigest()


class Signer:
    """Signs requests to one service in one region; threads may share it."""

    def __init__(self, *, service: str, region: str) -> None:
        """Take the name by which the service signs, such as ``execute-api``, and the region."""
        self._service = service
        self._region = region
        self._key_of_day = ("", "", b"")

    def sign(  # noqa: PLR0913 - the parts of a request
        self,
        credentials: Credentials,
        *,
        method: str,
        path: str,
        query: str = "",
        headers: Mapping[str, str],
        payload_hash: str,
        epoch_seconds: float,
    ) -> dict[str, str]:
        """Return the headers that make a request a signed one, to be sent beside those given.

        Args:
            credentials: of whoever makes the request.
            method: in upper case.
            path: as it is sent, percent-encoded.
            query: as it is sent, percent-encoded, without the question mark.
            headers: those to be signed, among them Host.
            payload_hash: what ``hash_of`` returns for the payload.
            epoch_seconds: the present; AWS refuses a request that is 5 minutes off.
        """
        date = timestamp(epoch_seconds)
        added = dated_headers(credentials, date)
        header_texts, header_names = _canonical_headers({**headers, **added})
        canonical_request = (
            f"{method}\n{_canonical_path(path)}\n{_canonical_query(query)}\n"
            f"{header_texts}\n{header_names}\n{payload_hash}"
        )
        scope = self.scope(date)
        text = f"{_ALGORITHM}\n{date}\n{scope}\n{hash_of(canonical_request.encode())}"
        signature = hmac.digest(self.key(credentials, date), text.encode(), "sha256").hex()
        added["Authorization"] = _authorization(credentials, scope, header_names) + signature
        return added

    def scope(self, date: str) -> str:
        """Return what signatures of a date, as in X-Amz-Date, are good for."""
        return f"{date[:8]}/{self._region}/{self._service}/aws4_request"

    def key(self, credentials: Credentials, date: str) -> bytes:
        """Return the key that signs on the day of a date, as in X-Amz-Date."""
        day, secret, key = self._key_of_day
        if day != date[:8] or secret != credentials.secret_access_key:
            day, secret = date[:8], credentials.secret_access_key
            key = f"AWS4{secret}".encode()
            for part in (day, self._region, self._service, "aws4_request"):
                key = hmac.digest(key, part.encode(), "sha256")
            self._key_of_day = (day, secret, key)
        return key


class SignedSeries:
    """The heads of requests that differ in the last segment of their path: a broadcast's posts.

    Threads may share one. Other credentials and another payload need another one.
    """

    def __init__(  # noqa: PLR0913 - the parts of a request
        self,
        signer: Signer,
        credentials: Credentials,
        *,
        method: str,
        parent_path: str,
        headers: Mapping[str, str],
        payload: bytes,
    ) -> None:
        """Take what the requests have in common.

        Args:
            signer: of their service and region.
            credentials: of whoever makes them.
            method: in upper case.
            parent_path: the path, as it is sent, up to the slash before the last segment.
            headers: those to be signed, among them Host; Content-Length is added, unsigned.
            payload: of each of them.
        """
        self._signer = signer
        self._credentials = credentials
        self._headers = dict(headers)
        self._payload_hash = hash_of(payload)
        self._length = len(payload)
        self._start = f"{method} {parent_path}"
        self._canonical_start = f"{method}\n{_canonical_path(parent_path)}"
        self._second = self._in_second(0)

    def head(self, segment: str, epoch_seconds: float) -> bytes:
        """Return the head of one request, from its first line to its empty one.

        Args:
            segment: the last of the path, such as a connection id; no dot segment.
            epoch_seconds: the present; what it says is computed once a second.
        """
        second = self._second
        if second.epoch_seconds != int(epoch_seconds):
            second = self._second = self._in_second(int(epoch_seconds))
        sent = percent_encoded(segment)
        # What was encoded to be sent is encoded once more to be signed, for every service but S3.
        signed = sent.replace("%", "%25")
        canonical_request = f"{self._canonical_start}{signed}{second.canonical_end}"
        text = second.to_sign + hash_of(canonical_request.encode())
        signature = second.mac.copy()
        signature.update(text.encode())
        return f"{self._start}{sent}{second.head_end}{signature.hexdigest()}\r\n\r\n".encode()

    def _in_second(self, epoch_seconds: int) -> _Second:
        date = timestamp(epoch_seconds)
        headers = {**self._headers, **dated_headers(self._credentials, date)}
        header_texts, header_names = _canonical_headers(headers)
        scope = self._signer.scope(date)
        lines = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
        authorization = _authorization(self._credentials, scope, header_names)
        return _Second(
            epoch_seconds=epoch_seconds,
            mac=hmac.new(self._signer.key(self._credentials, date), digestmod="sha256"),
            canonical_end=f"\n\n{header_texts}\n{header_names}\n{self._payload_hash}",
            to_sign=f"{_ALGORITHM}\n{date}\n{scope}\n",
            head_end=(
                f" HTTP/1.1\r\n{lines}Content-Length: {self._length}\r\n"
                f"Authorization: {authorization}"
            ),
        )


class _Second(NamedTuple):
    """What the requests of a series have in common for one second."""

    epoch_seconds: int
    mac: hmac.HMAC
    """That has taken in nothing but the key: a copy of it is quicker than a new one."""
    canonical_end: str
    to_sign: str
    head_end: str


def timestamp(epoch_seconds: float) -> str:
    """Return an instant as X-Amz-Date has it: 20150830T123600Z."""
    return time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(epoch_seconds))


def dated_headers(credentials: Credentials, date: str) -> dict[str, str]:
    """Return the headers that are signed beside those of the request itself."""
    headers = {"X-Amz-Date": date}
    if credentials.session_token:
        headers["X-Amz-Security-Token"] = credentials.session_token
    return headers


def _authorization(credentials: Credentials, scope: str, header_names: str) -> str:
    return (
        f"{_ALGORITHM} Credential={credentials.access_key_id}/{scope}, "
        f"SignedHeaders={header_names}, Signature="
    )


def _canonical_headers(headers: Mapping[str, str]) -> tuple[str, str]:
    lines = sorted((name.lower(), " ".join(value.split())) for name, value in headers.items())
    return (
        "".join([f"{name}:{value}\n" for name, value in lines]),
        ";".join([name for name, _ in lines]),
    )


def _canonical_query(query: str) -> str:
    if not query:
        return ""
    pairs = sorted(parameter.partition("=")[::2] for parameter in query.split("&"))
    return "&".join([f"{name}={value}" for name, value in pairs])


def _canonical_path(path: str) -> str:
    segments: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            del segments[-1:]
        elif segment not in {"", "."}:
            segments.append(percent_encoded(segment))
    slash = "/" if segments and path.endswith("/") else ""
    return f"/{'/'.join(segments)}{slash}"
