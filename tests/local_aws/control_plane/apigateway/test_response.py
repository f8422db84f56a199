"""API keys and usage plans, as they are published too."""

from collections.abc import Iterator
from typing import Any

import pytest

from local_aws.publication import Quota, StageReference, Throttle, UsagePlan
from tests.local_aws.control_plane.conftest import ControlPlane


@pytest.fixture
def access(control_plane: ControlPlane) -> Any:
    return control_plane.client("apigateway")


@pytest.fixture
def api_key_id(access: Any) -> Iterator[str]:
    api_key_id = access.create_api_key(name="phone", enabled=True, tags={"team": "chat"})["id"]
    yield api_key_id
    access.delete_api_key(apiKey=api_key_id)


@pytest.fixture
def usage_plan_id(access: Any) -> Iterator[str]:
    usage_plan_id = access.create_usage_plan(
        name="chat",
        apiStages=[{"apiId": "a1", "stage": "prod"}],
        throttle={"rateLimit": 10.0, "burstLimit": 5},
        quota={"limit": 100, "period": "DAY"},
    )["id"]
    yield usage_plan_id
    stages = access.get_usage_plan(usagePlanId=usage_plan_id)["apiStages"]
    change(access, usage_plan_id, *({**REMOVE_STAGE, "value": name_of(each)} for each in stages))
    access.delete_usage_plan(usagePlanId=usage_plan_id)


REMOVE_STAGE = {"op": "remove", "path": "/apiStages"}


def name_of(stage: dict[str, str]) -> str:
    return f"{stage['apiId']}:{stage['stage']}"


def change(access: Any, usage_plan_id: str, *operations: dict[str, str]) -> None:
    access.update_usage_plan(usagePlanId=usage_plan_id, patchOperations=list(operations))


def published_plan(control_plane: ControlPlane) -> UsagePlan:
    (usage_plan,) = control_plane.state().usage_plans
    return usage_plan


def test_api_key_is_published_with_its_value(
    access: Any, control_plane: ControlPlane, api_key_id: str
) -> None:
    value = access.get_api_key(apiKey=api_key_id, includeValue=True)["value"]
    (api_key,) = control_plane.state().api_keys
    assert (api_key.api_key_id, api_key.name, api_key.enabled) == (api_key_id, "phone", True)
    assert api_key.value == value
    access.update_api_key(
        apiKey=api_key_id,
        patchOperations=[{"op": "replace", "path": "/enabled", "value": "false"}],
    )
    (disabled,) = control_plane.state().api_keys
    assert not disabled.enabled


def test_usage_plan_is_published_with_its_keys_and_limits(
    access: Any, control_plane: ControlPlane, api_key_id: str, usage_plan_id: str
) -> None:
    access.create_usage_plan_key(usagePlanId=usage_plan_id, keyId=api_key_id, keyType="API_KEY")
    change(
        access,
        usage_plan_id,
        {"op": "replace", "path": "/throttle/rateLimit", "value": "0.5"},
        {"op": "replace", "path": "/quota/limit", "value": "7"},
        {"op": "add", "path": "/apiStages", "value": "a2:test"},
    )
    assert published_plan(control_plane) == UsagePlan(
        account_id="123456789012",
        region="us-east-1",
        usage_plan_id=usage_plan_id,
        name="chat",
        stages=(StageReference("a1", "prod"), StageReference("a2", "test")),
        throttle=Throttle(rate_limit=0.5, burst_limit=5),
        quota=Quota(limit=7, offset=0, period="DAY"),
        key_ids=(api_key_id,),
    )


def test_key_belongs_to_a_plan_once_until_it_is_taken_out(
    access: Any, control_plane: ControlPlane, api_key_id: str, usage_plan_id: str
) -> None:
    key = {"usagePlanId": usage_plan_id, "keyId": api_key_id}
    access.create_usage_plan_key(**key, keyType="API_KEY")
    with pytest.raises(access.exceptions.ConflictException, match="already a subscribed member"):
        access.create_usage_plan_key(**key, keyType="API_KEY")
    access.delete_usage_plan_key(**key)
    assert published_plan(control_plane).key_ids == ()
    with pytest.raises(access.exceptions.NotFoundException):
        access.delete_usage_plan_key(**key)


def test_deleted_key_belongs_to_no_plan(
    access: Any, control_plane: ControlPlane, usage_plan_id: str
) -> None:
    api_key_id = access.create_api_key(name="gone")["id"]
    access.create_usage_plan_key(usagePlanId=usage_plan_id, keyId=api_key_id, keyType="API_KEY")
    access.delete_api_key(apiKey=api_key_id)
    assert published_plan(control_plane).key_ids == ()


def test_plan_with_a_stage_cannot_be_deleted(access: Any, usage_plan_id: str) -> None:
    with pytest.raises(access.exceptions.BadRequestException, match="API Stages associated"):
        access.delete_usage_plan(usagePlanId=usage_plan_id)


def test_tags_of_keys_and_plans_change(access: Any, api_key_id: str, usage_plan_id: str) -> None:
    for kind, identifier in (("apikeys", api_key_id), ("usageplans", usage_plan_id)):
        arn = f"arn:aws:apigateway:us-east-1::/{kind}/{identifier}"
        access.tag_resource(resourceArn=arn, tags={"team": "talk", "stage": "test"})
        access.untag_resource(resourceArn=arn, tagKeys=["stage"])
        assert access.get_tags(resourceArn=arn)["tags"] == {"team": "talk"}
    assert access.get_api_key(apiKey=api_key_id)["tags"] == {"team": "talk"}
    assert access.get_usage_plan(usagePlanId=usage_plan_id)["tags"] == {"team": "talk"}


def test_tags_of_a_rest_apis_stage_are_still_motos(access: Any) -> None:
    rest_api_id = access.create_rest_api(name="rest")["id"]
    (root,) = access.get_resources(restApiId=rest_api_id)["items"]
    method = {"restApiId": rest_api_id, "resourceId": root["id"], "httpMethod": "GET"}
    access.put_method(**method, authorizationType="NONE")
    access.put_integration(**method, type="MOCK")
    access.create_deployment(restApiId=rest_api_id, stageName="prod")
    arn = f"arn:aws:apigateway:us-east-1::/restapis/{rest_api_id}/stages/prod"
    access.tag_resource(resourceArn=arn, tags={"team": "chat", "stage": "test"})
    access.untag_resource(resourceArn=arn, tagKeys=["stage"])
    assert access.get_tags(resourceArn=arn)["tags"] == {"team": "chat"}
    access.delete_rest_api(restApiId=rest_api_id)
