"""One line of the control plane, read.

The control plane writes `Ready` or `Failed` first, then the whole `State` after each change and
before the call that made the change is answered.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from local_aws.publication.access import parse_api_key, parse_domain, parse_usage_plan
from local_aws.publication.apis import parse_api
from local_aws.publication.event_source_mappings import parse_event_source_mapping
from local_aws.publication.fields import Fields, MalformedPublicationError
from local_aws.publication.functions import (
    parse_alias,
    parse_event_invoke_config,
    parse_function,
)

if TYPE_CHECKING:
    from local_aws.publication.access import ApiKey, Domain, UsagePlan
    from local_aws.publication.apis import Api
    from local_aws.publication.event_source_mappings import EventSourceMapping
    from local_aws.publication.functions import Alias, EventInvokeConfig, Function


@dataclass(frozen=True, slots=True)
class Ready:
    """The control plane accepts calls at `aws_endpoint`, an `http://host:port` address."""

    aws_endpoint: str


@dataclass(frozen=True, slots=True)
class Failed:
    """The control plane could not start; `message` says why and what to do."""

    message: str


@dataclass(frozen=True, slots=True)
class State:
    """Everything that the data plane serves; a later publication has a higher `version`.

    `functions` holds each function as `$LATEST` and once more for each version that it published.
    """

    version: int
    apis: tuple[Api, ...]
    functions: tuple[Function, ...]
    aliases: tuple[Alias, ...] = ()
    api_keys: tuple[ApiKey, ...] = ()
    usage_plans: tuple[UsagePlan, ...] = ()
    domains: tuple[Domain, ...] = ()
    event_invoke_configs: tuple[EventInvokeConfig, ...] = ()
    event_source_mappings: tuple[EventSourceMapping, ...] = ()


Publication = Ready | Failed | State


def parse_publication(line: str | bytes) -> Publication:
    """Read one line of the control plane.

    Raises:
        MalformedPublicationError: the line is not JSON, or lacks a field, or a field has another
            type; nothing is returned in part.
    """
    try:
        document = json.loads(line)
    except ValueError as error:
        raise MalformedPublicationError(f"A publication is not JSON: {error}.") from error
    fields = Fields(document, "publication")
    match fields.text("type"):
        case "ready":
            return Ready(aws_endpoint=fields.text("aws_endpoint"))
        case "failed":
            return Failed(message=fields.text("message"))
        case "state":
            return _state(fields)
        case other:
            raise MalformedPublicationError(
                f"A publication's type is {other!r}; it must be ready, failed or state."
            )


def _state(fields: Fields) -> State:
    return State(
        version=fields.integer("version"),
        apis=tuple(parse_api(each) for each in fields.items("apis")),
        functions=tuple(parse_function(each) for each in fields.items("functions")),
        aliases=tuple(parse_alias(each) for each in fields.items("aliases")),
        api_keys=tuple(parse_api_key(each) for each in fields.items("api_keys")),
        usage_plans=tuple(parse_usage_plan(each) for each in fields.items("usage_plans")),
        domains=tuple(parse_domain(each) for each in fields.items("domains")),
        event_invoke_configs=tuple(
            parse_event_invoke_config(each) for each in fields.items("event_invoke_configs")
        ),
        event_source_mappings=tuple(
            parse_event_source_mapping(each) for each in fields.items("event_source_mappings")
        ),
    )
