from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_apigatewayv2 import ApiGatewayV2Client


def test_integration_of_a_route_must_be_there(apis: "ApiGatewayV2Client", api_id: str) -> None:
    with pytest.raises(
        apis.exceptions.NotFoundException, match="Invalid Integration identifier specified nothing"
    ):
        apis.create_route(ApiId=api_id, RouteKey="$default", Target="integrations/nothing")
    assert apis.get_routes(ApiId=api_id)["Items"] == []


def test_target_names_an_integration(
    apis: "ApiGatewayV2Client", api_id: str, integration_id: str, route_id: str
) -> None:
    with pytest.raises(apis.exceptions.BadRequestException, match="is not of the form"):
        apis.update_route(ApiId=api_id, RouteId=route_id, Target=integration_id)


def test_authorizer_of_a_route_must_be_there(apis: "ApiGatewayV2Client", api_id: str) -> None:
    with pytest.raises(
        apis.exceptions.NotFoundException, match="Invalid Authorizer identifier specified nothing"
    ):
        apis.create_route(
            ApiId=api_id,
            RouteKey="$connect",
            AuthorizationType="CUSTOM",
            AuthorizerId="nothing",
        )


@pytest.mark.usefixtures("route_id")
def test_route_key_is_taken_once(apis: "ApiGatewayV2Client", api_id: str) -> None:
    with pytest.raises(
        apis.exceptions.ConflictException,
        match=r"Route with key \$default already exists for this API",
    ):
        apis.create_route(ApiId=api_id, RouteKey="$default")
    other = apis.create_route(ApiId=api_id, RouteKey="say")["RouteId"]
    with pytest.raises(apis.exceptions.ConflictException):
        apis.update_route(ApiId=api_id, RouteId=other, RouteKey="$default")


def test_custom_route_key_does_not_begin_with_a_dollar_sign(
    apis: "ApiGatewayV2Client", api_id: str
) -> None:
    with pytest.raises(apis.exceptions.BadRequestException, match=r"Route key \$say begins with"):
        apis.create_route(ApiId=api_id, RouteKey="$say")


def test_route_key_is_required(apis: "ApiGatewayV2Client", api_id: str) -> None:
    with pytest.raises(apis.exceptions.BadRequestException, match="RouteKey is required"):
        apis.create_route(ApiId=api_id, RouteKey="")


def test_only_connect_takes_an_authorization_type(
    apis: "ApiGatewayV2Client", api_id: str, route_id: str
) -> None:
    refused = r"Currently, authorization is restricted to the \$connect route only"
    with pytest.raises(apis.exceptions.BadRequestException, match=refused):
        apis.create_route(ApiId=api_id, RouteKey="say", AuthorizationType="AWS_IAM")
    with pytest.raises(apis.exceptions.BadRequestException, match=refused):
        apis.update_route(ApiId=api_id, RouteId=route_id, AuthorizationType="AWS_IAM")
    connect = apis.create_route(ApiId=api_id, RouteKey="$connect", AuthorizationType="AWS_IAM")
    assert connect["AuthorizationType"] == "AWS_IAM"


def test_routes_of_an_http_api_follow_its_own_rules(apis: "ApiGatewayV2Client") -> None:
    api_id = apis.create_api(Name="http", ProtocolType="HTTP")["ApiId"]
    apis.create_route(ApiId=api_id, RouteKey="GET /", AuthorizationType="AWS_IAM")
    apis.delete_api(ApiId=api_id)


def test_update_removes_what_it_empties_and_keeps_the_rest(
    apis: "ApiGatewayV2Client", api_id: str, integration_id: str
) -> None:
    target = f"integrations/{integration_id}"
    route_id = apis.create_route(
        ApiId=api_id,
        RouteKey="$connect",
        Target=target,
        OperationName="Connect",
        AuthorizationScopes=["read"],
        ModelSelectionExpression="$request.body.action",
        RequestModels={"$default": "message"},
        RequestParameters={"route.request.header.token": {"Required": True}},
    )["RouteId"]
    removed: dict[str, Any] = {
        "OperationName": "",
        "AuthorizationScopes": [],
        "ModelSelectionExpression": "",
        "RequestModels": {},
        "RequestParameters": {},
    }
    apis.update_route(ApiId=api_id, RouteId=route_id, OperationName="Open")
    kept = apis.get_route(ApiId=api_id, RouteId=route_id)
    assert kept["OperationName"] == "Open"
    assert kept["RequestModels"] == {"$default": "message"}

    apis.update_route(ApiId=api_id, RouteId=route_id, **removed)
    route = apis.get_route(ApiId=api_id, RouteId=route_id)
    assert {name: route[name] for name in removed if route.get(name)} == {}  # type: ignore[literal-required]  # the name is a variable
    assert (route["RouteKey"], route["Target"]) == ("$connect", target)


def test_request_parameter_can_be_deleted(apis: "ApiGatewayV2Client", api_id: str) -> None:
    name = "route.request.header.token"
    route_id = apis.create_route(
        ApiId=api_id, RouteKey="$connect", RequestParameters={name: {"Required": True}}
    )["RouteId"]
    apis.delete_route_request_parameter(ApiId=api_id, RouteId=route_id, RequestParameterKey=name)
    assert apis.get_route(ApiId=api_id, RouteId=route_id)["RequestParameters"] == {}
    with pytest.raises(ClientError, match="NotFoundException"):
        apis.delete_route_request_parameter(
            ApiId=api_id, RouteId=route_id, RequestParameterKey=name
        )


def test_deleted_route_is_gone(apis: "ApiGatewayV2Client", api_id: str, route_id: str) -> None:
    apis.delete_route(ApiId=api_id, RouteId=route_id)
    for operation in (apis.get_route, apis.update_route, apis.delete_route):
        with pytest.raises(
            apis.exceptions.NotFoundException, match="Invalid Route identifier specified"
        ):
            operation(ApiId=api_id, RouteId=route_id)
