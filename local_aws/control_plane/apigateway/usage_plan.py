"""A usage plan's stages, throttle and quota, changed by UpdateUsagePlan's patch operations."""

from collections.abc import Iterable, Mapping
from typing import Any

from moto.apigateway.exceptions import BadRequestException, NotFoundException
from moto.apigateway.models import UsagePlan

_TEXTS = {"/name": "name", "/description": "description", "/productCode": "product_code"}
_LIMITS: Mapping[str, tuple[str, str, type[int] | type[float] | type[str]]] = {
    "/quota/limit": ("quota", "limit", int),
    "/quota/offset": ("quota", "offset", int),
    "/quota/period": ("quota", "period", str),
    "/throttle/burstLimit": ("throttle", "burstLimit", int),
    "/throttle/rateLimit": ("throttle", "rateLimit", float),
}


def apply(usage_plan: UsagePlan, patch_operations: Iterable[Mapping[str, str]]) -> None:
    """Apply patch operations one after the other ("Amazon API Gateway API Reference", patching).

    Raises:
        BadRequestException: an operation is none that a usage plan has, or its value is wrong;
            the operations before it have been applied.
        NotFoundException: a stage is removed that does not belong to the usage plan.
    """
    for each in patch_operations:
        operation, path, value = each.get("op", ""), each.get("path", ""), each.get("value", "")
        match operation, path:
            case "add", "/apiStages":
                _add_stage(usage_plan, value)
            case "remove", "/apiStages":
                _remove_stage(usage_plan, value)
            case "remove", "/quota":
                usage_plan.quota = {}
            case "remove", "/throttle":
                usage_plan.throttle = {}
            case "remove", "/productCode":
                usage_plan.product_code = None
            case "add" | "replace", _ if path in _TEXTS:
                setattr(usage_plan, _TEXTS[path], value)
            case "add" | "replace", _ if path in _LIMITS:
                _set_limit(usage_plan, path, value)
            case _:
                raise BadRequestException(
                    f"Invalid patch path '{path}' specified for op '{operation}'."
                )


def _add_stage(usage_plan: UsagePlan, value: str) -> None:
    stage = _stage(value)
    if stage not in usage_plan.api_stages:
        usage_plan.api_stages = [*usage_plan.api_stages, stage]


def _remove_stage(usage_plan: UsagePlan, value: str) -> None:
    stage = _stage(value)
    if stage not in usage_plan.api_stages:
        raise NotFoundException(f"Invalid API stage {value} specified")
    usage_plan.api_stages = [each for each in usage_plan.api_stages if each != stage]


def _stage(value: str) -> dict[str, str]:
    api_id, separator, stage_name = value.partition(":")
    if not (api_id and separator and stage_name):
        raise BadRequestException("Invalid API Stage specified")
    return {"apiId": api_id, "stage": stage_name}


def _set_limit(usage_plan: UsagePlan, path: str, value: str) -> None:
    group, name, convert = _LIMITS[path]
    try:
        limit: Any = convert(value)
    except ValueError:
        raise BadRequestException(f"Invalid value {value} specified for {path}") from None
    setattr(usage_plan, group, {**getattr(usage_plan, group), name: limit})
