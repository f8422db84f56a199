"""The Runtime API over HTTP, as any runtime client speaks it."""

import re
from collections import deque
from http import HTTPStatus
from typing import Final

from local_aws.http1 import (
    CONTINUE,
    Headers,
    Limits,
    Parsed,
    Request,
    RequestParser,
    Response,
    serialize,
)
from local_aws.lambda_service.runtime_connection import RuntimeConnection
from local_aws.lambda_service.runtime_state import (
    Refusal,
    RuntimeEvent,
    RuntimeState,
    error_payload,
)

_ROOT: Final = "/2018-06-01/runtime"
_NEXT: Final = f"{_ROOT}/invocation/next"
_INIT_ERROR: Final = f"{_ROOT}/init/error"
_OUTCOME: Final = re.compile(
    rf"{_ROOT}/invocation/(?P<request_id>[^/]+)/(?P<outcome>response|error)"
)
_JSON: Final[Headers] = (("Content-Type", "application/json"),)
_ACCEPTED: Final = Response(HTTPStatus.ACCEPTED, _JSON, b'{"status":"OK"}\n')
# The runtime client sends the cause of an error in a header of up to 1 MiB. A result that is too
# large is still read, so that the error can tell its size.
_LIMITS: Final = Limits(
    maximum_head_bytes=2 * 1024**2,
    maximum_body_bytes=256 * 1024**2,
    idle_timeout_seconds=None,
)


class RuntimeHttpConnection(RuntimeConnection):
    """One connection to the port of an environment, whose requests are answered in order."""

    def __init__(self, state: RuntimeState) -> None:
        """Prepare; `state` decides on what is asked."""
        super().__init__(state)
        self._parser = RequestParser(_LIMITS)
        self._requests: deque[Parsed | Response] = deque()
        self._is_waiting = False
        self._keep_alive = True

    def give(self, event: RuntimeEvent) -> None:
        """Answer the question for an event, and go on with what was asked after it."""
        context = event.client_context
        headers = (
            *_JSON,
            ("Lambda-Runtime-Aws-Request-Id", event.request_id),
            ("Lambda-Runtime-Deadline-Ms", str(event.deadline_milliseconds)),
            ("Lambda-Runtime-Invoked-Function-Arn", event.function_arn),
            ("Lambda-Runtime-Trace-Id", event.trace_id),
            *((("Lambda-Runtime-Client-Context", context),) if context else ()),
        )
        self._answer(Response(HTTPStatus.OK, headers, event.payload))
        self._advance()

    def data_received(self, data: bytes) -> None:
        """Answer what is asked."""
        self._requests.extend(self._parser.feed(data))
        if self._parser.wants_continue:
            self._parser.wants_continue = False
            self._transport.write(CONTINUE)
        self._advance()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell that the client has gone, and answer nothing more."""
        self._requests.clear()
        super().connection_lost(exc)

    # What happens in between

    def _advance(self) -> None:
        """Answer what waits to be answered; after a question for an event, once that is there."""
        while self._requests and self._keep_alive and not self._is_waiting:
            parsed = self._requests.popleft()
            if isinstance(parsed, Response):
                self._keep_alive = False
                self._answer(parsed)
                break
            self._keep_alive = parsed.keep_alive
            self._is_waiting = True
            response = self._response(parsed.request)
            if response is not None:
                self._answer(response)
        if self._is_waiting:
            if self._requests:
                self._transport.pause_reading()
        elif self._keep_alive:
            self._transport.resume_reading()
        else:
            self._transport.close()

    def _response(self, request: Request) -> Response | None:
        """Return the answer to a request, or None if it is an event that is yet to come."""
        match request.method, request.target:
            case "GET", target if target == _NEXT:
                refusal = self._state.wait(self)
                return None if refusal is None else _refused(refusal)
            case "POST", target if target == _INIT_ERROR:
                self._state.fail_initialization(request.body)
                return _ACCEPTED
            case "POST", target if matched := _OUTCOME.fullmatch(target):
                take = self._state.respond if matched["outcome"] == "response" else self._state.fail
                refusal = take(request.body, matched["request_id"])
                return _ACCEPTED if refusal is None else _refused(refusal)
        return _refused(
            Refusal(HTTPStatus.NOT_FOUND, "NotFound", f"No {request.method} {request.target}")
        )

    def _answer(self, response: Response) -> None:
        self._is_waiting = False
        self._transport.write(serialize(response, keep_alive=self._keep_alive))


def _refused(refusal: Refusal) -> Response:
    return Response(refusal.status, _JSON, error_payload(refusal.error_type, refusal.message))
