"""What an open page is told as it happens, as Server-Sent Events of the HTML standard."""

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from local_aws.http1 import Headers

MAXIMUM_UNREAD_BYTES: Final = 8 * 1024 * 1024
"""What may wait for a page that does not read; one over it is cut off, and connects again."""


class Feed(asyncio.Protocol):
    """A page that is open, until it is closed."""

    def __init__(
        self, transport: asyncio.Transport, headers: Headers, on_end: "Callable[[Feed], None]"
    ) -> None:
        """Take over a connection whose request is answered by what happens.

        Args:
            transport: The connection.
            headers: Headers of the answer, beside its type.
            on_end: Is called when the page is closed.
        """
        self._transport = transport
        self._on_end = on_end
        transport.set_protocol(self)
        lines = (
            "HTTP/1.1 200 OK",
            "Content-Type: text/event-stream",
            "Connection: close",
            *(f"{name}: {value}" for name, value in headers),
        )
        # How soon a page asks again after a restart of local_aws.
        transport.write(("\r\n".join(lines) + "\r\n\r\nretry: 1000\n\n").encode("latin-1"))

    def send(self, document: Mapping[str, Any]) -> None:
        """Tell the page something."""
        if self._transport.get_write_buffer_size() > MAXIMUM_UNREAD_BYTES:
            self.close()
            return
        # JSON in ASCII holds no line break, which would end the event.
        self._transport.write(f"data: {json.dumps(document)}\n\n".encode())

    def close(self) -> None:
        """Drop the page."""
        self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Take note that the page is closed."""
        del exc
        self._on_end(self)
