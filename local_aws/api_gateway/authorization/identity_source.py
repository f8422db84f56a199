"""Identity sources: what of a handshake has to be there before a Lambda authorizer is asked.

From "Control access to WebSocket APIs with AWS Lambda REQUEST authorizers" and the member
IdentitySource of "CreateAuthorizer".
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from local_aws.http1 import Headers

_SOURCE: Final = re.compile(
    r"(?P<place>route\.request\.header|route\.request\.querystring|stageVariables|context)"
    r"\.(?P<name>.+)"
)


class IdentitySourceError(ValueError):
    """An identity source is none that a WebSocket API knows; the message names it."""


@dataclass(frozen=True, slots=True)
class IdentityFields:
    """What identity sources can name; `context` is the request context of the event."""

    headers: Headers
    query: Mapping[str, str]
    stage_variables: Mapping[str, str]
    context: Mapping[str, Any]


def missing_identity_source(sources: tuple[str, ...], fields: IdentityFields) -> str | None:
    """Return the first source that is absent or empty, or None if all are there.

    Raises:
        IdentitySourceError: A source is not of the form that WebSocket APIs have.
    """
    return next((source for source in sources if not _value(source, fields)), None)


def _value(source: str, fields: IdentityFields) -> Any:
    matched = _SOURCE.fullmatch(source)
    if matched is None:
        raise IdentitySourceError(
            f"the identity source {source!r} is none; write route.request.header.NAME or"
            " route.request.querystring.NAME"
        )
    name = matched["name"]
    match matched["place"]:
        case "route.request.header":
            lowered = name.lower()
            values = [value for present, value in fields.headers if present.lower() == lowered]
            return values[-1] if values else None
        case "route.request.querystring":
            return fields.query.get(name)
        case "stageVariables":
            return fields.stage_variables.get(name)
        case _:
            value: Any = fields.context
            for part in name.split("."):
                value = value.get(part) if isinstance(value, Mapping) else None
            return value
