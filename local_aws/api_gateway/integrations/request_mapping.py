"""The body that a backend is sent: the message, or what a request template makes of the event.

From "Set up a WebSocket API integration request in API Gateway".
"""

import base64
import binascii
from typing import Final

from local_aws.api_gateway.integrations.integration import Call, Failure, IntegrationError
from local_aws.api_gateway.integrations.template_selection import select_template
from local_aws.api_gateway.java_text import encode
from local_aws.api_gateway.mapping_template.mapping_template import TemplateInput, render_template
from local_aws.api_gateway.mapping_template.rendering import TemplateError

_TO_BINARY: Final = "CONVERT_TO_BINARY"


def map_body(call: Call) -> bytes:
    """Return the body for a backend.

    Without a template that fits, the integration's passthrough behavior says whether the message
    goes there as it is.

    Raises:
        IntegrationError: It may not go there, or it cannot be mapped.
    """
    text = _text(call)
    if call.integration.raw.get("contentHandlingStrategy") != _TO_BINARY:
        return encode(text)
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise IntegrationError(
            Failure.NOT_CALLED,
            f"the integration has the content handling strategy {_TO_BINARY}, and what it is to"
            " be sent is not base64",
        ) from error


def _text(call: Call) -> str:
    raw = call.integration.raw
    templates: dict[str, str] = raw.get("requestTemplates") or {}
    template = select_template(raw.get("templateSelectionExpression"), templates, call.body)
    if template is None:
        behavior = raw.get("passthroughBehavior") or "WHEN_NO_MATCH"
        if behavior == "WHEN_NO_MATCH" or (behavior == "WHEN_NO_TEMPLATES" and not templates):
            return call.body
        raise IntegrationError(
            Failure.UNMAPPED,
            "no request template fits, and the integration's passthrough behavior is"
            f" {behavior}; add a template $default",
        )
    try:
        return render_template(template, _template_input(call))
    except TemplateError as error:
        raise IntegrationError(Failure.NOT_CALLED, f"the request template: {error}") from error


def _template_input(call: Call) -> TemplateInput:
    return TemplateInput(
        body=call.body,
        context=call.context,
        stage_variables=call.stage.stage.variables,
        headers=call.event.get("headers", {}),
        query=call.event.get("queryStringParameters", {}),
    )
