from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from mypy_boto3_apigatewayv2 import ApiGatewayV2Client


def test_models_are_listed_changed_and_deleted(apis: "ApiGatewayV2Client", api_id: str) -> None:
    model_id = apis.create_model(
        ApiId=api_id, Name="message", Schema="{}", ContentType="application/json"
    )["ModelId"]
    apis.update_model(ApiId=api_id, ModelId=model_id, Schema='{"type":"object"}')
    (listed,) = apis.get_models(ApiId=api_id)["Items"]
    assert (listed["Name"], listed["Schema"]) == ("message", '{"type":"object"}')
    apis.delete_model(ApiId=api_id, ModelId=model_id)
    assert apis.get_models(ApiId=api_id)["Items"] == []


def test_unknown_model_is_not_found(apis: "ApiGatewayV2Client", api_id: str) -> None:
    for operation in (apis.update_model, apis.delete_model):
        with pytest.raises(
            apis.exceptions.NotFoundException, match="Invalid Model identifier specified nothing"
        ):
            operation(ApiId=api_id, ModelId="nothing")
