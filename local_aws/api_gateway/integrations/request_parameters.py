"""Request parameters: values of an event, copied into a request's headers, query and path.

From "Data mapping for WebSocket APIs in API Gateway".
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from local_aws.api_gateway.integrations.integration import Call, Failure, IntegrationError
from local_aws.api_gateway.java_text import encode, to_text
from local_aws.api_gateway.mapping_template.json_path import JsonPathError, find
from local_aws.http1 import Headers

_TARGET: Final = re.compile(
    r"integration\.request\.(?P<place>header|querystring|path)\.(?P<name>.+)"
)
_SOURCE: Final = re.compile(
    r"""
      '(?P<static>.*)'
    | route\.request\.body (?: \. (?P<body>.+) )?
    | route\.request\.(?P<place>(?:multivalue)?(?:header|querystring))\.(?P<name>.+)
    | stageVariables\.(?P<variable>.+)
    | context\.(?P<context>.+)
    """,
    re.VERBOSE | re.DOTALL,
)
_EVENT_KEYS: Final = {
    "header": "headers",
    "multivalueheader": "multiValueHeaders",
    "querystring": "queryStringParameters",
    "multivaluequerystring": "multiValueQueryStringParameters",
}


@dataclass(frozen=True, slots=True)
class RequestParameters:
    """What a request to a backend takes over from the event; a header may be there twice."""

    headers: Headers = ()
    query: tuple[tuple[str, str], ...] = ()
    path: tuple[tuple[str, str], ...] = ()

    def header(self, name: str) -> str | None:
        """Return the last value of a header, whatever the case of its name, or None."""
        lowered = name.lower()
        return next((value for each, value in self.headers[::-1] if each.lower() == lowered), None)


def map_parameters(call: Call) -> RequestParameters:
    """Evaluate an integration's request parameters; one whose value is missing is left out.

    Raises:
        IntegrationError: A parameter or its source is none that WebSocket APIs know.
    """
    places: dict[str, list[tuple[str, str]]] = {"header": [], "querystring": [], "path": []}
    for target, source in (call.integration.raw.get("requestParameters") or {}).items():
        matched = _TARGET.fullmatch(target)
        if matched is None:
            raise IntegrationError(
                Failure.NOT_CALLED,
                f"the request parameter {target!r} is none; write integration.request.header.NAME,"
                " .querystring.NAME or .path.NAME",
            )
        places[matched["place"]] += [(matched["name"], each) for each in _values(call, source)]
    return RequestParameters(
        tuple(places["header"]), tuple(places["querystring"]), tuple(places["path"])
    )


def _values(call: Call, source: str) -> list[str]:
    matched = _SOURCE.fullmatch(source)
    if matched is None:
        raise IntegrationError(
            Failure.NOT_CALLED,
            f"the request parameter's source {source!r} is none; write route.request.header.NAME,"
            " .querystring.NAME or .body.PATH, context.NAME, stageVariables.NAME or 'TEXT'",
        )
    value: Any
    if matched["static"] is not None:
        value = matched["static"]
    elif matched["variable"] is not None:
        value = call.stage.stage.variables.get(matched["variable"])
    elif matched["context"] is not None:
        value = _within(call.context, matched["context"])
    elif matched["place"] is not None:
        value = _parameter(call.event.get(_EVENT_KEYS[matched["place"]], {}), matched)
    else:
        value = _in_body(call.body, matched["body"])
    if isinstance(value, list) and (matched["place"] or "").startswith("multi"):
        return [str(each) for each in value]
    return [] if value is None else [encode(to_text(value)).decode()]


def _parameter(values: Mapping[str, Any], matched: re.Match[str]) -> Any:
    """Return a header, whatever the case of its name, or a parameter of the query string."""
    name = matched["name"]
    if matched["place"].endswith("querystring"):
        return values.get(name)
    lowered = name.lower()
    return next((value for each, value in values.items() if each.lower() == lowered), None)


def _within(context: Mapping[str, Any], path: str) -> Any:
    value: Any = context
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _in_body(body: str, path: str | None) -> Any:
    if path is None:
        return body
    try:
        return find(json.loads(body), path)
    except JsonPathError as error:
        raise IntegrationError(
            Failure.NOT_CALLED, f"the request parameter's source {path!r}: {error}"
        ) from error
    except (ValueError, RecursionError):
        return None
