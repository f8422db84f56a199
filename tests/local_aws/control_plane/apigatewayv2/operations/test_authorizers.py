from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from mypy_boto3_apigatewayv2 import ApiGatewayV2Client


@pytest.fixture
def authorizer_id(apis: "ApiGatewayV2Client", api_id: str) -> str:
    return apis.create_authorizer(
        ApiId=api_id,
        Name="token",
        AuthorizerType="REQUEST",
        IdentitySource=["route.request.header.Auth"],
    )["AuthorizerId"]


def test_authorizers_are_listed(
    apis: "ApiGatewayV2Client", api_id: str, authorizer_id: str
) -> None:
    (listed,) = apis.get_authorizers(ApiId=api_id)["Items"]
    assert listed["AuthorizerId"] == authorizer_id
    assert listed["IdentitySource"] == ["route.request.header.Auth"]


def test_update_changes_what_it_names(
    apis: "ApiGatewayV2Client", api_id: str, authorizer_id: str
) -> None:
    updated = apis.update_authorizer(ApiId=api_id, AuthorizerId=authorizer_id, Name="renamed")
    assert updated["Name"] == "renamed"
    assert updated["AuthorizerType"] == "REQUEST"


def test_authorizer_that_a_route_uses_cannot_be_deleted(
    apis: "ApiGatewayV2Client", api_id: str, authorizer_id: str
) -> None:
    route_id = apis.create_route(
        ApiId=api_id,
        RouteKey="$connect",
        AuthorizationType="CUSTOM",
        AuthorizerId=authorizer_id,
    )["RouteId"]
    with pytest.raises(apis.exceptions.ConflictException, match=rf"with Ids: \[{route_id}\]"):
        apis.delete_authorizer(ApiId=api_id, AuthorizerId=authorizer_id)
    apis.update_route(ApiId=api_id, RouteId=route_id, AuthorizationType="NONE")
    apis.delete_authorizer(ApiId=api_id, AuthorizerId=authorizer_id)
    assert apis.get_authorizers(ApiId=api_id)["Items"] == []


def test_unknown_authorizer_is_not_found(apis: "ApiGatewayV2Client", api_id: str) -> None:
    for operation in (apis.update_authorizer, apis.delete_authorizer):
        with pytest.raises(
            apis.exceptions.NotFoundException,
            match="Invalid Authorizer identifier specified nothing",
        ):
            operation(ApiId=api_id, AuthorizerId="nothing")
