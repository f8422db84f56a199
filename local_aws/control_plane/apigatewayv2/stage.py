"""A stage that serves a deployment."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from moto.apigatewayv2 import models
from moto.apigatewayv2.models import Api


class Stage(models.Stage):
    """moto's stage, with the deployment that it serves and with tags that can change."""

    def __init__(self, api: Api, config: dict[str, Any]) -> None:
        super().__init__(api, config)
        self.arn = f"{api.arn}/stages/{self.name}"
        self.deployment_id: str | None = config.get("deploymentId")
        self._api = api
        api.backend.tag_resource(self.arn, self.tags)

    def update(self, changes: Mapping[str, Any]) -> None:
        """Apply UpdateStage's document: what it does not name stays as it is.

        A stage variable is removed by an empty value, a route's settings by DeleteRouteSettings,
        and access logs by DeleteAccessLogSettings.
        """
        if (settings := changes.get("defaultRouteSettings")) is not None:
            self.default_route_settings = {**self.default_route_settings, **settings}
        for route_key, settings in (changes.get("routeSettings") or {}).items():
            merged = {**self.route_settings.get(route_key, {}), **settings}
            self.route_settings = {**self.route_settings, route_key: merged}
        if (variables := changes.get("stageVariables")) is not None:
            merged = {**self.stage_variables, **variables}
            self.stage_variables = {name: value for name, value in merged.items() if value}
        if (access_logs := changes.get("accessLogSettings")) is not None:
            self.access_log_settings = access_logs if any(access_logs.values()) else None
        self.auto_deploy = changes.get("autoDeploy", self.auto_deploy)
        self.client_certificate_id = changes.get("clientCertificateId", self.client_certificate_id)
        self.deployment_id = changes.get("deploymentId", self.deployment_id)
        self.description = changes.get("description", self.description)
        self.updated = datetime.now()  # noqa: DTZ005 - as moto's constructor does

    def to_json(self) -> dict[str, Any]:
        """Return GetStage's answer."""
        document = {**super().to_json(), "tags": self._api.backend.get_tags(self.arn)}
        if self.deployment_id is None:
            return document
        document["deploymentId"] = self.deployment_id
        if self.auto_deploy:
            document["lastDeploymentStatusMessage"] = (
                f"Successfully deployed stage with deployment ID '{self.deployment_id}'"
            )
        return document
