"""API keys: what opens a stage, and over real sockets who gets in and what handlers are told."""

from dataclasses import replace
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from local_aws.api_gateway.authorization.api_key import (
    ApiKeySelectionError,
    Grant,
    grants_of,
    selected_api_key,
)
from local_aws.http1 import Request
from local_aws.publication import ApiKey, Quota, StageReference, Throttle, UsagePlan
from tests.local_aws.api_gateway.given import (
    ACCOUNT_ID,
    ECHO_ROUTES,
    REGION,
    Functions,
    Running,
    answering,
    api,
    authorizer,
    decision,
    deployment,
    route,
    serving,
)

PROD = StageReference("abc123", "prod")
KEY = ApiKey(ACCOUNT_ID, REGION, "key1", "partner", "partner-secret", enabled=True)
PLAN = UsagePlan(ACCOUNT_ID, REGION, "plan1", "gold", (PROD,), None, None, ("key1",))
KEYED_CONNECT = route("$connect", api_key_required=True)
KEYED = deployment(KEYED_CONNECT, *ECHO_ROUTES[1:])


def test_key_of_a_usage_plan_of_the_stage_opens_it() -> None:
    assert grants_of(PROD, [KEY], [PLAN]) == {"partner-secret": Grant(KEY, PLAN)}


@pytest.mark.parametrize(
    ("api_key", "plan"),
    [
        (replace(KEY, enabled=False), PLAN),
        (KEY, replace(PLAN, key_ids=())),
        (KEY, replace(PLAN, stages=(StageReference("abc123", "dev"),))),
        (KEY, replace(PLAN, stages=())),
    ],
    ids=["disabled", "in no plan", "plan of another stage", "plan of no stage"],
)
def test_other_keys_do_not(api_key: ApiKey, plan: UsagePlan) -> None:
    assert grants_of(PROD, [api_key], [plan]) == {}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("$request.header.x-api-key", "from the header"),
        ("$request.header.x-other", None),
        ("$context.authorizer.usageIdentifierKey", "from the authorizer"),
    ],
)
def test_expression_says_where_the_key_is(expression: str, value: str | None) -> None:
    request = Request("GET", "/prod", (("X-Api-Key", "from the header"),), b"")
    assert selected_api_key(expression, request, "from the authorizer") == value


@pytest.mark.parametrize("expression", ["", "$request.header.", "$request.body.key", "x-api-key"])
def test_expression_that_is_none_is_refused(expression: str) -> None:
    with pytest.raises(ApiKeySelectionError, match=r"use \$request\.header\.x-api-key"):
        selected_api_key(expression, Request("GET", "/prod", (), b""), None)


# Over real sockets


def keyed(running: Running, *plans: UsagePlan, served: Any = None) -> Running:
    running.gateway.update([api(served or KEYED)], api_keys=[KEY], usage_plans=plans or [PLAN])
    return running


async def refusal(running: Running, key: str | None = "partner-secret") -> tuple[int, str]:
    """Return status and message of a refused handshake, after which no function has run."""
    headers = {} if key is None else {"x-api-key": key}
    ran = len(running.functions.received("$connect"))
    with pytest.raises(InvalidStatus) as refused:
        await running.connect(additional_headers=headers)
    assert len(running.functions.received("$connect")) == ran
    response = refused.value.response
    return response.status_code, response.body.decode().split('"')[3]


async def test_key_lets_in_and_every_event_names_it() -> None:
    async with serving() as running:
        keyed(running)
        async with running.connect(additional_headers={"X-API-Key": "partner-secret"}) as client:
            await client.send("hello")
            assert await client.recv() == "hello"
        await running.functions.wait_for("$disconnect")
        for event in running.functions.events:
            identity = event["requestContext"]["identity"]
            assert identity["apiKey"] == "partner-secret"
            assert identity["apiKeyId"] == "key1"
        assert all("partner-secret" not in str(line) for line in running.lines)


@pytest.mark.parametrize("key", [None, "", "unknown", "key1"])
async def test_handshake_without_a_valid_key_is_forbidden(key: str | None) -> None:
    async with serving() as running:
        assert await refusal(keyed(running), key) == (403, "Forbidden")


async def test_key_that_is_taken_out_of_its_plan_opens_nothing_more() -> None:
    async with serving() as running:
        keyed(running)
        async with running.connect(additional_headers={"x-api-key": "partner-secret"}):
            keyed(running, replace(PLAN, key_ids=()))
            assert await refusal(running) == (403, "Forbidden")


async def test_key_may_come_from_the_authorizer() -> None:
    guarded_connect = replace(KEYED_CONNECT, authorization_type="CUSTOM", authorizer_id="guard")
    served = replace(
        deployment(guarded_connect, *ECHO_ROUTES[1:], authorizers=[authorizer()]),
        api_key_selection_expression="$context.authorizer.usageIdentifierKey",
    )
    functions = Functions({"authorizer": answering(decision(usageIdentifierKey="partner-secret"))})
    async with serving(functions=functions) as running:
        keyed(running, served=served)
        async with running.connect():
            context = functions.received("$connect")[0]["requestContext"]
            assert context["identity"]["apiKeyId"] == "key1"
            assert context["authorizer"]["principalId"] == "user-17"
            assert "usageIdentifierKey" not in context["authorizer"]
        functions.behaviours["authorizer"] = answering(decision())
        assert await refusal(running) == (403, "Forbidden")


async def test_expression_that_selects_no_key_lets_nobody_in() -> None:
    served = replace(KEYED, api_key_selection_expression="$request.body.key")
    async with serving() as running:
        answer = await refusal(keyed(running, served=served))
        assert answer == (500, "Internal server error")
        assert "'$request.body.key' is none" in running.logged("CONNECT")[0].detail


async def test_plans_throttle_is_answered_with_429() -> None:
    async with serving() as running:
        keyed(running, replace(PLAN, throttle=Throttle(rate_limit=1e-6, burst_limit=1)))
        async with running.connect(additional_headers={"x-api-key": "partner-secret"}):
            assert await refusal(running) == (429, "Too Many Requests")
        assert (
            "key1 is over the throttle of the usage plan gold"
            in running.logged("CONNECT")[-1].detail
        )


async def test_plans_quota_is_answered_with_429() -> None:
    async with serving() as running:
        keyed(running, replace(PLAN, quota=Quota(limit=1, offset=0, period="MONTH")))
        async with running.connect(additional_headers={"x-api-key": "partner-secret"}):
            assert await refusal(running) == (429, "Limit Exceeded")
