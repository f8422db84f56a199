"""Which operation of which service a call asks for, and with what parameters."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from botocore.exceptions import UnknownServiceError
from botocore.model import OperationNotFoundError
from moto.core.parse import PROTOCOL_PARSERS, RequestParserError
from moto.core.request import Request, determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.utils import get_service_model
from werkzeug.exceptions import NotFound

from local_aws.control_plane.authorization.signature import Signature

# botocore's names of services that are signed under another one.
_SERVICES: Final[Mapping[str, str]] = {"monitoring": "cloudwatch", "states": "stepfunctions"}


class UnknownCallError(Exception):
    """A call asks for no operation that its service has."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call; `service` is the name that it is signed for, `protocol` that of its service."""

    service: str
    operation: str
    parameters: Mapping[str, Any]
    region: str
    account_id: str
    protocol: str


def read_call(environ: dict[str, Any], signature: Signature, account_id: str) -> Call:
    """Read a call; its body can be read once more afterwards.

    Raises:
        UnknownCallError: the call asks for no operation that its service has.
    """
    body = _body(environ)
    environ["wsgi.input"] = io.BytesIO(body)
    request = Request({**environ, "wsgi.input": io.BytesIO(body)})
    name = _service_name(environ, signature)
    try:
        model = get_service_model(name)
        protocol = determine_request_protocol(model, request.content_type)
        operation, path_parameters = _operation(name, protocol, request)
        parser = PROTOCOL_PARSERS[protocol](model.operation_model(operation))
        parameters = parser.parse(
            {
                "method": request.method,
                "values": request.values,
                "headers": request.headers,
                "body": body,
                "url_path": request.path,
                "url_params": path_parameters,
            }
        )
    except (
        KeyError,
        NotFound,
        NotImplementedError,
        OperationNotFoundError,
        RequestParserError,
        UnknownServiceError,
        ValueError,
    ) as error:
        raise UnknownCallError(f"{signature.service}: {error}") from error
    parameters = parameters or {}
    if name == "sqs" and protocol == "query" and request.path != "/":
        # The query protocol may name the queue by the address that is called, and by nothing else.
        parameters = {"QueueUrl": request.path, **parameters}
    return Call(
        service=signature.service,
        operation=operation,
        parameters=parameters,
        region=signature.region,
        account_id=account_id,
        protocol=protocol,
    )


def protocol_of(environ: Mapping[str, Any], service: str) -> str:
    """Return the protocol in which a call is answered by a service, by the name that it signs for.

    A service that nobody knows answers in JSON.
    """
    try:
        model = get_service_model(_SERVICES.get(service, service))
        return determine_request_protocol(model, environ.get("CONTENT_TYPE"))
    except (NotImplementedError, UnknownServiceError):
        return "json"


def _body(environ: Mapping[str, Any]) -> bytes:
    """Read a body, whose length is not told in advance where it comes in chunks."""
    if length := environ.get("CONTENT_LENGTH"):
        body: bytes = environ["wsgi.input"].read(int(length))
        return body
    return environ["wsgi.input"].read() if environ.get("wsgi.input_terminated") else b""


def _service_name(environ: Mapping[str, Any], signature: Signature) -> str:
    """Return botocore's name of the service."""
    if environ.get("HTTP_X_AMZ_TARGET", "").startswith("DynamoDBStreams"):
        return "dynamodbstreams"
    if signature.service == "apigateway" and environ.get("PATH_INFO", "").startswith("/v2/"):
        return "apigatewayv2"
    return _SERVICES.get(signature.service, signature.service)


def _operation(service_name: str, protocol: str, request: Request) -> tuple[str, dict[str, Any]]:
    """Return the operation's name and the parameters that are parts of its path."""
    match protocol:
        case "json":
            return request.headers["X-Amz-Target"].rpartition(".")[2], {}
        case "query" | "ec2":
            return str(request.values["Action"]), {}
        case _:
            operation, parameters = get_service_router(service_name).match(request)
            return operation.name, parameters
