from typing import TYPE_CHECKING

import pytest

from tests.local_aws.control_plane.conftest import GATEWAY_ADDRESS, ControlPlane

if TYPE_CHECKING:
    from mypy_boto3_apigatewayv2 import ApiGatewayV2Client


def test_endpoint_of_a_websocket_api_is_the_gateway(
    apis: "ApiGatewayV2Client", api_id: str
) -> None:
    assert apis.get_api(ApiId=api_id)["ApiEndpoint"] == f"ws://{GATEWAY_ADDRESS}"


def test_http_api_keeps_its_own_endpoint(apis: "ApiGatewayV2Client") -> None:
    api = apis.create_api(Name="http", ProtocolType="HTTP")
    assert api["ApiEndpoint"].startswith(f"https://{api['ApiId']}.execute-api.us-east-1.")
    apis.delete_api(ApiId=api["ApiId"])


def test_deleted_api_takes_its_stages_and_deployments_along(
    apis: "ApiGatewayV2Client", control_plane: ControlPlane
) -> None:
    api_id = apis.create_api(
        Name="gone", ProtocolType="WEBSOCKET", RouteSelectionExpression="$request.body.action"
    )["ApiId"]
    apis.create_route(ApiId=api_id, RouteKey="$default")
    deployment_id = apis.create_deployment(ApiId=api_id)["DeploymentId"]
    apis.create_stage(ApiId=api_id, StageName="prod", DeploymentId=deployment_id)

    apis.delete_api(ApiId=api_id)

    assert api_id not in {api.api_id for api in control_plane.state().apis}
    with pytest.raises(apis.exceptions.NotFoundException):
        apis.get_stage(ApiId=api_id, StageName="prod")
    with pytest.raises(apis.exceptions.NotFoundException):
        apis.get_deployment(ApiId=api_id, DeploymentId=deployment_id)


def test_unknown_api_is_not_found(apis: "ApiGatewayV2Client") -> None:
    with pytest.raises(apis.exceptions.NotFoundException, match="Invalid API identifier specified"):
        apis.delete_api(ApiId="nothing")
