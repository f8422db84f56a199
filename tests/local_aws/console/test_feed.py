import asyncio

from local_aws.console import feed as feeds
from local_aws.console.feed import Feed


class Transport(asyncio.Transport):
    """A transport whose other end reads nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.protocol: asyncio.BaseProtocol | None = None

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self.protocol = protocol

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written += bytes(data)

    def get_write_buffer_size(self) -> int:
        return len(self.written)

    def abort(self) -> None:
        assert isinstance(self.protocol, Feed)
        self.protocol.connection_lost(None)


def test_page_is_told_in_events_of_one_line_each() -> None:
    transport = Transport()
    Feed(transport, (("Cache-Control", "no-store"),), lambda _: None).send({"a": "ü\n"})
    head, _, body = transport.written.partition(b"\r\n\r\n")
    assert head.split(b"\r\n") == [
        b"HTTP/1.1 200 OK",
        b"Content-Type: text/event-stream",
        b"Connection: close",
        b"Cache-Control: no-store",
    ]
    assert body == b'retry: 1000\n\ndata: {"a": "\\u00fc\\n"}\n\n'


def test_page_that_does_not_read_is_cut_off() -> None:
    ended: list[Feed] = []
    transport = Transport()
    feed = Feed(transport, (), ended.append)
    feed.send({"a": "x" * feeds.MAXIMUM_UNREAD_BYTES})
    assert ended == []
    feed.send({"a": "y"})
    assert ended == [feed]
    assert b"y" not in transport.written[-10:]
