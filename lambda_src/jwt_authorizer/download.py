"""The download of a small document, over TLS and from nowhere else than its address."""

from __future__ import annotations

import ssl
import time
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTP_PORT, HTTPS_PORT, HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

TIMEOUT_SECONDS = 3
"""How long a server may take for each step, and for all of its document; the function has 10."""

MAXIMUM_BYTES = 256 * 1024
_PIECE_BYTES = 16 * 1024


class DownloadFailed(Exception):
    """A document could not be had; the message says from where, and why."""


@dataclass(frozen=True, slots=True)
class Address:
    """An https address, or an http address of this machine.

    Attributes:
        url: The address.
        tls: What a server has to prove. Made with the address, while Lambda initialises the
            function on a full vCPU, for reading the authorities' certificates takes long.
    """

    url: str
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context, repr=False)

    def download(self) -> bytes:
        """Return the document.

        Raises:
            DownloadFailed: the server is not to be reached, not to be trusted, or too slow, or
                answers with anything but a document of at most ``MAXIMUM_BYTES``.
        """
        connection = self._connection()
        try:
            return self._get(connection)
        except (OSError, HTTPException, UnicodeError) as error:
            reason = str(error) or type(error).__name__
            raise DownloadFailed(f"{self.url} is not to be reached ({reason})") from error
        finally:
            connection.close()

    def _connection(self) -> HTTPConnection:
        parts = urlsplit(self.url)
        host = parts.hostname or ""
        # Without a port, http.client would take the end of an IPv6 address for one.
        if parts.scheme == "https":
            port = parts.port or HTTPS_PORT
            return HTTPSConnection(host, port, timeout=TIMEOUT_SECONDS, context=self.tls)
        return HTTPConnection(host, parts.port or HTTP_PORT, timeout=TIMEOUT_SECONDS)

    def _get(self, connection: HTTPConnection) -> bytes:
        parts = urlsplit(self.url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("GET", target, headers={"Accept": "application/json"})
        response = connection.getresponse()
        # A redirect is not followed: it could lead to a server that nobody chose to trust.
        if response.status != HTTPStatus.OK:
            raise DownloadFailed(f"{self.url} answers {response.status} instead of 200")
        document = bytearray()
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while piece := response.read1(_PIECE_BYTES):
            document += piece
            if len(document) > MAXIMUM_BYTES:
                raise DownloadFailed(f"{self.url} sends more than {MAXIMUM_BYTES:,} bytes")
            if time.monotonic() > deadline:
                raise DownloadFailed(f"{self.url} takes more than {TIMEOUT_SECONDS} s")
        return bytes(document)
