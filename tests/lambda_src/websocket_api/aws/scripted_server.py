"""A server on loopback that answers byte for byte as a test wants, or breaks off."""

from __future__ import annotations

import socket
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator, Sequence

CLOSE = b""
"""In the place of an answer: the connection is closed before the request is read."""


@dataclass(slots=True)
class ScriptedServer:
    """What the server was asked, and on how many connections."""

    port: int
    script: Sequence[Sequence[bytes]]
    """For each connection the answers to its requests; then it is closed."""
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0

    def serve(self, listener: socket.socket, context: ssl.SSLContext | None) -> None:
        for answers in self.script:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            self.connections += 1
            with suppress(OSError), connection:
                if context is not None:
                    connection = context.wrap_socket(connection, server_side=True)
                with connection:
                    self._answer(connection, answers)

    def _answer(self, connection: socket.socket, answers: Sequence[bytes]) -> None:
        for answer in answers:
            if answer == CLOSE:
                return
            request = _request(connection)
            if not request:
                return
            self.requests.append(request)
            connection.sendall(answer)


@contextmanager
def scripted_server(
    *script: Sequence[bytes], context: ssl.SSLContext | None = None
) -> Iterator[ScriptedServer]:
    """Serve a script, connection by connection."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = ScriptedServer(listener.getsockname()[1], script)
    thread = Thread(target=server.serve, args=(listener, context))
    thread.start()
    try:
        yield server
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(10)


def _request(connection: socket.socket) -> bytes:
    request = b""
    while b"\r\n\r\n" not in request:
        data = connection.recv(65_536)
        if not data:
            return b""
        request += data
    head, _, body = request.partition(b"\r\n\r\n")
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            missing = int(line.partition(b":")[2]) - len(body)
            while missing > 0 and (data := connection.recv(missing)):
                request += data
                missing -= len(data)
    return request
