from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from mypy_boto3_apigatewayv2 import ApiGatewayV2Client


@pytest.fixture
def route_response_id(apis: "ApiGatewayV2Client", api_id: str, route_id: str) -> str:
    return apis.create_route_response(ApiId=api_id, RouteId=route_id, RouteResponseKey="$default")[
        "RouteResponseId"
    ]


def test_route_responses_are_listed(
    apis: "ApiGatewayV2Client", api_id: str, route_id: str, route_response_id: str
) -> None:
    (listed,) = apis.get_route_responses(ApiId=api_id, RouteId=route_id)["Items"]
    assert listed["RouteResponseId"] == route_response_id
    assert listed["RouteResponseKey"] == "$default"


def test_update_changes_what_it_names(
    apis: "ApiGatewayV2Client", api_id: str, route_id: str, route_response_id: str
) -> None:
    response: dict[str, Any] = {
        "ApiId": api_id,
        "RouteId": route_id,
        "RouteResponseId": route_response_id,
    }
    apis.update_route_response(**response, ResponseModels={"$default": "message"})
    apis.update_route_response(**response, ModelSelectionExpression="$request.body.action")
    read = apis.get_route_response(**response)
    assert read["ResponseModels"] == {"$default": "message"}
    assert read["ModelSelectionExpression"] == "$request.body.action"


def test_default_is_the_only_key_and_taken_once(
    apis: "ApiGatewayV2Client", api_id: str, route_id: str, route_response_id: str
) -> None:
    response: dict[str, Any] = {"ApiId": api_id, "RouteId": route_id}
    with pytest.raises(apis.exceptions.ConflictException):
        apis.create_route_response(**response, RouteResponseKey="$default")
    with pytest.raises(apis.exceptions.BadRequestException, match="say is not supported"):
        apis.create_route_response(**response, RouteResponseKey="say")
    with pytest.raises(apis.exceptions.BadRequestException, match="say is not supported"):
        apis.update_route_response(
            **response, RouteResponseId=route_response_id, RouteResponseKey="say"
        )


def test_deleted_route_response_is_gone(
    apis: "ApiGatewayV2Client", api_id: str, route_id: str, route_response_id: str
) -> None:
    response: dict[str, Any] = {
        "ApiId": api_id,
        "RouteId": route_id,
        "RouteResponseId": route_response_id,
    }
    apis.delete_route_response(**response)
    for operation in (apis.update_route_response, apis.delete_route_response):
        with pytest.raises(
            apis.exceptions.NotFoundException, match="Invalid RouteResponse identifier specified"
        ):
            operation(**response)
