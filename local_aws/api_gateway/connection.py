"""One open WebSocket connection, from its 101 to its end."""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Final

from websockets.frames import CloseCode, Opcode

from local_aws.api_gateway.addressing import StageKey
from local_aws.api_gateway.events import ConnectionContext
from local_aws.api_gateway.settings import GatewaySettings
from local_aws.api_gateway.websocket_frames import (
    ViolationError,
    close_frame,
    control_frame,
    text_frames,
)
from local_aws.api_gateway.websocket_messages import Close, MessageReader, Ping

_MILLISECONDS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Ending:
    """How a connection ended: what `$disconnect` is told."""

    status_code: int
    reason: str


GOING_AWAY: Final = Ending(CloseCode.GOING_AWAY, "Going away")
TOO_MANY_REQUESTS: Final = Ending(CloseCode.POLICY_VIOLATION, "Too many requests")
DELETED: Final = Ending(CloseCode.NORMAL_CLOSURE, "Connection Closed Normally")
_LOST: Final = Ending(CloseCode.ABNORMAL_CLOSURE, "")
_NO_STATUS: Final = Ending(CloseCode.NO_STATUS_RCVD, "Client-side close frame status not set")


class Connection(asyncio.Protocol):
    """Frames in, messages out, and the reverse; ends exactly once.

    Messages are handled in parallel, as on AWS: a reply may overtake another one. A connection
    counts as ended from the instant at which either side begins to close.
    """

    def __init__(
        self,
        context: ConnectionContext,
        stage: StageKey,
        settings: GatewaySettings,
        *,
        receive: Callable[["Connection", str], Coroutine[Any, Any, None]],
        ended: Callable[["Connection", Ending], None],
    ) -> None:
        """Prepare a connection; `attach` starts it.

        Args:
            context: What all its events say of it.
            stage: The stage that it was opened on.
            settings: The limits.
            receive: Handles one message.
            ended: Called once, at the instant of the end.
        """
        self.context = context
        self.stage = stage
        self._settings = settings
        self._receive = receive
        self._ended = ended
        self._loop = asyncio.get_running_loop()
        self._messages = MessageReader(
            maximum_frame_bytes=settings.maximum_frame_bytes,
            maximum_message_bytes=settings.maximum_message_bytes,
        )
        self._waiting: deque[str] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._opened = self._last_active = self._loop.time()
        self._timer: asyncio.TimerHandle | None = None
        self._is_open = True
        self._is_reading = True
        self._is_heard = True  # until the client has closed, or broken a rule
        self.is_full = False
        self._transport: asyncio.Transport

    @property
    def source_ip(self) -> str:
        """The client's address."""
        return self.context.source_ip

    @property
    def user_agent(self) -> str | None:
        """The client's User-Agent, if it sent one."""
        return self.context.user_agent

    @property
    def connected_at(self) -> float:
        """When the connection was opened, in seconds since the epoch."""
        return self.context.connected_at / _MILLISECONDS

    @property
    def last_active_at(self) -> float:
        """When a frame last went either way, in seconds since the epoch."""
        return self.connected_at + self._last_active - self._opened

    def attach(self, transport: asyncio.Transport, handshake: bytes, received: bytes) -> None:
        """Open the connection on a transport: send the 101 and take what the client sent after it.

        A client that has gone meanwhile ends the connection at once.
        """
        self._transport = transport
        if transport.is_closing():
            self.connection_lost(None)
            return
        transport.set_protocol(self)
        transport.set_write_buffer_limits(high=self._settings.maximum_unread_bytes)
        transport.write(handshake)
        self._watch_time()
        if received:
            self.data_received(received)

    def send(self, text: bytes) -> None:
        """Send one message, in frames of at most the allowed size; nothing once it has ended."""
        if not self._is_open:
            return
        self._last_active = self._loop.time()
        self._write(text_frames(text, self._settings.maximum_frame_bytes))

    def disconnect(self) -> None:
        """Close the connection as DELETE of `@connections` does."""
        self.close(DELETED, wire_reason="")

    def close(self, ending: Ending, *, wire_reason: str | None = None) -> None:
        """Close the connection: it ends now, and the client has a while to answer.

        Args:
            ending: The code and reason, for `$disconnect` and for the client.
            wire_reason: The reason for the client, where it is another one.
        """
        if not self._is_open:
            return
        reason = ending.reason if wire_reason is None else wire_reason
        self._write(close_frame(ending.status_code, reason))
        self._end(ending)

    def handled(self) -> tuple[asyncio.Task[None], ...]:
        """Return the messages still being handled."""
        return tuple(self._tasks)

    def abandon(self) -> tuple[asyncio.Task[None], ...]:
        """Drop the socket, and return the messages still being handled."""
        self._transport.abort()
        return self.handled()

    # asyncio's callbacks

    def data_received(self, data: bytes) -> None:
        """Take what the client sent."""
        if not self._is_heard:
            return
        self._last_active = self._loop.time()
        try:
            for said in self._messages.feed(data):
                self._take(said)
        except ViolationError as violation:
            self._fail(violation)

    def eof_received(self) -> None:
        """Take the end of what the client sends, after which the transport closes."""
        self._end(_LOST)

    def connection_lost(self, exc: Exception | None) -> None:
        """Take the loss of the socket."""
        del exc
        self._end(_LOST)
        self._cancel_timer()

    def pause_writing(self) -> None:
        """Note that the client reads too slowly."""
        self.is_full = True
        self._pace()

    def resume_writing(self) -> None:
        """Note that the client has caught up."""
        self.is_full = False
        self._pace()

    # Messages

    def _take(self, said: str | Ping | Close) -> None:
        """Take what the client says; once the connection has ended, only a close counts."""
        if isinstance(said, Close):
            if self._is_heard:
                self._take_close(said)
        elif not self._is_open:
            return
        elif isinstance(said, Ping):
            self._write(control_frame(Opcode.PONG, said.payload))
        elif len(self._tasks) < self._settings.maximum_parallel_messages:
            self._handle(said)
        else:
            self._waiting.append(said)
            self._pace()

    def _take_close(self, said: Close) -> None:
        """Answer a close frame with the same and end, or take it as the answer to ours."""
        if self._is_open:
            self._write(control_frame(Opcode.CLOSE, said.payload))
            has_code = said.code != CloseCode.NO_STATUS_RCVD
            self._end(Ending(said.code, said.reason) if has_code else _NO_STATUS)
        self._finish()

    def _handle(self, text: str) -> None:
        task = self._loop.create_task(self._receive(self, text))
        self._tasks.add(task)
        task.add_done_callback(self._handled)

    def _handled(self, task: asyncio.Task[None]) -> None:
        """Make room for another message, which may have waited for it."""
        self._tasks.discard(task)
        if self._waiting:
            self._handle(self._waiting.popleft())
            self._pace()

    def _pace(self) -> None:
        """Read no more while messages wait or the client does not read its own."""
        should_read = not (self._waiting or self.is_full)
        if should_read == self._is_reading or self._transport.is_closing():
            return
        self._is_reading = should_read
        if should_read:
            self._transport.resume_reading()
        else:
            self._transport.pause_reading()

    def _write(self, data: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(data)

    # The end

    def _fail(self, violation: ViolationError) -> None:
        """Close because the client broke a rule; nothing that it sends counts any more."""
        self.close(Ending(violation.code, violation.reason))
        if self._is_heard:
            self._finish()

    def _finish(self) -> None:
        """Send nothing more, and take nothing more; the client closes the socket."""
        self._is_heard = False
        if self._transport.is_closing():
            return
        if self._transport.can_write_eof():
            self._transport.write_eof()
        else:
            # TLS ends in both directions at once.
            self._transport.close()

    def _end(self, ending: Ending) -> None:
        """End, once: what is being handled goes on, what waits is dropped."""
        if not self._is_open:
            return
        self._is_open = False
        self._waiting.clear()
        self._pace()
        self._set_timer(self._settings.close_timeout_seconds, self._transport.abort)
        self._ended(self, ending)

    def _watch_time(self) -> None:
        """Close if idle for too long or too old; one timer that re-arms itself serves both."""
        due = min(
            self._last_active + self._settings.idle_timeout_seconds,
            self._opened + self._settings.maximum_lifetime_seconds,
        )
        remaining = due - self._loop.time()
        if remaining > 0:
            self._set_timer(remaining, self._watch_time)
        else:
            self.close(GOING_AWAY)

    def _set_timer(self, seconds: float, act: Callable[[], None]) -> None:
        self._cancel_timer()
        self._timer = self._loop.call_later(seconds, act)

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
