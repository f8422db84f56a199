"""The variables of a mapping template: `$input`, `$context` and `$stageVariables`.

From "WebSocket API mapping template reference for API Gateway".
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, NoReturn

from local_aws.api_gateway.mapping_template.json_path import JsonPathError, find
from local_aws.api_gateway.mapping_template.parser import parse_template
from local_aws.api_gateway.mapping_template.rendering import (
    TemplateError,
    TemplateObject,
    render,
)
from local_aws.api_gateway.mapping_template.syntax import TemplateSyntaxError
from local_aws.api_gateway.mapping_template.utilities import UTILITIES

_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


class BodyNotJsonError(TemplateError):
    """A template asks for a part of a body that is no JSON."""


@dataclass(frozen=True, slots=True)
class TemplateInput:
    """What a template can read of an event.

    `body` is the message, or the integration's answer in a response template. `headers` and
    `query` have something at `$connect` alone. `context` is the event's request context.
    """

    body: str
    context: Mapping[str, Any]
    stage_variables: Mapping[str, str]
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)


def render_template(text: str, values: TemplateInput) -> str:
    """Render a mapping template.

    Raises:
        BodyNotJsonError: It asks for a part of a body that is no JSON.
        TemplateError: It cannot be read or rendered.
    """
    try:
        block = parse_template(text)
    except TemplateSyntaxError as error:
        raise TemplateError(str(error)) from error
    variables = {
        "input": _input(values),
        "util": UTILITIES,
        "context": _context(values.context),
        "stageVariables": dict(values.stage_variables),
    }
    return render(block, variables)


def parse_body(body: str) -> Any:
    """Return what a body says in JSON; nothing at all stands for an empty object.

    Raises:
        BodyNotJsonError: It is no JSON.
    """
    if not body.strip():
        return {}
    try:
        return json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise BodyNotJsonError("the template reads from a body that is not JSON") from error


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _context(context: Mapping[str, Any]) -> dict[str, Any]:
    """Copy a request context; what an authorizer says is text in a template."""
    copied: dict[str, Any] = json.loads(_ENCODER.encode(context))
    authorizer = copied.get("authorizer")
    if authorizer:
        copied["authorizer"] = {
            name: value if isinstance(value, str) else _ENCODER.encode(value)
            for name, value in authorizer.items()
        }
    return copied


def _input(values: TemplateInput) -> TemplateObject:
    parsed: list[Any] = []

    def at(path: str) -> Any:
        if not parsed:
            parsed.append(parse_body(values.body))
        try:
            return find(parsed[0], path)
        except JsonPathError as error:
            raise TemplateError(str(error)) from error

    def as_json(path: str) -> str:
        found = at(path)
        return _ENCODER.encode("" if found is None else found)

    return TemplateObject(
        properties={"body": values.body},
        methods={"json": as_json, "path": at, "params": partial(_parameters, values)},
    )


def _parameters(values: TemplateInput, name: str | None = None) -> Any:
    """Return all parameters, or one, that is looked for in the query string and then in headers."""
    if name is None:
        return {
            "path": {},
            "querystring": dict(values.query),
            "header": dict(values.headers),
        }
    if name in values.query:
        return values.query[name]
    lowered = name.lower()
    found = [value for present, value in values.headers.items() if present.lower() == lowered]
    return found[-1] if found else None
