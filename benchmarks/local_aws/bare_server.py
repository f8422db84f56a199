"""A WebSocket server that does nothing but send back: the most that the load client can measure.

It prints its port, and ends when its standard input does.
"""

import asyncio
import sys
from typing import cast

import uvloop
from websockets.frames import Opcode
from websockets.utils import accept_key

from local_aws.api_gateway.websocket_frames import FrameReader, text_frames

_MAXIMUM_BYTES = 65_536


class Echo(asyncio.Protocol):
    """One connection."""

    def __init__(self) -> None:
        self._frames = FrameReader(_MAXIMUM_BYTES)
        self._is_open = False
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for the handshake."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Take a handshake, which comes in one piece, or frames."""
        if self._is_open:
            for frame in self._frames.feed(data):
                if frame.opcode == Opcode.CLOSE:
                    self._transport.close()
                else:
                    self._transport.write(text_frames(frame.payload, _MAXIMUM_BYTES))
            return
        key = data.partition(b"Sec-WebSocket-Key: ")[2].partition(b"\r\n")[0].decode()
        self._transport.write(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Accept: {accept_key(key)}\r\n\r\n".encode()
        )
        self._is_open = True


async def _serve() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Echo, "127.0.0.1", 0, backlog=1_024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    uvloop.run(_serve())
