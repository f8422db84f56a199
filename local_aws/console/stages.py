"""Stages, their routes and throttles as the page gets them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from local_aws.publication import Api, Deployment, Route, Stage


def stages_of(apis: Iterable[Api]) -> list[dict[str, Any]]:
    """Return the stages that have a deployment, as JSON."""
    return [
        {
            "api": api.name,
            "apiId": api.api_id,
            "name": stage.name,
            "variables": dict(stage.variables),
            "routes": list(_routes(stage, stage.deployment)),
        }
        for api in apis
        for stage in api.stages
        if stage.deployment is not None
    ]


def _routes(stage: Stage, deployment: Deployment) -> Iterator[dict[str, Any]]:
    for route in sorted(deployment.routes.values(), key=lambda each: each.route_key):
        authorizer = deployment.authorizers.get(route.authorizer_id or "")
        yield {
            "key": route.route_key,
            "target": _target(deployment, route),
            "isTwoWay": route.has_default_route_response,
            "authorization": route.authorization_type if authorizer is None else authorizer.name,
            "apiKeyRequired": route.api_key_required,
            **_throttle(stage, route),
        }


def _target(deployment: Deployment, route: Route) -> str:
    integration = deployment.integrations.get(route.target_integration_id or "")
    if integration is None:
        return ""
    if integration.function_arn is not None:
        return integration.function_arn.split(":", 6)[-1]
    return integration.integration_uri or integration.integration_type


def _throttle(stage: Stage, route: Route) -> dict[str, Any]:
    """Return the limits of a route: its own, or those of its stage."""
    default = _mapping(stage.settings.get("defaultRouteSettings"))
    own = _mapping(_mapping(stage.settings.get("routeSettings")).get(route.route_key))
    limits = {**default, **{name: value for name, value in own.items() if value is not None}}
    return {
        "rateLimit": limits.get("throttlingRateLimit"),
        "burstLimit": limits.get("throttlingBurstLimit"),
    }


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
