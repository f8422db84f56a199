"""Models: what a message has to look like before it reaches an integration.

From "Request validation in API Gateway WebSocket APIs": JSON Schema, draft 4.
"""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from jsonschema import Draft4Validator
from jsonschema.exceptions import SchemaError, ValidationError, best_match
from referencing import Registry
from referencing.exceptions import Unresolvable

from local_aws.api_gateway.selection import (
    DEFAULT_KEY,
    SelectionExpressionError,
    parse_selection_expression,
)
from local_aws.publication import Model, Route

_JSON: Final = "application/json"
# Without a registry of its own, a schema could have the validator fetch others from anywhere.
_NO_OTHER_SCHEMAS: Final[Registry[Any]] = Registry()


class ModelError(Exception):
    """A message cannot be validated, because its route's model or expression is unusable."""


def find_violation(route: Route, models: Mapping[str, Model], body: str) -> str | None:
    """Tell how a message breaks the model of its route, never in its own words, or return None.

    Without a model selection expression there is no model; with one, a message that selects none
    breaks the rule that it has to.

    Raises:
        ModelError: The model cannot be had or used.
    """
    if route.model_selection_expression is None:
        return None
    name = _select(route, body)
    if name is None:
        return "no model is selected by the message, and the route has none for $default"
    model = models.get(name)
    if model is None:
        raise ModelError(
            f"the route {route.route_key!r} has the model {name!r}, which is not in the deployment;"
            " deploy again"
        )
    if model.content_type not in (None, _JSON):
        return None
    try:
        document = json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return f"the message is not JSON, which the model {name} asks for"
    try:
        error = best_match(validator_of(model).iter_errors(document))
    except Unresolvable as unresolvable:
        raise ModelError(
            f"the model {name} refers to a schema that it does not hold: {unresolvable}"
        ) from unresolvable
    except RecursionError as endless:
        raise ModelError(f"the model {name} refers to itself without end") from endless
    return None if error is None else _describe(name, error)


def _select(route: Route, body: str) -> str | None:
    try:
        expression = parse_selection_expression(route.model_selection_expression or "")
    except SelectionExpressionError as error:
        raise ModelError(str(error)) from error
    key = expression.evaluate(body)
    models = route.request_models
    return models.get(DEFAULT_KEY) if key is None else models.get(key, models.get(DEFAULT_KEY))


@lru_cache(maxsize=256)
def validator_of(model: Model) -> Draft4Validator:
    """Return what validates messages by a model.

    Raises:
        ModelError: It is no JSON Schema.
    """
    name = model.name
    try:
        document = json.loads(model.schema)
        Draft4Validator.check_schema(document)
    except ValueError as error:
        raise ModelError(f"the model {name} is not JSON: {error}") from error
    except SchemaError as error:
        raise ModelError(f"the model {name} is no JSON Schema: {error.message}") from error
    return Draft4Validator(document, registry=_NO_OTHER_SCHEMAS)


def _describe(name: str, error: ValidationError) -> str:
    return f"the rule {error.validator!r} of the model {name} does not hold at {error.json_path}"


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")
