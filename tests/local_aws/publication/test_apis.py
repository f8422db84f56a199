import pytest

from local_aws.publication.apis import parse_api
from local_aws.publication.fields import Fields


@pytest.mark.parametrize("disabled", [True, False, None])
def test_default_address_is_disabled_by_the_deployment(*, disabled: bool | None) -> None:
    deployment = {
        "deploymentId": "d1",
        "api": {
            "routeSelectionExpression": "$request.body.action",
            "apiKeySelectionExpression": "$request.header.x-api-key",
            "disableExecuteApiEndpoint": disabled,
        },
    }
    document = {
        "account_id": "123456789012",
        "region": "us-east-1",
        "api_id": "a1b2c3",
        "name": "echo",
        "stages": [{"stage": {"stageName": "prod"}, "deployment": deployment}],
    }
    (stage,) = parse_api(Fields(document, "api")).stages
    assert stage.deployment is not None
    assert stage.deployment.disable_execute_api_endpoint is bool(disabled)
