"""Lambda's Invoke operation on a loopback port, through which the control plane runs functions.

See "Invoke" in the AWS Lambda API Reference.
"""

import base64
import binascii
import json
import re
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

from local_aws.http1 import Headers, HttpServer, HttpServerProtocol, Limits, Request, Response
from local_aws.lambda_service.errors import (
    FunctionNotFound,
    InvalidParameterValueError,
    InvalidRequestContentError,
    LambdaServiceError,
    TooManyRequestsError,
)
from local_aws.lambda_service.invocation import (
    InvocationOptions,
    InvocationResult,
    InvocationType,
)
from local_aws.lambda_service.service import LambdaService

_PATH: Final = re.compile(r"/2015-03-31/functions/(?P<function>[^/]+)/invocations")
_JSON: Final = ("Content-Type", "application/json")
# Above Lambda's own limit, so that the service can answer with the size that it found.
_LIMITS: Final = Limits(maximum_body_bytes=16 * 1024**2)
_STATUS: Final = {
    InvocationType.REQUEST_RESPONSE: HTTPStatus.OK,
    InvocationType.EVENT: HTTPStatus.ACCEPTED,
    InvocationType.DRY_RUN: HTTPStatus.NO_CONTENT,
}


class InvokeApi:
    """A port of 127.0.0.1 that answers Invoke for a service's functions."""

    def __init__(self, server: HttpServer) -> None:
        self._server = server

    @classmethod
    async def start(cls, service: LambdaService, *, port: int = 0) -> "InvokeApi":
        """Listen on a port, 0 being one that the system picks.

        Raises:
            OSError: The port is in use.
        """

        async def answer(request: Request, _protocol: HttpServerProtocol) -> Response:
            try:
                return await _invoke(service, request)
            except LambdaServiceError as error:
                return _refusal(error)

        return cls(await HttpServer.start(answer, port=port, limits=_LIMITS))

    @property
    def address(self) -> str:
        """Where it listens, as `host:port`."""
        return f"127.0.0.1:{self._server.port}"

    async def close(self) -> None:
        """Stop listening; invocations that have begun go on."""
        await self._server.close()


async def _invoke(service: LambdaService, request: Request) -> Response:
    url = urlsplit(request.target)
    matched = _PATH.fullmatch(url.path)
    if matched is None or request.method != "POST":
        raise FunctionNotFound(f"{request.method} {url.path} is no operation of this API.")
    invocation_type = _invocation_type(request)
    result = await service.invoke(
        _function(unquote(matched["function"]), parse_qs(url.query).get("Qualifier", [])),
        _payload(request.body),
        invocation_type=invocation_type,
        options=InvocationOptions(
            client_context=_client_context(request.header("X-Amz-Client-Context")),
            trace_id=request.header("X-Amzn-Trace-Id"),
            wants_log_tail=request.header("X-Amz-Log-Type") == "Tail",
        ),
    )
    status = _STATUS[invocation_type]
    if invocation_type is not InvocationType.REQUEST_RESPONSE:
        return Response(status)
    return Response(status, _headers(result), result.payload)


def _function(name: str, qualifiers: list[str]) -> str:
    return f"{name}:{qualifiers[-1]}" if qualifiers else name


def _invocation_type(request: Request) -> InvocationType:
    named = request.header("X-Amz-Invocation-Type") or InvocationType.REQUEST_RESPONSE
    try:
        return InvocationType(named)
    except ValueError as error:
        allowed = ", ".join(InvocationType)
        raise InvalidParameterValueError(
            f"X-Amz-Invocation-Type is {named!r}; it must be one of {allowed}."
        ) from error


def _payload(body: bytes) -> bytes:
    """Return the event; without one a function gets an empty object."""
    if not body:
        return b"{}"
    try:
        json.loads(body)
    except ValueError as error:
        raise InvalidRequestContentError(
            f"Could not parse request body into json: {error}"
        ) from error
    return body


def _client_context(encoded: str | None) -> str | None:
    """Return the client context as JSON in one line, as it has to fit into a header."""
    if encoded is None:
        return None
    try:
        return json.dumps(json.loads(base64.b64decode(encoded, validate=True)))
    except (ValueError, binascii.Error) as error:
        raise InvalidRequestContentError(
            "X-Amz-Client-Context must be a JSON object in base64."
        ) from error


def _headers(result: InvocationResult) -> tuple[tuple[str, str], ...]:
    headers = [_JSON, ("X-Amz-Executed-Version", result.executed_version)]
    if result.function_error is not None:
        headers.append(("X-Amz-Function-Error", result.function_error))
    if result.log_tail:
        headers.append(("X-Amz-Log-Result", base64.b64encode(result.log_tail).decode()))
    return tuple(headers)


def _refusal(error: LambdaServiceError) -> Response:
    headers: Headers = (_JSON, ("x-amzn-ErrorType", error.error_type))
    body = {"Type": "User" if error.status < HTTPStatus.INTERNAL_SERVER_ERROR else "Service"}
    if isinstance(error, TooManyRequestsError):
        headers = (*headers, ("Retry-After", str(error.retry_after_seconds)))
        body |= {"Reason": error.reason, "message": str(error)}
    else:
        body["Message"] = str(error)
    return Response(error.status, headers, json.dumps(body).encode())
