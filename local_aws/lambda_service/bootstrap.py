"""The program of an execution environment: AWS's runtime client, with a faster way to its events.

    python bootstrap.py HANDLER SOCKET

`awslambdaric` loads the handler, runs it, and writes logs and errors. Only the two calls that it
makes for each event are made here: on Python 3.12 and later it starts a thread to wait for the next
event, so that the main one can handle signals, and it waits for the answer to a result before it
asks for the next event. A plain socket waits in the main thread and lets signals be handled, and it
takes a result and the question that follows it in one piece. SOCKET is its number: the process has
inherited it, so that no event goes through TCP.

It runs on every Python that Lambda has, and imports nothing of ours.
"""

import os
import socket
import sys

from awslambdaric import bootstrap  # type: ignore[import-untyped]  # it ships no types
from awslambdaric.lambda_runtime_client import (  # type: ignore[import-untyped]  # as above
    InvocationRequest,
    LambdaRuntimeClient,
    LambdaRuntimeClientError,
)

_ROOT = "/2018-06-01/runtime/invocation"
_NEXT = f"GET {_ROOT}/next HTTP/1.1\r\nHost: runtime\r\n\r\n".encode()
_ACCEPTED, _OK = 202, 200
# A larger one may be refused, and then the process ends before it asks for another event.
_PIPELINED_BYTES = 65_536
_CAUSE_BYTES = 1_048_576
_READ_BYTES = 65_536


class RuntimeClient(LambdaRuntimeClient):  # type: ignore[misc]  # it has no types
    """Takes events from the Runtime API and gives it their outcomes, on one connection."""

    def __init__(self, address: str, connection: socket.socket) -> None:
        """Speak to the Runtime API on a connection; AWS's own client also needs its `host:port`."""
        super().__init__(address)
        self._socket = connection
        self._received = bytearray()
        self._unanswered = ""

    def wait_next_invocation(self) -> InvocationRequest:
        """Return the next event.

        Raises:
            LambdaRuntimeClientError: The last outcome, or the question for an event, was refused.
            ConnectionError: The Runtime API has gone.
        """
        if self._unanswered:
            self._expect(self._unanswered, _ACCEPTED)
            self._unanswered = ""
        else:
            self._socket.sendall(_NEXT)
        headers, body = self._expect(f"{_ROOT}/next", _OK)
        return InvocationRequest(
            invoke_id=headers.get("Lambda-Runtime-Aws-Request-Id"),
            x_amzn_trace_id=headers.get("Lambda-Runtime-Trace-Id"),
            invoked_function_arn=headers.get("Lambda-Runtime-Invoked-Function-Arn"),
            deadline_time_in_ms=int(headers["Lambda-Runtime-Deadline-Ms"]),
            client_context=headers.get("Lambda-Runtime-Client-Context"),
            cognito_identity=headers.get("Lambda-Runtime-Cognito-Identity"),
            tenant_id=headers.get("Lambda-Runtime-Aws-Tenant-Id"),
            content_type=headers.get("Content-Type"),
            event_body=body,
            invocation_id=headers.get("Lambda-Runtime-Invocation-Id"),
        )

    def post_invocation_result(
        self,
        invoke_id: str,
        result_data: "str | bytes",
        content_type: str = "application/json",
        invocation_id: "str | None" = None,  # noqa: ARG002 - the Runtime API here gives none
    ) -> None:
        """Give the result of an event."""
        body = result_data if isinstance(result_data, bytes) else result_data.encode()
        self._post(f"{_ROOT}/{invoke_id}/response", body, f"Content-Type: {content_type}\r\n")

    def post_invocation_error(
        self,
        invoke_id: str,
        error_response_data: str,
        xray_fault: str,
        invocation_id: "str | None" = None,  # noqa: ARG002 - the Runtime API here gives none
    ) -> None:
        """Give the error of an event; a cause of 1 MiB or more is left out."""
        cause = xray_fault if len(xray_fault.encode()) < _CAUSE_BYTES else ""
        self._post(
            f"{_ROOT}/{invoke_id}/error",
            error_response_data.encode(),
            "Content-Type: application/json\r\n"
            "Lambda-Runtime-Function-Error-Type: Unhandled\r\n"
            f"Lambda-Runtime-Function-XRay-Error-Cause: {cause}\r\n",
        )

    def _post(self, path: str, body: bytes, headers: str) -> None:
        head = (
            f"POST {path} HTTP/1.1\r\nHost: runtime\r\n{headers}Content-Length: {len(body)}\r\n\r\n"
        ).encode()
        if len(body) > _PIPELINED_BYTES:
            self._socket.sendall(head + body)
            self._expect(path, _ACCEPTED)
        else:
            self._socket.sendall(head + body + _NEXT)
            self._unanswered = path

    def _expect(self, path: str, status: int) -> "tuple[dict[str, str], bytes]":
        """Return the headers and the body of the next answer."""
        while (head_end := self._received.find(b"\r\n\r\n")) < 0:
            self._read()
        first, *lines = self._received[:head_end].decode("latin-1").split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines)
        start = head_end + len(b"\r\n\r\n")
        end = start + int(headers["Content-Length"])
        while len(self._received) < end:
            self._read()
        body = bytes(self._received[start:end])
        del self._received[:end]
        answered = int(first.split(" ", 2)[1])
        if answered != status:
            raise LambdaRuntimeClientError(path, answered, body)
        return headers, body

    def _read(self) -> None:
        data = self._socket.recv(_READ_BYTES)
        if not data:
            raise ConnectionError("The Runtime API has closed the connection")
        self._received += data


def main() -> None:
    """Run the handler that the command line names, for as long as there is a Runtime API."""
    connection = socket.socket(fileno=int(sys.argv[2]))
    # What the handler starts would else hold the connection open after the end of this process.
    connection.set_inheritable(False)
    # Lambda looks for modules in the function's code first, and never beside its own program.
    sys.path[0] = os.environ["LAMBDA_TASK_ROOT"]
    bootstrap.run(sys.argv[1], RuntimeClient(os.environ["AWS_LAMBDA_RUNTIME_API"], connection))


if __name__ == "__main__":
    main()
