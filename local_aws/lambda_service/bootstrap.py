"""The program of an execution environment: AWS's runtime client, with a faster way to its events.

    python bootstrap.py HANDLER SOCKET

`awslambdaric` loads the handler, runs it, and writes logs and errors. Only the two calls that it
makes for each event are made here: on Python 3.12 and later it starts a thread to wait for the next
event, so that the main one can handle signals, and it waits for the answer to a result before it
asks for the next event. A plain socket waits in the main thread and lets signals be handled, and it
takes a result and the question that follows it in one piece. SOCKET is its number: the process has
inherited it, so that no event goes through TCP and HTTP. `runtime_channel.py` is its other end.

It runs on every Python that Lambda has, and imports nothing of ours.
"""

import contextlib
import os
import socket
import struct
import sys

from awslambdaric import bootstrap  # type: ignore[import-untyped]  # it ships no types
from awslambdaric.lambda_runtime_client import (  # type: ignore[import-untyped]  # as above
    InvocationRequest,
    LambdaRuntimeClient,
    LambdaRuntimeClientError,
)

_PATH = "/2018-06-01/runtime/invocation"
_GIVEN = struct.Struct("!BII")  # kind, size of the head, size of the payload
_REFUSAL = 1
_TAKEN = struct.Struct("!BI")  # kind, size of the payload
_QUESTION, _RESULT, _ERROR = 0, 1, 2
_READ_BYTES = 65_536


class RuntimeClient(LambdaRuntimeClient):  # type: ignore[misc]  # it has no types
    """Takes events from the Runtime API and gives it their outcomes, on one connection."""

    def __init__(self, address: str, connection: socket.socket) -> None:
        """Speak to the Runtime API on a connection; AWS's own client also needs its `host:port`."""
        super().__init__(address)
        self._socket = connection
        self._received = bytearray()
        self._has_asked = False

    def wait_next_invocation(self) -> InvocationRequest:
        """Return the next event.

        Raises:
            LambdaRuntimeClientError: The last outcome, or the question for an event, was refused.
            ConnectionError: The Runtime API has gone.
        """
        if not self._has_asked:
            self._say(_QUESTION, b"")
        head, payload = self._hear()
        self._has_asked = False
        request_id, deadline, function_arn, trace_id, client_context = head
        return InvocationRequest(
            invoke_id=request_id,
            x_amzn_trace_id=trace_id,
            invoked_function_arn=function_arn,
            deadline_time_in_ms=int(deadline),
            client_context=client_context or None,
            cognito_identity=None,
            tenant_id=None,
            content_type="application/json",
            event_body=payload,
            invocation_id=None,
        )

    def post_invocation_result(
        self,
        invoke_id: str,  # noqa: ARG002 - the connection has one event at a time
        result_data: "str | bytes",
        content_type: str = "application/json",  # noqa: ARG002 - whatever it is called
        invocation_id: "str | None" = None,  # noqa: ARG002 - the Runtime API here gives none
    ) -> None:
        """Give the result of an event, and ask for the next one."""
        self._say(_RESULT, result_data if isinstance(result_data, bytes) else result_data.encode())

    def post_invocation_error(
        self,
        invoke_id: str,  # noqa: ARG002 - the connection has one event at a time
        error_response_data: str,
        xray_fault: str,  # noqa: ARG002 - nobody here asks for the cause
        invocation_id: "str | None" = None,  # noqa: ARG002 - the Runtime API here gives none
    ) -> None:
        """Give the error of an event, and ask for the next one."""
        self._say(_ERROR, error_response_data.encode())

    def _say(self, kind: int, payload: bytes) -> None:
        self._socket.sendall(_TAKEN.pack(kind, len(payload)) + payload)
        self._has_asked = True

    def _hear(self) -> "tuple[list[str], bytes]":
        """Return the lines of the head and the payload of the next event."""
        received = self._received
        while len(received) < _GIVEN.size:
            self._read()
        kind, head_size, payload_size = _GIVEN.unpack_from(received)
        start = _GIVEN.size + head_size
        end = start + payload_size
        while len(received) < end:
            self._read()
        head = received[_GIVEN.size : start].decode().split("\n")
        payload = bytes(received[start:end])
        del received[:end]
        if kind == _REFUSAL:
            raise LambdaRuntimeClientError(_PATH, int(head[0]), payload)
        return head, payload

    def _read(self) -> None:
        data = self._socket.recv(_READ_BYTES)
        if not data:
            raise ConnectionError("The Runtime API has closed the connection")
        self._received += data


def main() -> None:
    """Run the handler that the command line names, for as long as there is a Runtime API."""
    if hasattr(os, "SCHED_BATCH"):
        # An event that arrives here is no reason to interrupt the gateway in its next message; a
        # container that forbids it does without.
        with contextlib.suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
    connection = socket.socket(fileno=int(sys.argv[2]))
    # What the handler starts would else hold the connection open after the end of this process.
    connection.set_inheritable(False)
    # Lambda looks for modules in the function's code first, and never beside its own program.
    sys.path[0] = os.environ["LAMBDA_TASK_ROOT"]
    bootstrap.run(sys.argv[1], RuntimeClient(os.environ["AWS_LAMBDA_RUNTIME_API"], connection))


if __name__ == "__main__":
    main()
