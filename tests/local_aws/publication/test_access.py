from typing import Any

import pytest

from local_aws.publication import (
    ApiKey,
    Domain,
    MalformedPublicationError,
    Quota,
    StageReference,
    Throttle,
    UsagePlan,
)
from local_aws.publication.access import parse_api_key, parse_domain, parse_usage_plan
from local_aws.publication.fields import Fields

OWNER = {"account_id": "123456789012", "region": "us-east-1"}
USAGE_PLAN = {
    "id": "p1",
    "name": "chat",
    "apiStages": [{"apiId": "a1b2c3", "stage": "prod"}],
    "throttle": {"rateLimit": 0.5, "burstLimit": 2},
    "quota": {"limit": 1000, "offset": 3, "period": "DAY"},
}


def fields(**document: Any) -> Fields:
    return Fields({**OWNER, **document}, "state")


def test_api_key_has_its_value() -> None:
    document = {"id": "k1", "name": "phone", "value": "secret", "enabled": True}
    assert parse_api_key(fields(api_key=document)) == ApiKey(
        account_id="123456789012",
        region="us-east-1",
        api_key_id="k1",
        name="phone",
        value="secret",
        enabled=True,
    )


def test_api_key_shows_its_value_in_no_log() -> None:
    api_key = parse_api_key(fields(api_key={"id": "k1", "value": "secret"}))
    assert "secret" not in repr(api_key)
    assert not api_key.enabled


def test_usage_plan_has_its_stages_limits_and_keys() -> None:
    assert parse_usage_plan(fields(usage_plan=USAGE_PLAN, key_ids=["k1", "k2"])) == UsagePlan(
        account_id="123456789012",
        region="us-east-1",
        usage_plan_id="p1",
        name="chat",
        stages=(StageReference(api_id="a1b2c3", stage_name="prod"),),
        throttle=Throttle(rate_limit=0.5, burst_limit=2),
        quota=Quota(limit=1000, offset=3, period="DAY"),
        key_ids=("k1", "k2"),
    )


def test_usage_plan_without_limits_has_none() -> None:
    usage_plan = parse_usage_plan(fields(usage_plan={"id": "p1", "name": "chat"}))
    assert (usage_plan.throttle, usage_plan.quota) == (None, None)
    assert (usage_plan.stages, usage_plan.key_ids) == ((), ())


def test_throttle_may_limit_one_thing_only() -> None:
    usage_plan = parse_usage_plan(fields(usage_plan={**USAGE_PLAN, "throttle": {"rateLimit": 5}}))
    assert usage_plan.throttle == Throttle(rate_limit=5.0, burst_limit=None)


def test_quota_without_a_period_is_malformed() -> None:
    plan = {**USAGE_PLAN, "quota": {"limit": 1}}
    with pytest.raises(
        MalformedPublicationError, match=r"state\.usage_plan\.quota\.period is missing"
    ):
        parse_usage_plan(fields(usage_plan=plan))


def test_domain_has_the_stage_behind_each_mapping_key() -> None:
    mappings = [
        {"apiId": "a1b2c3", "stage": "prod", "apiMappingKey": "chat"},
        {"apiId": "d4e5f6", "stage": "test"},
    ]
    assert parse_domain(fields(name="ws.example.com", mappings=mappings)) == Domain(
        account_id="123456789012",
        region="us-east-1",
        name="ws.example.com",
        mappings={
            "chat": StageReference(api_id="a1b2c3", stage_name="prod"),
            "": StageReference(api_id="d4e5f6", stage_name="test"),
        },
    )
