import pytest
from moto.apigateway.exceptions import BadRequestException, NotFoundException
from moto.apigateway.models import UsagePlan

from local_aws.control_plane.apigateway.usage_plan import apply


@pytest.fixture
def usage_plan() -> UsagePlan:
    return UsagePlan(
        usage_plan_id="p1",
        name="chat",
        apiStages=[{"apiId": "a1", "stage": "prod"}],
        throttle={"rateLimit": 10, "burstLimit": 5},
        quota={"limit": 100, "period": "DAY"},
    )


def test_limits_change_to_numbers_of_their_kind(usage_plan: UsagePlan) -> None:
    values = {
        "/quota/limit": "200",
        "/quota/offset": "3",
        "/quota/period": "WEEK",
        "/throttle/burstLimit": "7",
        "/throttle/rateLimit": "0.5",
    }
    apply(
        usage_plan,
        [{"op": "replace", "path": path, "value": value} for path, value in values.items()],
    )
    assert usage_plan.quota == {"limit": 200, "offset": 3, "period": "WEEK"}
    assert usage_plan.throttle == {"burstLimit": 7, "rateLimit": 0.5}


def test_limits_are_added_and_removed(usage_plan: UsagePlan) -> None:
    apply(usage_plan, [{"op": "remove", "path": "/quota"}, {"op": "remove", "path": "/throttle"}])
    assert (usage_plan.quota, usage_plan.throttle) == ({}, {})
    apply(usage_plan, [{"op": "add", "path": "/throttle/rateLimit", "value": "1"}])
    assert usage_plan.throttle == {"rateLimit": 1.0}


def test_texts_change(usage_plan: UsagePlan) -> None:
    texts = {"/name": "talk", "/description": "For phones.", "/productCode": "code"}
    apply(usage_plan, [{"op": "replace", "path": each, "value": texts[each]} for each in texts])
    described = usage_plan.to_json()
    assert [described[name] for name in ("name", "description", "productCode")] == [
        "talk",
        "For phones.",
        "code",
    ]
    apply(usage_plan, [{"op": "remove", "path": "/productCode"}])
    assert usage_plan.to_json()["productCode"] is None


def test_stages_come_and_go(usage_plan: UsagePlan) -> None:
    apply(
        usage_plan,
        [
            {"op": "add", "path": "/apiStages", "value": "a2:test"},
            {"op": "add", "path": "/apiStages", "value": "a2:test"},
            {"op": "remove", "path": "/apiStages", "value": "a1:prod"},
        ],
    )
    assert usage_plan.api_stages == [{"apiId": "a2", "stage": "test"}]


def test_stage_that_is_not_there_cannot_be_removed(usage_plan: UsagePlan) -> None:
    with pytest.raises(NotFoundException, match="Invalid API stage a2:test specified"):
        apply(usage_plan, [{"op": "remove", "path": "/apiStages", "value": "a2:test"}])


@pytest.mark.parametrize(
    ("operation", "message"),
    [
        ({"op": "move", "path": "/name"}, "Invalid patch path '/name' specified for op 'move'"),
        ({"op": "replace", "path": "/color", "value": "x"}, "Invalid patch path '/color'"),
        ({"op": "add", "path": "/apiStages", "value": "prod"}, "Invalid API Stage specified"),
        (
            {"op": "replace", "path": "/quota/limit", "value": "much"},
            "Invalid value much specified for /quota/limit",
        ),
    ],
)
def test_wrong_operation_is_refused(
    usage_plan: UsagePlan, operation: dict[str, str], message: str
) -> None:
    with pytest.raises(BadRequestException, match=message):
        apply(usage_plan, [operation])
