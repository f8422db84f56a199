"""Requests and responses as values, and a response as bytes."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, NamedTuple

Headers = tuple[tuple[str, str], ...]
"""Header fields in wire order and wire case."""

CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"
"""The interim response to a client that asks whether it may send its body."""

_BODILESS: Final = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})
_CLOSE: Final[Headers] = (("Connection", "close"),)
_PHRASES: Final = {status.value: status.phrase for status in HTTPStatus}
_BREAKS_A_HEAD: Final = ("\r", "\n", "\0")


class Request(NamedTuple):
    """One complete request; `target` is the path and query string exactly as sent."""

    method: str
    target: str
    headers: Headers
    body: bytes

    def header(self, name: str) -> str | None:
        """Return the last value of a header, whatever the case of its name, or None."""
        wanted = name.lower()
        for present, value in reversed(self.headers):
            if present.lower() == wanted:
                return value
        return None


class Response(NamedTuple):
    """One response; Content-Length and Connection are added when it is written."""

    status: int
    headers: Headers = ()
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a client may take: of one request, bytes of its target, its whole head, and its body.

    A longer target is answered 414, a longer head 431, a longer body 413; each ends the connection.
    One on which nothing arrives for `idle_timeout_seconds` while no request is handled is closed;
    None leaves it open for ever.
    """

    maximum_target_bytes: int = 8_192
    maximum_head_bytes: int = 16_384
    maximum_body_bytes: int = 1_048_576
    idle_timeout_seconds: float | None = 75.0


def serialize(response: Response, *, keep_alive: bool = True, head_only: bool = False) -> bytes:
    """Write a response as bytes.

    Raises:
        ValueError: A header would break the message apart: it holds a line break or a NUL.
    """
    phrase = _PHRASES.get(response.status, "")
    headers = response.headers if keep_alive else response.headers + _CLOSE
    lines = [f"{name}: {value}" for name, value in headers]
    if response.status not in _BODILESS:
        lines.append(f"Content-Length: {len(response.body)}")
    if _breaks_a_head("".join(lines)):
        broken = next(line for line in lines if _breaks_a_head(line))
        raise ValueError(f"The response header {broken!r} holds a line break or a NUL")
    head = "\r\n".join((f"HTTP/1.1 {response.status} {phrase}", *lines, "\r\n"))
    body = b"" if head_only or response.status in _BODILESS else response.body
    return head.encode("latin-1") + body


def _breaks_a_head(text: str) -> bool:
    return any(character in text for character in _BREAKS_A_HEAD)
