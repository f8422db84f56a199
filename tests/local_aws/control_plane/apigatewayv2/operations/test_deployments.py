from typing import TYPE_CHECKING

import pytest

from local_aws.publication import Deployment
from tests.local_aws.control_plane.conftest import ControlPlane

if TYPE_CHECKING:
    from mypy_boto3_apigatewayv2 import ApiGatewayV2Client


def served(control_plane: ControlPlane, api_id: str, stage_name: str = "prod") -> Deployment | None:
    (api,) = (api for api in control_plane.state().apis if api.api_id == api_id)
    (stage,) = (stage for stage in api.stages if stage.name == stage_name)
    return stage.deployment


def test_api_without_routes_cannot_be_deployed(apis: "ApiGatewayV2Client", api_id: str) -> None:
    with pytest.raises(
        apis.exceptions.BadRequestException,
        match=r"At least one route is required before deploying the Api\.",
    ):
        apis.create_deployment(ApiId=api_id)


@pytest.mark.usefixtures("route_id")
def test_deployment_is_deployed_at_once(apis: "ApiGatewayV2Client", api_id: str) -> None:
    created = apis.create_deployment(ApiId=api_id, Description="first")
    assert created["DeploymentStatus"] == "DEPLOYED"
    assert created["AutoDeployed"] is False
    assert created["Description"] == "first"
    read = apis.get_deployment(ApiId=api_id, DeploymentId=created["DeploymentId"])
    assert read["CreatedDate"] == created["CreatedDate"]


def test_deployment_is_a_snapshot_that_later_changes_do_not_reach(
    apis: "ApiGatewayV2Client",
    control_plane: ControlPlane,
    api_id: str,
    route_id: str,
    deployment_id: str,
) -> None:
    apis.create_stage(ApiId=api_id, StageName="prod", DeploymentId=deployment_id)
    before = served(control_plane, api_id)
    assert before is not None
    assert set(before.routes) == {"$default"}

    apis.create_route(ApiId=api_id, RouteKey="say")
    apis.create_route_response(ApiId=api_id, RouteId=route_id, RouteResponseKey="$default")
    apis.update_api(ApiId=api_id, RouteSelectionExpression="$request.body.type")
    assert served(control_plane, api_id) == before

    second = apis.create_deployment(ApiId=api_id)["DeploymentId"]
    assert served(control_plane, api_id) == before

    apis.update_stage(ApiId=api_id, StageName="prod", DeploymentId=second)
    after = served(control_plane, api_id)
    assert after is not None
    assert set(after.routes) == {"$default", "say"}
    assert after.routes["$default"].has_default_route_response
    assert after.route_selection_expression == "$request.body.type"


def test_deployment_can_name_the_stage_that_serves_it(
    apis: "ApiGatewayV2Client", api_id: str, deployment_id: str
) -> None:
    apis.create_stage(ApiId=api_id, StageName="prod", DeploymentId=deployment_id)
    second = apis.create_deployment(ApiId=api_id, StageName="prod")["DeploymentId"]
    assert apis.get_stage(ApiId=api_id, StageName="prod")["DeploymentId"] == second


@pytest.mark.usefixtures("route_id")
def test_deployment_cannot_name_a_stage_that_is_not_there(
    apis: "ApiGatewayV2Client", api_id: str
) -> None:
    with pytest.raises(apis.exceptions.NotFoundException):
        apis.create_deployment(ApiId=api_id, StageName="prod")
    assert apis.get_deployments(ApiId=api_id)["Items"] == []


@pytest.mark.usefixtures("route_id")
def test_deployment_cannot_name_a_stage_that_deploys_automatically(
    apis: "ApiGatewayV2Client", api_id: str
) -> None:
    apis.create_stage(ApiId=api_id, StageName="auto", AutoDeploy=True)
    with pytest.raises(apis.exceptions.BadRequestException, match="because AutoDeploy is enabled"):
        apis.create_deployment(ApiId=api_id, StageName="auto")


@pytest.mark.usefixtures("route_id")
def test_deployments_are_listed_newest_first(apis: "ApiGatewayV2Client", api_id: str) -> None:
    created = [apis.create_deployment(ApiId=api_id)["DeploymentId"] for _ in range(3)]
    listed = apis.get_deployments(ApiId=api_id)["Items"]
    assert [deployment["DeploymentId"] for deployment in listed] == created[::-1]


def test_update_changes_the_description_only(
    apis: "ApiGatewayV2Client", control_plane: ControlPlane, api_id: str, deployment_id: str
) -> None:
    apis.create_stage(ApiId=api_id, StageName="prod", DeploymentId=deployment_id)
    before = served(control_plane, api_id)
    apis.create_route(ApiId=api_id, RouteKey="say")
    updated = apis.update_deployment(
        ApiId=api_id, DeploymentId=deployment_id, Description="renamed"
    )
    assert updated["Description"] == "renamed"
    unchanged = apis.update_deployment(ApiId=api_id, DeploymentId=deployment_id)
    assert unchanged["Description"] == "renamed"
    assert served(control_plane, api_id) == before


def test_deployment_that_a_stage_serves_cannot_be_deleted(
    apis: "ApiGatewayV2Client", api_id: str, deployment_id: str
) -> None:
    apis.create_stage(ApiId=api_id, StageName="prod", DeploymentId=deployment_id)
    with pytest.raises(
        apis.exceptions.BadRequestException,
        match="Active stages pointing to this deployment must be moved or deleted",
    ):
        apis.delete_deployment(ApiId=api_id, DeploymentId=deployment_id)

    apis.delete_stage(ApiId=api_id, StageName="prod")
    apis.delete_deployment(ApiId=api_id, DeploymentId=deployment_id)
    with pytest.raises(
        apis.exceptions.NotFoundException,
        match=f"Invalid Deployment identifier specified {deployment_id}",
    ):
        apis.get_deployment(ApiId=api_id, DeploymentId=deployment_id)


def test_unknown_deployment_is_not_found(apis: "ApiGatewayV2Client", api_id: str) -> None:
    with pytest.raises(apis.exceptions.NotFoundException):
        apis.update_deployment(ApiId=api_id, DeploymentId="nothing", Description="x")
    with pytest.raises(apis.exceptions.NotFoundException):
        apis.delete_deployment(ApiId=api_id, DeploymentId="nothing")
