"""AWS's refusal of a call, in the protocol of the service that is called."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from uuid import uuid4
from xml.sax.saxutils import escape

_XML: Final = frozenset({"ec2", "query", "rest-xml"})


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered in place of a service."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


def access_denied(service: str, protocol: str, message: str) -> Answer:
    """Refuse a call that policies do not allow, under the code of the service."""
    match protocol, service:
        case "query", "sns":
            code = "AuthorizationError"
        case _ if protocol in _XML:
            code = "AccessDenied"
        case _:
            code = "AccessDeniedException"
    return _refusal(service, protocol, code, message)


def invalid_token(service: str, protocol: str) -> Answer:
    """Refuse a call that is signed with the key of nobody."""
    if protocol == "rest-xml":
        message = "The AWS Access Key Id you provided does not exist in our records."
        return _refusal(service, protocol, "InvalidAccessKeyId", message)
    code = "InvalidClientTokenId" if protocol in _XML else "UnrecognizedClientException"
    return _refusal(
        service, protocol, code, "The security token included in the request is invalid."
    )


def expired_token(service: str, protocol: str) -> Answer:
    """Refuse a call of a session that is over."""
    is_xml = protocol in _XML
    code = "ExpiredToken" if is_xml else "ExpiredTokenException"
    return _refusal(
        service, protocol, code, "The security token included in the request is expired"
    )


def _refusal(service: str, protocol: str, code: str, message: str) -> Answer:
    request_id = str(uuid4())
    headers = {"x-amzn-requestid": request_id}
    status = HTTPStatus.FORBIDDEN
    if protocol in _XML:
        headers["Content-Type"] = "text/xml"
        error = f"<Code>{code}</Code><Message>{escape(message)}</Message>"
        body = (
            f"<ErrorResponse><Error><Type>Sender</Type>{error}</Error>"
            f"<RequestId>{request_id}</RequestId></ErrorResponse>"
            if protocol != "rest-xml"
            else f"<Error>{error}<RequestId>{request_id}</RequestId></Error>"
        )
        return _answer(status, headers, body)
    headers["x-amzn-errortype"] = code
    if protocol == "rest-json":
        headers["Content-Type"] = "application/json"
        return _answer(status, headers, json.dumps({"Message": message}))
    headers["Content-Type"] = "application/x-amz-json-1.0"
    if service == "sqs":
        # What clients of the query protocol, which SQS had before, know the error by.
        headers["x-amzn-query-error"] = f"{code.removesuffix('Exception')};Sender"
    else:
        status = HTTPStatus.BAD_REQUEST
    return _answer(status, headers, json.dumps({"__type": code, "message": message}))


def _answer(status: HTTPStatus, headers: Mapping[str, str], body: str) -> Answer:
    encoded = body.encode()
    return Answer(status.value, (*headers.items(), ("Content-Length", str(len(encoded)))), encoded)
