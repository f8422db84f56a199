from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jwt_authorizer import answer
from jwt_authorizer.invalid_token import InvalidToken
from tests.lambda_src.jwt_authorizer.given import METHOD_ARN

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda values: st.lists(values) | st.dictionaries(st.text(), values),
    max_leaves=5,
)


def context_of(**claims: object) -> dict[str, answer.Scalar]:
    return answer.allow(METHOD_ARN, claims).result["context"]


def test_client_is_let_in_to_this_route_of_this_stage_alone() -> None:
    allowance = answer.allow(METHOD_ARN, {"sub": "alice"}, subprotocol="bearer")
    assert allowance.omitted_claims == 0
    assert allowance.result == {
        "principalId": "alice",
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": METHOD_ARN}
            ],
        },
        "context": {"sub": "alice", "subprotocol": "bearer"},
    }


def test_client_is_kept_out_of_this_route_without_a_context() -> None:
    assert answer.deny(METHOD_ARN) == {
        "principalId": "unknown",
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {"Action": "execute-api:Invoke", "Effect": "Deny", "Resource": METHOD_ARN}
            ],
        },
    }


@pytest.mark.parametrize(
    ("claims", "principal"),
    [
        ({"sub": "alice", "client_id": "app"}, "alice"),
        ({"client_id": "app", "azp": "other"}, "app"),
        ({"azp": "app"}, "app"),
        ({"sub": "", "azp": "app"}, "app"),
        ({"sub": 7, "azp": "app"}, "app"),
        ({"sub": "\ud800"}, "unknown"),
        ({}, "unknown"),
    ],
)
def test_principal_is_the_subject_or_else_the_client(
    claims: dict[str, Any], principal: str
) -> None:
    assert answer.allow(METHOD_ARN, claims).result["principalId"] == principal


def test_scalars_are_told_as_they_are() -> None:
    assert context_of(name="Åsa", age=7, score=0.5, admin=True) == {
        "name": "Åsa",
        "age": 7,
        "score": 0.5,
        "admin": True,
    }


def test_what_is_no_scalar_is_told_as_json() -> None:
    assert context_of(roles=["a", "b"], address={"city": "Åbo"}, serial=2**53, far=1e300) == {
        "roles": '["a", "b"]',
        "address": '{"city": "\\u00c5bo"}',
        "serial": "9007199254740992",
        "far": "1e+300",
    }


def test_what_json_cannot_hold_is_left_out_and_counted() -> None:
    nested: list[Any] = []
    for _ in range(100_000):
        nested = [nested]
    claims = {
        "kept": 1,
        "null": None,
        "half": "\ud800",
        "\ud800": "half",
        "infinite": float("inf"),
        "inside": [float("inf")],
        "deep": nested,
    }
    allowance = answer.allow(METHOD_ARN, claims)
    assert allowance.result["context"] == {"kept": 1}
    assert allowance.omitted_claims == 6


@pytest.mark.parametrize(
    "name", ["principalId", "integrationLatency", "usageIdentifierKey", "subprotocol"]
)
def test_claim_passes_for_nothing_that_handlers_trust(name: str) -> None:
    allowance = answer.allow(METHOD_ARN, {name: "forged"})
    assert allowance.result["context"] == {}
    assert allowance.omitted_claims == 1


def test_subprotocol_is_ours_whatever_a_claim_says() -> None:
    allowance = answer.allow(METHOD_ARN, {"subprotocol": "forged"}, subprotocol="bearer")
    assert allowance.result["context"] == {"subprotocol": "bearer"}


def test_largest_claims_give_way_to_what_fits() -> None:
    claims = {"picture": "p" * 9_000, "groups": ["g" * 4_000] * 2, "sub": "alice", "email": "a@b"}
    allowance = answer.allow(METHOD_ARN, claims)
    assert allowance.result["context"] == {"sub": "alice", "email": "a@b"}
    assert allowance.omitted_claims == 2


def test_claims_that_just_fit_are_told() -> None:
    empty = len(json.dumps(answer.allow(METHOD_ARN, {"sub": "a", "c": ""}).result))
    fits = {"sub": "a", "c": "c" * (answer.MAXIMUM_BYTES - empty - 4)}
    assert answer.allow(METHOD_ARN, fits).omitted_claims == 0
    assert answer.allow(METHOD_ARN, {**fits, "more": 1}).omitted_claims == 1


def test_subject_that_does_not_fit_is_refused() -> None:
    with pytest.raises(InvalidToken, match="its subject is too long"):
        answer.allow(METHOD_ARN, {"sub": "a" * answer.MAXIMUM_BYTES})


# What the rest of an answer leaves of 8 KB.
TOO_LONG = 7_800
LONG = st.builds(str.__mul__, st.characters(), st.integers(1_000, 9_000))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(claims=st.dictionaries(st.text(), JSON | LONG, max_size=8))
def test_answer_is_always_one_that_api_gateway_takes(claims: dict[str, Any]) -> None:
    try:
        allowance = answer.allow(METHOD_ARN, claims, subprotocol="bearer")
    except InvalidToken:
        principals = [claims.get(name) for name in ("sub", "client_id", "azp")]
        assert max(len(json.dumps(principal)) for principal in principals) > TOO_LONG
        return
    sent = json.dumps(allowance.result, allow_nan=False, ensure_ascii=False).encode()
    assert len(sent) <= answer.MAXIMUM_BYTES
    context = allowance.result["context"]
    assert all(isinstance(value, str | int | float | bool) for value in context.values())
    assert context["subprotocol"] == "bearer"
    assert allowance.omitted_claims == len(claims) - (len(context) - 1)
