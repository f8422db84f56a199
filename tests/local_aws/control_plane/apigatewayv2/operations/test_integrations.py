from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from mypy_boto3_apigatewayv2 import ApiGatewayV2Client


def test_websocket_integration_waits_29_seconds_unless_told(
    apis: "ApiGatewayV2Client", api_id: str
) -> None:
    integration = apis.create_integration(ApiId=api_id, IntegrationType="AWS_PROXY")
    assert integration["TimeoutInMillis"] == 29_000
    assert integration["PassthroughBehavior"] == "WHEN_NO_MATCH"
    told = apis.create_integration(
        ApiId=api_id, IntegrationType="HTTP", TimeoutInMillis=50, PassthroughBehavior="NEVER"
    )
    assert told["TimeoutInMillis"] == 50
    assert told["PassthroughBehavior"] == "NEVER"


def test_http_integration_keeps_its_own_default(apis: "ApiGatewayV2Client") -> None:
    api_id = apis.create_api(Name="http", ProtocolType="HTTP")["ApiId"]
    integration = apis.create_integration(
        ApiId=api_id, IntegrationType="AWS_PROXY", TimeoutInMillis=30_000
    )
    assert integration["TimeoutInMillis"] == 30_000
    apis.delete_api(ApiId=api_id)


@pytest.mark.parametrize("timeout", [0, 49, 29_001])
def test_timeout_outside_of_awss_limits_is_refused(
    apis: "ApiGatewayV2Client", api_id: str, integration_id: str, timeout: int
) -> None:
    refused = "Timeout should be between 50 ms and 29000 ms"
    with pytest.raises(apis.exceptions.BadRequestException, match=refused):
        apis.create_integration(ApiId=api_id, IntegrationType="MOCK", TimeoutInMillis=timeout)
    with pytest.raises(apis.exceptions.BadRequestException, match=refused):
        apis.update_integration(ApiId=api_id, IntegrationId=integration_id, TimeoutInMillis=timeout)


def test_update_changes_what_it_names(
    apis: "ApiGatewayV2Client", api_id: str, integration_id: str
) -> None:
    apis.update_integration(ApiId=api_id, IntegrationId=integration_id, TimeoutInMillis=1_000)
    integration = apis.get_integration(ApiId=api_id, IntegrationId=integration_id)
    assert (integration["TimeoutInMillis"], integration["IntegrationType"]) == (1_000, "MOCK")


def test_type_is_required(apis: "ApiGatewayV2Client", api_id: str) -> None:
    with pytest.raises(apis.exceptions.BadRequestException, match="IntegrationType is required"):
        apis.create_integration(ApiId=api_id, IntegrationType="")  # type: ignore[arg-type]  # wrong


def test_integration_that_a_route_uses_cannot_be_deleted(
    apis: "ApiGatewayV2Client", api_id: str, integration_id: str, route_id: str
) -> None:
    with pytest.raises(
        apis.exceptions.ConflictException,
        match=(
            "Cannot delete Integration because it is referenced by the following Routes "
            rf"with Ids: \[{route_id}\]"
        ),
    ):
        apis.delete_integration(ApiId=api_id, IntegrationId=integration_id)
    apis.delete_route(ApiId=api_id, RouteId=route_id)
    apis.delete_integration(ApiId=api_id, IntegrationId=integration_id)
    assert apis.get_integrations(ApiId=api_id)["Items"] == []


def test_unknown_integration_is_not_found(apis: "ApiGatewayV2Client", api_id: str) -> None:
    for operation in (apis.update_integration, apis.delete_integration):
        with pytest.raises(
            apis.exceptions.NotFoundException,
            match="Invalid Integration identifier specified nothing",
        ):
            operation(ApiId=api_id, IntegrationId="nothing")


def test_deleted_integration_response_is_gone(
    apis: "ApiGatewayV2Client", api_id: str, integration_id: str
) -> None:
    integration: dict[str, Any] = {"ApiId": api_id, "IntegrationId": integration_id}
    response_id = apis.create_integration_response(
        **integration, IntegrationResponseKey="$default"
    )["IntegrationResponseId"]
    response: dict[str, Any] = {**integration, "IntegrationResponseId": response_id}
    apis.update_integration_response(**response, IntegrationResponseKey="/200/")
    assert apis.get_integration_response(**response)["IntegrationResponseKey"] == "/200/"

    apis.delete_integration_response(**response)
    for operation in (apis.update_integration_response, apis.delete_integration_response):
        with pytest.raises(apis.exceptions.NotFoundException):
            operation(**response)


@pytest.mark.parametrize("body", [b"{", b"[]", b"1"])
def test_body_that_is_no_json_document_is_refused(
    apis: "ApiGatewayV2Client", api_id: str, body: bytes
) -> None:
    def replace_body(params: dict[str, Any], **_: object) -> None:
        params["body"] = body

    apis.meta.events.register("before-call.apigatewayv2.CreateIntegration", replace_body)
    with pytest.raises(apis.exceptions.BadRequestException, match="Invalid request input"):
        apis.create_integration(ApiId=api_id, IntegrationType="MOCK")
