"""Stages, their routes and throttles as the page gets them."""

from collections.abc import Iterable, Iterator
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
    """Return the limits of a route; one with settings of its own has none of the default's."""
    own = (stage.settings.get("routeSettings") or {}).get(route.route_key)
    settings = own or stage.settings.get("defaultRouteSettings") or {}
    return {
        "rateLimit": settings.get("throttlingRateLimit"),
        "burstLimit": settings.get("throttlingBurstLimit"),
    }
