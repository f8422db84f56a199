"""A server that takes every call to AWS and says yes, after a time.

It answers each request over TLS on a loopback port, as API Gateway answers a post and DynamoDB a
PutItem. It knows no signatures and keeps nothing, so that it costs little beside the client.
"""

from __future__ import annotations

import argparse
import asyncio
import ssl
import sys
from functools import partial
from pathlib import Path

_END_OF_HEAD = b"\r\n\r\n"
_POSTED = b"HTTP/1.1 200 OK\r\nx-amzn-RequestId: 0\r\nContent-Length: 0\r\n\r\n"
# The checksum is that of the two braces.
_STORED = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.0\r\nx-amzn-RequestId: 0\r\n"
    b"x-amz-crc32: 2745614147\r\nContent-Length: 2\r\n\r\n{}"
)


class _Connection(asyncio.Protocol):
    def __init__(self, loop: asyncio.AbstractEventLoop, latency: float) -> None:
        self._loop = loop
        self._latency = latency
        self._received = bytearray()
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.Transport):
            self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (head := self._received.find(_END_OF_HEAD)) >= 0:
            fields = bytes(self._received[:head]).lower()
            end = head + len(_END_OF_HEAD) + _content_length(fields)
            if len(self._received) < end:
                return
            del self._received[:end]
            answer = _STORED if b"\r\nx-amz-target:" in fields else _POSTED
            if self._latency:
                self._loop.call_later(self._latency, self._answer, answer)
            else:
                self._answer(answer)

    def _answer(self, answer: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(answer)


def _content_length(fields: bytes) -> int:
    _, found, rest = fields.partition(b"\r\ncontent-length:")
    return int(rest.partition(b"\r\n")[0]) if found else 0


async def _serve(certificate: Path, latency: float) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    loop = asyncio.get_running_loop()
    connection = partial(_Connection, loop, latency)
    server = await loop.create_server(connection, "127.0.0.1", 0, ssl=context, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    # Whoever started it holds the other end: when that closes, nobody needs it any longer.
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


def main() -> None:
    """Serve until standard input ends; the port is the first line of the output."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--certificate", type=Path, required=True, help="with its key, in PEM")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before each answer")
    options = parser.parse_args()
    asyncio.run(_serve(options.certificate, options.latency))


if __name__ == "__main__":
    main()
