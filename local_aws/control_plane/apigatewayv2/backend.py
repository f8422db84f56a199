"""The APIs of one account and Region, with the deployments that moto does not keep."""

import re
from dataclasses import replace
from typing import Any, cast

from moto.apigateway.models import apigateway_backends
from moto.apigatewayv2.exceptions import BadRequestException
from moto.apigatewayv2.models import Api, ApiGatewayV2Backend

from local_aws.control_plane.apigatewayv2.deployment import Deployment, Snapshot, snapshot
from local_aws.control_plane.apigatewayv2.exceptions import ConflictError, NotFoundError
from local_aws.control_plane.apigatewayv2.stage import Stage

_STAGE_NAME = re.compile(r"[A-Za-z0-9_-]{1,128}")
_AUTOMATIC_DEPLOYMENT = "Automatic deployment triggered by changes to the Api configuration"


class Backend(ApiGatewayV2Backend):
    """moto's backend, with deployments and with stages that serve them.

    `gateway_address` is the `host:port` at which every WebSocket API answers.
    """

    def __init__(self, region_name: str, account_id: str, *, gateway_address: str) -> None:
        super().__init__(region_name, account_id)
        self._gateway_address = gateway_address
        self._deployments: dict[str, dict[str, Deployment]] = {}

    def create_api(self, *args: Any, **kwargs: Any) -> Api:
        """Create an API; a WebSocket API's endpoint is the local gateway."""
        api = super().create_api(*args, **kwargs)
        if api.protocol_type == "WEBSOCKET":
            api.api_endpoint = f"ws://{self._gateway_address}"
        return api

    def delete_api(self, api_id: str) -> None:
        """Delete an API with its stages and deployments."""
        self.get_api(api_id)
        self._deployments.pop(api_id, None)
        super().delete_api(api_id)

    def create_deployment(
        self, api_id: str, *, description: str | None, stage_name: str | None
    ) -> Deployment:
        """Freeze the API as it stands and, if a stage is named, let it serve the result.

        Raises:
            BadRequestException: the API has no route, or the stage deploys automatically.
            NotFoundException: there is no such API or stage.
        """
        api = self.get_api(api_id)
        stage = self.get_stage(api_id, stage_name) if stage_name else None
        if stage is not None and stage.auto_deploy:
            raise _DeployedAutomatically(self.account_id, api)
        if not api.routes:
            raise BadRequestException("At least one route is required before deploying the Api.")
        deployment = Deployment.of(api, description=description, auto_deployed=False)
        self._keep(api, deployment)
        if stage is not None:
            stage.update({"deploymentId": deployment.deployment_id})
        return deployment

    def get_deployment(self, api_id: str, deployment_id: str) -> Deployment:
        """Return a deployment; NotFoundException if there is none."""
        self.get_api(api_id)
        deployment = self._deployments.get(api_id, {}).get(deployment_id)
        if deployment is None:
            raise NotFoundError(f"Invalid Deployment identifier specified {deployment_id}")
        return deployment

    def get_deployments(self, api_id: str) -> list[Deployment]:
        """Return an API's deployments, the newest first."""
        self.get_api(api_id)
        return list(reversed(self._deployments.get(api_id, {}).values()))

    def update_deployment(
        self, api_id: str, deployment_id: str, *, description: str | None
    ) -> Deployment:
        """Change a deployment's description; what it froze stays."""
        deployment = self.get_deployment(api_id, deployment_id)
        if description is not None:
            deployment = replace(deployment, description=description)
            self._keep(self.get_api(api_id), deployment)
        return deployment

    def delete_deployment(self, api_id: str, deployment_id: str) -> None:
        """Delete a deployment that no stage serves; BadRequestException if one does."""
        self.get_deployment(api_id, deployment_id)
        if any(stage.deployment_id == deployment_id for stage in self.get_stages(api_id)):
            raise BadRequestException(
                "Active stages pointing to this deployment must be moved or deleted"
            )
        del self._deployments[api_id][deployment_id]

    def create_stage(self, api_id: str, config: dict[str, Any]) -> Stage:
        """Create a stage from CreateStage's document."""
        api = self.get_api(api_id)
        name = config.get("stageName") or ""
        if not (_STAGE_NAME.fullmatch(name) or (name == "$default" and _is_http(api))):
            raise BadRequestException("Stage name only allows a-zA-Z0-9_- characters")
        if name in api.stages:
            raise ConflictError("Stage already exists")
        self._check_stage(api, config, auto_deploy=bool(config.get("autoDeploy")))
        stage = Stage(api, config)
        api.stages[stage.name] = stage
        return stage

    def update_stage(self, api_id: str, stage_name: str, changes: dict[str, Any]) -> Stage:
        """Change a stage by UpdateStage's document."""
        api, stage = self.get_api(api_id), self.get_stage(api_id, stage_name)
        auto_deploy = changes.get("autoDeploy", stage.auto_deploy)
        self._check_stage(api, changes, auto_deploy=bool(auto_deploy))
        stage.update(changes)
        return stage

    def get_stage(self, api_id: str, stage_name: str) -> Stage:
        """Return a stage; NotFoundException if there is none."""
        # create_stage is the only place that makes one.
        return cast("Stage", super().get_stage(api_id, stage_name))

    def get_stages(self, api_id: str) -> list[Stage]:  # type: ignore[override]  # list is invariant
        """Return an API's stages."""
        return cast("list[Stage]", super().get_stages(api_id))

    def delete_stage(self, api_id: str, stage_name: str) -> None:
        """Delete a stage; NotFoundException if there is none."""
        stage = self.get_stage(api_id, stage_name)
        super().delete_stage(api_id, stage_name)
        self.tagger.delete_all_tags_for_resource(stage.arn)

    def deploy_automatically(self) -> None:
        """Let each stage with autoDeploy serve its API as it stands, if that has routes."""
        for api in self.get_apis():
            automatic = [stage for stage in self.get_stages(api.api_id) if stage.auto_deploy]
            if not automatic or not api.routes:
                continue
            present = snapshot(api)
            outdated = [stage for stage in automatic if self._served(api, stage) != present]
            if outdated:
                deployment = Deployment.of(
                    api, description=_AUTOMATIC_DEPLOYMENT, auto_deployed=True
                )
                self._keep(api, deployment)
                for stage in outdated:
                    stage.update({"deploymentId": deployment.deployment_id})

    def _logging_role_arn(self) -> str | None:
        """Return the role of the account and Region, which UpdateAccount of API Gateway sets."""
        return apigateway_backends[self.account_id][self.region_name].account.cloudwatch_role_arn

    def _served(self, api: Api, stage: Stage) -> Snapshot | None:
        if stage.deployment_id is None:
            return None
        return self.get_deployment(api.api_id, stage.deployment_id).snapshot

    def _keep(self, api: Api, deployment: Deployment) -> None:
        self._deployments.setdefault(api.api_id, {})[deployment.deployment_id] = deployment

    def _check_stage(self, api: Api, document: dict[str, Any], *, auto_deploy: bool) -> None:
        """Check what CreateStage's and UpdateStage's documents have in common."""
        if _writes_logs(document) and not self._logging_role_arn():
            raise BadRequestException(
                "CloudWatch Logs role ARN must be set in account settings to enable logging"
            )
        if (deployment_id := document.get("deploymentId")) is not None:
            if auto_deploy:
                raise _DeployedAutomatically(self.account_id, api)
            self.get_deployment(api.api_id, deployment_id)
        route_keys = {route.route_key for route in api.routes.values()}
        for route_key in document.get("routeSettings") or {}:
            if route_key not in route_keys:
                raise NotFoundError(
                    f"Unable to find Route by key {route_key} within the provided RouteSettings"
                )


class _DeployedAutomatically(BadRequestException):
    """A deployment is named for a stage that chooses its own."""

    def __init__(self, account_id: str, api: Api) -> None:
        super().__init__(
            f"Deployment ID cannot be set on this stage {account_id}:{api.api_id} "
            "because AutoDeploy is enabled."
        )


def _is_http(api: Api) -> bool:
    return api.protocol_type == "HTTP"


def _writes_logs(document: dict[str, Any]) -> bool:
    """Tell whether a stage's document turns access logs or execution logs on."""
    settings = [
        document.get("defaultRouteSettings"),
        *(document.get("routeSettings") or {}).values(),
    ]
    levels = {each.get("loggingLevel") or "OFF" for each in settings if each}
    access_logs = document.get("accessLogSettings") or {}
    return bool(access_logs.get("destinationArn") or levels - {"OFF"})
