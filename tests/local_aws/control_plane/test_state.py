from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from local_aws.publication import State
from tests.local_aws.control_plane.conftest import ControlPlane, InvokeApi, zip_of

if TYPE_CHECKING:
    from mypy_boto3_apigatewayv2 import ApiGatewayV2Client
    from mypy_boto3_lambda import LambdaClient


def test_state_is_published_before_the_call_is_answered(
    control_plane: ControlPlane, apis: "ApiGatewayV2Client", api_id: str
) -> None:
    control_plane.publications()
    apis.create_stage(ApiId=api_id, StageName="prod")
    (published,) = control_plane.publications()
    assert isinstance(published, State)
    assert [stage.name for api in published.apis for stage in api.stages] == ["prod"]


def test_versions_rise(
    control_plane: ControlPlane, apis: "ApiGatewayV2Client", api_id: str
) -> None:
    before = control_plane.state().version
    for name in ("one", "two"):
        apis.create_stage(ApiId=api_id, StageName=name)
    assert control_plane.state().version == before + 2


def test_calls_that_change_nothing_publish_nothing(
    control_plane: ControlPlane, apis: "ApiGatewayV2Client", api_id: str, deployment_id: str
) -> None:
    apis.create_stage(ApiId=api_id, StageName="prod", DeploymentId=deployment_id)
    control_plane.publications()
    apis.get_stage(ApiId=api_id, StageName="prod")
    # An undeployed route is served by nobody.
    apis.create_route(ApiId=api_id, RouteKey="say")
    with pytest.raises(apis.exceptions.ConflictException):
        apis.create_route(ApiId=api_id, RouteKey="say")
    control_plane.client("dynamodb").list_tables()
    assert control_plane.publications() == []


def test_invocation_publishes_nothing(
    control_plane: ControlPlane,
    functions: "LambdaClient",
    create_function: Callable[..., dict[str, Any]],
    invoke_api: InvokeApi,
) -> None:
    name = create_function()["FunctionName"]
    control_plane.publications()
    functions.invoke(FunctionName=name)
    assert len(invoke_api.invocations) == 1
    assert control_plane.publications() == []


def test_every_region_is_listed(control_plane: ControlPlane) -> None:
    regions = {"us-east-1", "eu-west-1"}
    created = {}
    for region in regions:
        client = control_plane.client("apigatewayv2", region=region)
        created[region] = client.create_api(
            Name="everywhere", ProtocolType="WEBSOCKET", RouteSelectionExpression="x"
        )["ApiId"]
    listed = {
        (api.account_id, api.region, api.api_id, api.name) for api in control_plane.state().apis
    }
    assert listed == {
        ("123456789012", region, api_id, "everywhere") for region, api_id in created.items()
    }
    for region, api_id in created.items():
        control_plane.client("apigatewayv2", region=region).delete_api(ApiId=api_id)


def test_http_api_is_not_listed(control_plane: ControlPlane, apis: "ApiGatewayV2Client") -> None:
    control_plane.publications()
    api_id = apis.create_api(Name="http", ProtocolType="HTTP")["ApiId"]
    apis.delete_api(ApiId=api_id)
    assert control_plane.publications() == []


def test_api_is_published_as_its_get_operations_tell_it(
    control_plane: ControlPlane, apis: "ApiGatewayV2Client", api_id: str
) -> None:
    integration_id = apis.create_integration(
        ApiId=api_id,
        IntegrationType="AWS",
        IntegrationUri="arn:aws:apigateway:us-east-1:dynamodb:action/PutItem",
        RequestTemplates={"$default": "{}"},
        TimeoutInMillis=1000,
    )["IntegrationId"]
    apis.create_integration_response(
        ApiId=api_id, IntegrationId=integration_id, IntegrationResponseKey="/200/"
    )
    authorizer_id = apis.create_authorizer(
        ApiId=api_id,
        Name="token",
        AuthorizerType="REQUEST",
        IdentitySource=["route.request.header.Auth"],
    )["AuthorizerId"]
    apis.create_model(ApiId=api_id, Name="message", Schema="{}", ContentType="application/json")
    apis.create_route(
        ApiId=api_id,
        RouteKey="$connect",
        Target=f"integrations/{integration_id}",
        AuthorizationType="CUSTOM",
        AuthorizerId=authorizer_id,
        ApiKeyRequired=True,
    )
    deployment_id = apis.create_deployment(ApiId=api_id)["DeploymentId"]
    apis.create_stage(ApiId=api_id, StageName="prod", DeploymentId=deployment_id)

    (api,) = control_plane.state().apis
    (stage,) = api.stages
    deployment = stage.deployment
    assert deployment is not None
    assert deployment.deployment_id == deployment_id
    assert deployment.route_selection_expression == "$request.body.action"
    assert deployment.api_key_selection_expression == "$request.header.x-api-key"
    route = deployment.routes["$connect"]
    assert route.target_integration_id == integration_id
    assert (route.authorization_type, route.authorizer_id) == ("CUSTOM", authorizer_id)
    assert route.api_key_required
    integration = deployment.integrations[integration_id]
    assert integration.timeout_milliseconds == 1000
    assert integration.function_arn is None
    assert integration.raw["requestTemplates"] == {"$default": "{}"}
    (response,) = integration.raw["integrationResponses"]
    assert response["integrationResponseKey"] == "/200/"
    assert deployment.authorizers[authorizer_id].identity_sources == ("route.request.header.Auth",)
    assert deployment.models["message"].schema == "{}"


def test_deleted_function_leaves_the_state(
    control_plane: ControlPlane, functions: "LambdaClient", role_arn: str
) -> None:
    functions.create_function(
        FunctionName="gone",
        Runtime="python3.13",
        Role=role_arn,
        Handler="echo.handler",
        Code={"ZipFile": zip_of("echo.py", "")},
    )
    assert [function.name for function in control_plane.state().functions] == ["gone"]
    functions.delete_function(FunctionName="gone")
    assert control_plane.state().functions == ()


def test_function_without_a_zip_is_left_out(
    control_plane: ControlPlane, functions: "LambdaClient", role_arn: str
) -> None:
    functions.create_function(
        FunctionName="image",
        Role=role_arn,
        PackageType="Image",
        Code={"ImageUri": "123456789012.dkr.ecr.us-east-1.amazonaws.com/image:latest"},
    )
    assert control_plane.state().functions == ()
    functions.delete_function(FunctionName="image")
