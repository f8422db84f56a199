"""Who may use a WebSocket API, and under which names: API keys, usage plans and domain names.

Names follow API Gateway's own responses: GetApiKey and GetUsagePlan of the first version,
GetDomainName and GetApiMappings of the second.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local_aws.publication.fields import Fields


@dataclass(frozen=True, slots=True)
class StageReference:
    """A stage of an API, as usage plans and domain names name it; it need not be deployed."""

    api_id: str
    stage_name: str


@dataclass(frozen=True, slots=True)
class ApiKey:
    """An API key of one account and Region; `value` is what a client sends."""

    account_id: str
    region: str
    api_key_id: str
    name: str | None
    value: str = field(repr=False)  # a secret, which no log may show
    enabled: bool


@dataclass(frozen=True, slots=True)
class Throttle:
    """Requests a second and at once; None where there is no such limit."""

    rate_limit: float | None
    burst_limit: int | None


@dataclass(frozen=True, slots=True)
class Quota:
    """How many requests a DAY, WEEK or MONTH; `offset` are those taken off the first period."""

    limit: int
    offset: int
    period: str


@dataclass(frozen=True, slots=True)
class UsagePlan:
    """A usage plan of one account and Region; each of its keys has its limits for itself."""

    account_id: str
    region: str
    usage_plan_id: str
    name: str
    stages: tuple[StageReference, ...]
    throttle: Throttle | None
    quota: Quota | None
    key_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Domain:
    """A domain name of one account and Region.

    `mappings` has the stage behind each mapping key, which is the path under the name; the empty
    key is the name itself.
    """

    account_id: str
    region: str
    name: str
    mappings: Mapping[str, StageReference]


def parse_api_key(fields: Fields) -> ApiKey:
    """Read an API key: GetApiKey's answer with its value, beside account and Region."""
    api_key = fields.object("api_key")
    return ApiKey(
        account_id=fields.text("account_id"),
        region=fields.text("region"),
        api_key_id=api_key.text("id"),
        name=api_key.optional_text("name"),
        value=api_key.text("value"),
        enabled=api_key.boolean("enabled"),
    )


def parse_usage_plan(fields: Fields) -> UsagePlan:
    """Read a usage plan: GetUsagePlan's answer, beside account, Region and its keys' ids."""
    usage_plan = fields.object("usage_plan")
    throttle, quota = usage_plan.optional_object("throttle"), usage_plan.optional_object("quota")
    return UsagePlan(
        account_id=fields.text("account_id"),
        region=fields.text("region"),
        usage_plan_id=usage_plan.text("id"),
        name=usage_plan.text("name"),
        stages=tuple(_stage_reference(each) for each in usage_plan.items("apiStages")),
        throttle=None if throttle is None else _throttle(throttle),
        quota=None if quota is None else _quota(quota),
        key_ids=fields.texts("key_ids"),
    )


def parse_domain(fields: Fields) -> Domain:
    """Read a domain name: account, Region, name and the items of GetApiMappings."""
    return Domain(
        account_id=fields.text("account_id"),
        region=fields.text("region"),
        name=fields.text("name"),
        mappings={
            each.optional_text("apiMappingKey") or "": _stage_reference(each)
            for each in fields.items("mappings")
        },
    )


def _stage_reference(fields: Fields) -> StageReference:
    return StageReference(api_id=fields.text("apiId"), stage_name=fields.text("stage"))


def _throttle(fields: Fields) -> Throttle:
    return Throttle(
        rate_limit=fields.optional_number("rateLimit"),
        burst_limit=fields.optional_integer("burstLimit"),
    )


def _quota(fields: Fields) -> Quota:
    return Quota(
        limit=fields.integer("limit"),
        offset=fields.optional_integer("offset") or 0,
        period=fields.text("period"),
    )
