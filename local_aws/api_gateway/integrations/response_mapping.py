"""What a backend's answer becomes: the integration response that fits, and its template.

From "Set up WebSocket API integration responses in API Gateway".
"""

import base64
import binascii
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from local_aws.api_gateway.integrations.integration import (
    Answer,
    Call,
    Failure,
    IntegrationError,
)
from local_aws.api_gateway.integrations.template_selection import select_template
from local_aws.api_gateway.java_text import encode
from local_aws.api_gateway.mapping_template.mapping_template import TemplateInput, render_template
from local_aws.api_gateway.mapping_template.rendering import TemplateError
from local_aws.api_gateway.selection import (
    DEFAULT_KEY,
    RESPONSE_BODY,
    RESPONSE_HEADER,
    RESPONSE_STATUS_CODE,
)
from local_aws.http1 import Headers

_PATTERN: Final = re.compile(r"/(?P<pattern>.*)/", re.DOTALL)


@dataclass(frozen=True, slots=True)
class BackendAnswer:
    """What a backend answered; `selector` is what the keys of integration responses match."""

    status_code: int
    headers: Headers
    body: bytes
    selector: str
    remark: str = ""


def map_answer(call: Call, answer: BackendAnswer) -> Answer:
    """Map an answer by the integration response whose key matches it.

    The status of the backend decides on a handshake, but one that `$default` takes lets it through:
    API Gateway has not said otherwise.

    Raises:
        IntegrationError: No response fits, or it cannot be applied.
    """
    responses: Iterable[Mapping[str, Any]] = call.integration.raw.get("integrationResponses") or ()
    key, response = _select(responses, answer)
    body = _body(call, response, answer)
    status, remark = answer.status_code, answer.remark
    if key == DEFAULT_KEY and status >= HTTPStatus.BAD_REQUEST:
        status = HTTPStatus.OK
        if call.route.route_key == "$connect":
            remark = (
                f"{remark}; the integration response $default lets the client in all the same:"
                f" add one with the key /{answer.status_code}/ to refuse it"
            ).lstrip("; ")
    return Answer(status, (), body, answer.status_code, remark)


def _select(
    responses: Iterable[Mapping[str, Any]], answer: BackendAnswer
) -> tuple[str, Mapping[str, Any]]:
    default: Mapping[str, Any] | None = None
    for response in responses:
        key: str = response["integrationResponseKey"]
        pattern = _PATTERN.fullmatch(key)
        if key == DEFAULT_KEY:
            default = response
        elif pattern is not None and _matches(pattern["pattern"], answer.selector):
            return key, response
    if default is None:
        raise IntegrationError(
            Failure.NOT_CALLED,
            f"{f'{answer.remark}; ' if answer.remark else ''}no integration response has a key that"
            f" fits {answer.selector!r}, and there is none for $default",
        )
    return DEFAULT_KEY, default


def _matches(pattern: str, selector: str) -> bool:
    try:
        return re.fullmatch(pattern, selector, re.DOTALL) is not None
    except re.error as error:
        raise IntegrationError(
            Failure.NOT_CALLED,
            f"the integration response key /{pattern}/ is no regular expression: {error}",
        ) from error


def _body(call: Call, response: Mapping[str, Any], answer: BackendAnswer) -> bytes:
    text = _text(answer.body, response.get("contentHandlingStrategy"))
    templates: dict[str, str] = response.get("responseTemplates") or {}
    expression = response.get("templateSelectionExpression")
    template = select_template(expression, templates, call.body, _documents(answer, text))
    if template is None:
        return text.encode()
    values = TemplateInput(
        body=text,
        context={**call.context, "status": str(answer.status_code)},
        stage_variables=call.stage.stage.variables,
    )
    try:
        return encode(render_template(template, values))
    except TemplateError as error:
        raise IntegrationError(Failure.NOT_CALLED, f"the response template: {error}") from error


def _text(body: bytes, strategy: str | None) -> str:
    """Return the text of an answer, encoded or decoded as its content handling strategy says."""
    try:
        if strategy == "CONVERT_TO_BINARY":
            return base64.b64decode(body, validate=True).decode()
        return body.decode()
    except (UnicodeDecodeError, binascii.Error) as error:
        if strategy == "CONVERT_TO_TEXT":
            return base64.b64encode(body).decode("ascii")
        raise IntegrationError(
            Failure.FAILED,
            "the backend's answer is no text in UTF-8, which a message has to be; give its"
            " integration response the content handling strategy CONVERT_TO_TEXT",
        ) from error


def _documents(answer: BackendAnswer, text: str) -> Mapping[str, Any]:
    """Return what the template selection expression of a response can name."""
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        body = None
    return {
        RESPONSE_BODY: body,
        RESPONSE_HEADER: {name.lower(): value for name, value in answer.headers},
        RESPONSE_STATUS_CODE: answer.status_code,
    }
