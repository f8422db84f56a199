from typing import TYPE_CHECKING, Any

import pytest

from tests.local_aws.control_plane.apigatewayv2.operations.test_deployments import served
from tests.local_aws.control_plane.conftest import ControlPlane

if TYPE_CHECKING:
    from mypy_boto3_apigatewayv2 import ApiGatewayV2Client


@pytest.fixture
def stage_name(apis: "ApiGatewayV2Client", api_id: str, deployment_id: str) -> str:
    return apis.create_stage(ApiId=api_id, StageName="prod", DeploymentId=deployment_id)[
        "StageName"
    ]


def test_stage_tells_the_deployment_that_it_serves(
    apis: "ApiGatewayV2Client", api_id: str, deployment_id: str, stage_name: str
) -> None:
    assert apis.get_stage(ApiId=api_id, StageName=stage_name)["DeploymentId"] == deployment_id
    (listed,) = apis.get_stages(ApiId=api_id)["Items"]
    assert listed["DeploymentId"] == deployment_id


def test_stage_without_a_deployment_serves_none(
    apis: "ApiGatewayV2Client", control_plane: ControlPlane, api_id: str
) -> None:
    assert "DeploymentId" not in apis.create_stage(ApiId=api_id, StageName="prod")
    assert served(control_plane, api_id) is None


def test_stage_serves_a_deployment_or_deploys_automatically_but_not_both(
    apis: "ApiGatewayV2Client", api_id: str, deployment_id: str, stage_name: str
) -> None:
    refused = "Deployment ID cannot be set on this stage .* because AutoDeploy is enabled"
    with pytest.raises(apis.exceptions.BadRequestException, match=refused):
        apis.create_stage(
            ApiId=api_id, StageName="both", AutoDeploy=True, DeploymentId=deployment_id
        )
    with pytest.raises(apis.exceptions.BadRequestException, match=refused):
        apis.update_stage(
            ApiId=api_id, StageName=stage_name, AutoDeploy=True, DeploymentId=deployment_id
        )
    apis.update_stage(ApiId=api_id, StageName=stage_name, AutoDeploy=True)
    with pytest.raises(apis.exceptions.BadRequestException, match=refused):
        apis.update_stage(ApiId=api_id, StageName=stage_name, DeploymentId=deployment_id)
    apis.update_stage(
        ApiId=api_id, StageName=stage_name, AutoDeploy=False, DeploymentId=deployment_id
    )


def test_deployment_must_be_there(apis: "ApiGatewayV2Client", api_id: str) -> None:
    with pytest.raises(
        apis.exceptions.NotFoundException, match="Invalid Deployment identifier specified nothing"
    ):
        apis.create_stage(ApiId=api_id, StageName="prod", DeploymentId="nothing")
    assert apis.get_stages(ApiId=api_id)["Items"] == []


def test_automatic_stage_follows_every_change(
    apis: "ApiGatewayV2Client", control_plane: ControlPlane, api_id: str
) -> None:
    apis.create_stage(ApiId=api_id, StageName="prod", AutoDeploy=True)
    assert served(control_plane, api_id) is None

    route_id = apis.create_route(ApiId=api_id, RouteKey="$default")["RouteId"]
    first = served(control_plane, api_id)
    assert first is not None
    assert not first.routes["$default"].has_default_route_response

    apis.create_route_response(ApiId=api_id, RouteId=route_id, RouteResponseKey="$default")
    second = served(control_plane, api_id)
    assert second is not None
    assert second.deployment_id != first.deployment_id
    assert second.routes["$default"].has_default_route_response

    stage = apis.get_stage(ApiId=api_id, StageName="prod")
    assert stage["DeploymentId"] == second.deployment_id
    assert stage["LastDeploymentStatusMessage"] == (
        f"Successfully deployed stage with deployment ID '{second.deployment_id}'"
    )
    newest, _ = apis.get_deployments(ApiId=api_id)["Items"]
    assert newest["AutoDeployed"] is True


def test_automatic_stage_stays_where_it_is_without_a_change(
    apis: "ApiGatewayV2Client", control_plane: ControlPlane, api_id: str, route_id: str
) -> None:
    apis.create_stage(ApiId=api_id, StageName="prod", AutoDeploy=True)
    before = served(control_plane, api_id)
    assert before is not None
    apis.update_stage(ApiId=api_id, StageName="prod", Description="the same API")
    apis.update_route(ApiId=api_id, RouteId=route_id, RouteKey="$default")
    assert served(control_plane, api_id) == before


