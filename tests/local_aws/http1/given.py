"""Limits and requests that the tests of HTTP/1.1 have in common."""

from local_aws.http1 import Limits

LIMITS = Limits(
    maximum_target_bytes=200,
    maximum_head_bytes=1_000,
    maximum_body_bytes=2_000,
    idle_timeout_seconds=None,
)
UPGRADE = b"GET /up HTTP/1.1\r\nHost: here\r\nConnection: Upgrade\r\nUpgrade: some\r\n\r\n"


def get(target: str, *, close: bool = True, method: str = "GET", extra: str = "") -> bytes:
    connection = "Connection: close\r\n" if close else ""
    return f"{method} {target} HTTP/1.1\r\nHost: here\r\n{connection}{extra}\r\n".encode()
