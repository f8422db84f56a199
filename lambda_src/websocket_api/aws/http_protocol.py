"""The client's side of HTTP/1.1, with no I/O: what came in, put together to answers (RFC 9112)."""

from __future__ import annotations

from typing import NamedTuple

MAXIMUM_HEAD_BYTES = 65_536
MAXIMUM_BODY_BYTES = 1_048_576

_END_OF_HEAD = b"\r\n\r\n"
_HEXADECIMAL_DIGITS = frozenset(b"0123456789abcdefABCDEF")
_MOST_DIGITS = 15


class MalformedAnswer(Exception):
    """What came in is no answer in HTTP/1.1, or not all of one."""


class Answer(NamedTuple):
    """One answer."""

    status: int
    head: bytes
    """From its first line to its last header, without the empty line."""
    body: bytes
    is_last: bool
    """Whether nothing more may be asked over the connection."""

    def headers(self) -> dict[str, str]:
        """Return the headers by their names in lower case; of doubles, the last."""
        lines = [line.partition(":") for line in self.head.decode("latin-1").split("\r\n")[1:]]
        return {name.lower(): value.strip() for name, _, value in lines}


class AnswerReader:
    """Reads the answers that come over one connection, one at a time."""

    def __init__(self, *, maximum_body_bytes: int = MAXIMUM_BODY_BYTES) -> None:
        """Take how large a body may be."""
        self._maximum_body_bytes = maximum_body_bytes
        self._received = b""
        self._head: bytes | None = None
        self._body_starts_at = 0
        self._later: list[bytes] = []
        self._missing = 0

    @property
    def has_begun(self) -> bool:
        """Whether something of an answer has come."""
        return bool(self._received)

    def receive(self, data: bytes) -> Answer | None:
        """Take what came in; return the answer if it is complete.

        Raises:
            MalformedAnswer: it is not HTTP/1.1, or too large.
        """
        if len(data) < self._missing:
            # Put together once, so that a long answer takes no longer than its length.
            self._later.append(data)
            self._missing -= len(data)
            return None
        self._received = received = b"".join([self._received, *self._later, data])
        self._later, self._missing = [], 0
        while True:
            if self._head is None and not self._read_head(received):
                return None
            answer = self._answer(received, is_end=False)
            if answer is None or answer.status >= 200:  # noqa: PLR2004 - 1xx precedes the answer
                return answer
            received = self._received

    def end(self) -> Answer:
        """Return the answer that ends with the connection.

        Raises:
            MalformedAnswer: there is none, or not all of it.
        """
        answer = None
        if self._head is not None:
            answer = self._answer(self._received, is_end=True)
        if answer is None:
            length = len(self._received) + sum(map(len, self._later))
            raise MalformedAnswer(f"the connection was closed after {length} bytes of the answer")
        return answer

    def _read_head(self, received: bytes) -> bool:
        end = received.find(_END_OF_HEAD, 0, MAXIMUM_HEAD_BYTES)
        if end < 0:
            if len(received) >= MAXIMUM_HEAD_BYTES or not b"HTTP/1.".startswith(received[:7]):
                raise MalformedAnswer("what came back is no HTTP/1.1, or its head is too long")
            return False
        head = received[:end]
        if not (head.startswith(b"HTTP/1.") and head[8:9] == b" " and head[9:12].isdigit()):
            raise MalformedAnswer("what came back is no HTTP/1.1")
        self._head = head
        self._body_starts_at = end + len(_END_OF_HEAD)
        return True

    def _answer(self, received: bytes, *, is_end: bool) -> Answer | None:
        head, start = self._head or b"", self._body_starts_at
        status = int(head[9:12])
        fields = head.lower()
        is_last = b"\r\nconnection: close" in fields or not fields.startswith(b"http/1.1")
        if status < 200 or status in {204, 304}:  # noqa: PLR2004 - these have no body
            end: int | None = start
            body = b""
        elif b"\r\ntransfer-encoding:" in fields:
            body, end = _chunks(received, start)
        elif (length := _content_length(fields)) is None:
            is_last = True
            body, end = received[start:], len(received) if is_end else None
        else:
            end = start + length
            self._check_size(length)
            body = received[start:end]
            if len(received) < end:
                self._missing = end - len(received)
                end = None
        if end is None:
            self._check_size(len(received) - start)
            return None
        rest = received[end:]
        self._head = None
        if status >= 200 and rest:  # noqa: PLR2004 - as above
            # Nothing was asked that this could answer, so that nothing after it can be trusted.
            is_last, rest = True, b""
        self._received = rest
        return Answer(status, head, body, is_last)

    def _check_size(self, body_bytes: int) -> None:
        if body_bytes > self._maximum_body_bytes:
            raise MalformedAnswer("the body of the answer is too large")


def _content_length(fields: bytes) -> int | None:
    _, found, rest = fields.partition(b"\r\ncontent-length:")
    if not found:
        return None
    digits, _, rest = rest.partition(b"\r\n")
    digits = digits.strip()
    if not digits.isdigit() or b"\r\ncontent-length:" in b"\r\n" + rest:
        raise MalformedAnswer("the answer's Content-Length is no number, or there are two of it")
    return _integer(digits, base=10)


def _integer(digits: bytes, *, base: int) -> int:
    # More of them take int() long, or are more than it takes.
    if not 0 < len(digits) <= _MOST_DIGITS:
        raise MalformedAnswer("a length in the answer is missing or too large")
    return int(digits, base)


def _chunks(received: bytes, start: int) -> tuple[bytes, int | None]:
    """Return the body that begins there in chunks, and where it ends if it is all there."""
    chunks: list[bytes] = []
    while (end_of_line := received.find(b"\r\n", start)) >= 0:
        digits = received[start:end_of_line].partition(b";")[0].strip()
        # Python's int() takes more, such as a sign.
        if not _HEXADECIMAL_DIGITS.issuperset(digits):
            raise MalformedAnswer("the size of a chunk of the answer is no number")
        size = _integer(digits, base=16)
        start = end_of_line + 2
        if size == 0:
            # With no trailers the last line end of the body follows at once.
            end = (
                start
                if received[start : start + 2] == b"\r\n"
                else received.find(_END_OF_HEAD, start) + 2
            )
            return b"".join(chunks), None if end < start or len(received) < end + 2 else end + 2
        chunks.append(received[start : start + size])
        start += size + 2
    return b"", None