def test_stage_deploys_at_once_when_it_becomes_automatic(
    apis: "ApiGatewayV2Client", control_plane: ControlPlane, api_id: str, stage_name: str
) -> None:
    apis.create_route(ApiId=api_id, RouteKey="say")
    updated = apis.update_stage(ApiId=api_id, StageName=stage_name, AutoDeploy=True)
    deployment = served(control_plane, api_id)
    assert deployment is not None
    assert set(deployment.routes) == {"$default", "say"}
    assert updated["DeploymentId"] == deployment.deployment_id


@pytest.mark.usefixtures("logging_role")
def test_update_leaves_alone_what_it_does_not_name(
    apis: "ApiGatewayV2Client", api_id: str, deployment_id: str, stage_name: str
) -> None:
    apis.update_stage(
        ApiId=api_id,
        StageName=stage_name,
        Description="described",
        ClientCertificateId="certificate",
        DefaultRouteSettings={"ThrottlingRateLimit": 10.5, "ThrottlingBurstLimit": 5},
        RouteSettings={"$default": {"ThrottlingRateLimit": 1.0, "ThrottlingBurstLimit": 2}},
        StageVariables={"color": "blue", "shape": "round"},
        AccessLogSettings={"DestinationArn": "arn:aws:logs:x", "Format": "$context.requestId"},
    )
    apis.update_stage(
        ApiId=api_id,
        StageName=stage_name,
        DefaultRouteSettings={"DetailedMetricsEnabled": True},
        RouteSettings={"$default": {"ThrottlingBurstLimit": 3}},
        StageVariables={"color": "", "size": "big"},
    )
    stage = apis.get_stage(ApiId=api_id, StageName=stage_name)
    assert stage["Description"] == "described"
    assert stage["ClientCertificateId"] == "certificate"
    assert stage["DeploymentId"] == deployment_id
    assert stage["DefaultRouteSettings"] == {
        "DataTraceEnabled": False,
        "DetailedMetricsEnabled": True,
        "LoggingLevel": "OFF",
        "ThrottlingRateLimit": 10.5,
        "ThrottlingBurstLimit": 5,
    }
    assert stage["RouteSettings"] == {
        "$default": {"ThrottlingRateLimit": 1.0, "ThrottlingBurstLimit": 3}
    }
    assert stage["StageVariables"] == {"shape": "round", "size": "big"}
    assert stage["AccessLogSettings"]["Format"] == "$context.requestId"


def test_settings_of_a_stage_are_published(
    apis: "ApiGatewayV2Client", control_plane: ControlPlane, api_id: str, stage_name: str
) -> None:
    apis.update_stage(
        ApiId=api_id,
        StageName=stage_name,
        DefaultRouteSettings={"ThrottlingRateLimit": 10.5},
        StageVariables={"color": "blue"},
    )
    (api,) = (api for api in control_plane.state().apis if api.api_id == api_id)
    (stage,) = api.stages
    assert stage.variables == {"color": "blue"}
    assert stage.settings["defaultRouteSettings"]["throttlingRateLimit"] == 10.5


@pytest.mark.usefixtures("logging_role")
def test_access_logs_stop(apis: "ApiGatewayV2Client", api_id: str, stage_name: str) -> None:
    settings = {"DestinationArn": "arn:aws:logs:x", "Format": "$context.requestId"}
    apis.update_stage(ApiId=api_id, StageName=stage_name, AccessLogSettings=settings)  # type: ignore[arg-type]  # a plain dict
    apis.delete_access_log_settings(ApiId=api_id, StageName=stage_name)
    assert "AccessLogSettings" not in apis.get_stage(ApiId=api_id, StageName=stage_name)
    apis.update_stage(ApiId=api_id, StageName=stage_name, AccessLogSettings=settings)  # type: ignore[arg-type]  # a plain dict
    apis.update_stage(ApiId=api_id, StageName=stage_name, AccessLogSettings={})
    assert "AccessLogSettings" not in apis.get_stage(ApiId=api_id, StageName=stage_name)


@pytest.mark.parametrize(
    "logs",
    [
        {"AccessLogSettings": {"DestinationArn": "arn:aws:logs:x", "Format": "$context.requestId"}},
        {"DefaultRouteSettings": {"LoggingLevel": "ERROR"}},
        {"RouteSettings": {"$default": {"LoggingLevel": "INFO"}}},
    ],
)
def test_logs_need_the_accounts_logging_role(
    apis: "ApiGatewayV2Client", api_id: str, stage_name: str, logs: dict[str, Any]
) -> None:
    message = "CloudWatch Logs role ARN must be set in account settings to enable logging"
    with pytest.raises(apis.exceptions.BadRequestException, match=message):
        apis.update_stage(ApiId=api_id, StageName=stage_name, **logs)
    with pytest.raises(apis.exceptions.BadRequestException, match=message):
        apis.create_stage(ApiId=api_id, StageName="logging", **logs)


