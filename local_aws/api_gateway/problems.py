"""What in a deployment cannot work as it is written, found before an event meets it."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from local_aws.api_gateway.mapping_template.parser import parse_template
from local_aws.api_gateway.mapping_template.syntax import TemplateSyntaxError
from local_aws.api_gateway.models import ModelError, validator_of
from local_aws.api_gateway.selection import (
    TEMPLATE_ROOTS,
    SelectionExpressionError,
    parse_selection_expression,
)
from local_aws.publication import Deployment, Integration


def find_problems(api_id: str, deployment: Deployment) -> list[str]:
    """Return one sentence for each problem of an API's models and integrations."""
    used = {route.target_integration_id for route in deployment.routes.values()}
    problems = [
        f"The integration {each.integration_id} of API {api_id}{problem}"
        for each in deployment.integrations.values()
        if each.integration_id in used
        for problem in _integration_problems(each)
    ]
    used_models = {
        name
        for route in deployment.routes.values()
        if route.model_selection_expression is not None
        for name in route.request_models.values()
    }
    for name in sorted(used_models & deployment.models.keys()):
        try:
            validator_of(deployment.models[name])
        except ModelError as error:
            problems.append(f"Messages to API {api_id} fail: {error}.")
    return problems


def _integration_problems(integration: Integration) -> Iterator[str]:
    raw = integration.raw
    if raw.get("connectionType") == "VPC_LINK":
        yield (
            " has a VPC link: there is no VPC here, so it is called at"
            f" {integration.integration_uri} itself."
        )
    yield from _template_problems(raw, "request", raw.get("requestTemplates") or {})
    for response in raw.get("integrationResponses") or ():
        key: str = response["integrationResponseKey"]
        if key.startswith("/") and not _is_pattern(key[1:-1]):
            yield f" has a response with the key {key}, which is no regular expression."
        yield from _template_problems(response, "response", response.get("responseTemplates") or {})


def _template_problems(
    holder: Mapping[str, Any], kind: str, templates: Mapping[str, str]
) -> Iterator[str]:
    for key, template in templates.items():
        try:
            parse_template(template)
        except TemplateSyntaxError as error:
            yield f" has a {kind} template {key!r} that cannot be read: {error}."
    expression = holder.get("templateSelectionExpression")
    if expression is not None:
        try:
            parse_selection_expression(expression, roots=TEMPLATE_ROOTS)
        except SelectionExpressionError as error:
            yield f" cannot select its {kind} template: {error}."


def _is_pattern(text: str) -> bool:
    try:
        re.compile(text)
    except re.error:
        return False
    return True
