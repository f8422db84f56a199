"""The Runtime API over the socket that our own runtime client inherits, without HTTP.

Each message begins with its sizes. An event has a head of lines, its identifier first, and a
payload; an outcome says what kind it is, has a payload, and asks for the next event with it.
`bootstrap.py` is the other end.
"""

import struct
from typing import Final

from local_aws.lambda_service.runtime_connection import RuntimeConnection
from local_aws.lambda_service.runtime_state import (
    Refusal,
    RuntimeEvent,
    RuntimeState,
    error_payload,
)

_GIVEN: Final = struct.Struct("!BII")  # kind, size of the head, size of the payload
_EVENT, _REFUSAL = 0, 1
_TAKEN: Final = struct.Struct("!BI")  # kind, size of the payload
_QUESTION, _RESULT, _ERROR = 0, 1, 2


class RuntimeChannel(RuntimeConnection):
    """The connection of one runtime client, which has one event at a time."""

    def __init__(self, state: RuntimeState) -> None:
        """Prepare; `state` decides on what is asked."""
        super().__init__(state)
        self._received = bytearray()

    def give(self, event: RuntimeEvent) -> None:
        """Answer the question for an event."""
        head = (
            f"{event.request_id}\n{event.deadline_milliseconds}\n{event.function_arn}\n"
            f"{event.trace_id}\n{event.client_context or ''}"
        ).encode()
        self._write(_EVENT, head, event.payload)

    def data_received(self, data: bytes) -> None:
        """Take what is complete."""
        received = self._received
        received += data
        while len(received) >= _TAKEN.size:
            kind, size = _TAKEN.unpack_from(received)
            end = _TAKEN.size + size
            if len(received) < end:
                return
            payload = bytes(received[_TAKEN.size : end])
            del received[:end]
            self._take(kind, payload)

    # What happens in between

    def _take(self, kind: int, payload: bytes) -> None:
        refusal = None
        if kind == _RESULT:
            refusal = self._state.respond(payload)
        elif kind == _ERROR:
            refusal = self._state.fail(payload)
        elif kind != _QUESTION:
            self.abort()
            return
        refusal = refusal or self._state.wait(self)
        if refusal is not None:
            self._refuse(refusal)

    def _refuse(self, refusal: Refusal) -> None:
        self._write(
            _REFUSAL,
            str(refusal.status.value).encode(),
            error_payload(refusal.error_type, refusal.message),
        )

    def _write(self, kind: int, head: bytes, payload: bytes) -> None:
        self._transport.write(_GIVEN.pack(kind, len(head), len(payload)) + head + payload)