def test_tags_go_with_their_stage(apis: "ApiGatewayV2Client", api_id: str) -> None:
    apis.create_stage(ApiId=api_id, StageName="prod", Tags={"team": "chat"})
    apis.delete_stage(ApiId=api_id, StageName="prod")
    assert apis.create_stage(ApiId=api_id, StageName="prod").get("Tags", {}) == {}


def test_route_settings_are_for_routes_that_are_there(
    apis: "ApiGatewayV2Client", api_id: str, stage_name: str
) -> None:
    with pytest.raises(
        apis.exceptions.NotFoundException,
        match="Unable to find Route by key say within the provided RouteSettings",
    ):
        apis.update_stage(
            ApiId=api_id,
            StageName=stage_name,
            RouteSettings={"say": {"ThrottlingBurstLimit": 1}},
        )
    assert apis.get_stage(ApiId=api_id, StageName=stage_name)["RouteSettings"] == {}


@pytest.mark.parametrize("route_key", ["$default", "say/hello", "say hello"])
def test_route_settings_can_be_deleted(
    apis: "ApiGatewayV2Client", api_id: str, stage_name: str, route_key: str
) -> None:
    if route_key != "$default":
        apis.create_route(ApiId=api_id, RouteKey=route_key)
    apis.update_stage(
        ApiId=api_id,
        StageName=stage_name,
        RouteSettings={route_key: {"ThrottlingBurstLimit": 1}},
    )
    apis.delete_route_settings(ApiId=api_id, StageName=stage_name, RouteKey=route_key)
    assert apis.get_stage(ApiId=api_id, StageName=stage_name)["RouteSettings"] == {}
    with pytest.raises(apis.exceptions.NotFoundException):
        apis.delete_route_settings(ApiId=api_id, StageName=stage_name, RouteKey=route_key)


def test_tags_of_a_stage_change(
    apis: "ApiGatewayV2Client", api_id: str, deployment_id: str
) -> None:
    apis.create_stage(
        ApiId=api_id, StageName="prod", DeploymentId=deployment_id, Tags={"a": "1", "b": "2"}
    )
    arn = f"arn:aws:apigateway:us-east-1::/apis/{api_id}/stages/prod"
    apis.tag_resource(ResourceArn=arn, Tags={"b": "3", "c": "4"})
    apis.untag_resource(ResourceArn=arn, TagKeys=["a"])
    assert apis.get_stage(ApiId=api_id, StageName="prod")["Tags"] == {"b": "3", "c": "4"}
    assert apis.get_tags(ResourceArn=arn)["Tags"] == {"b": "3", "c": "4"}


@pytest.mark.parametrize("name", ["$default", "a b", "a/b", "", "x" * 129])
def test_stage_name_is_one_that_a_websocket_api_takes(
    apis: "ApiGatewayV2Client", api_id: str, name: str
) -> None:
    with pytest.raises(apis.exceptions.BadRequestException, match="Stage name only allows"):
        apis.create_stage(ApiId=api_id, StageName=name)


def test_http_api_takes_the_default_stage(apis: "ApiGatewayV2Client") -> None:
    api_id = apis.create_api(Name="http", ProtocolType="HTTP")["ApiId"]
    apis.create_stage(ApiId=api_id, StageName="$default", AutoDeploy=True)
    assert apis.get_stage(ApiId=api_id, StageName="$default")["AutoDeploy"] is True
    apis.delete_api(ApiId=api_id)


def test_stage_name_is_taken_once(apis: "ApiGatewayV2Client", api_id: str, stage_name: str) -> None:
    with pytest.raises(apis.exceptions.ConflictException, match="Stage already exists"):
        apis.create_stage(ApiId=api_id, StageName=stage_name)


def test_unknown_stage_is_not_found(apis: "ApiGatewayV2Client", api_id: str) -> None:
    with pytest.raises(apis.exceptions.NotFoundException):
        apis.update_stage(ApiId=api_id, StageName="nothing", Description="x")
    with pytest.raises(apis.exceptions.NotFoundException):
        apis.delete_stage(ApiId=api_id, StageName="nothing")
    with pytest.raises(apis.exceptions.NotFoundException):
        apis.delete_access_log_settings(ApiId=api_id, StageName="nothing")
