from typing import Any

import pytest

from local_aws.api_gateway.permissions import Invocation, execution_arn, is_allowed
from tests.local_aws.api_gateway.given import ACCOUNT_ID, FUNCTION_ARN, permission

SOURCE_ARN = execution_arn(
    region="us-east-1", account_id=ACCOUNT_ID, api_id="abc123", stage="prod", route_key="$connect"
)
INVOCATION = Invocation(SOURCE_ARN, ACCOUNT_ID, FUNCTION_ARN)
BASE = f"arn:aws:execute-api:us-east-1:{ACCOUNT_ID}:abc123"


def test_execution_arn_is_as_documented() -> None:
    assert f"{BASE}/prod/$connect" == SOURCE_ARN


@pytest.mark.parametrize(
    "source_arn",
    [
        f"{BASE}/prod/$connect",
        f"{BASE}/*/$connect",
        f"{BASE}/*/*",
        f"{BASE}/*",
        f"arn:aws:execute-api:*:{ACCOUNT_ID}:abc123/prod/$conn?ct",
    ],
)
def test_source_arn_that_matches_allows(source_arn: str) -> None:
    assert is_allowed([permission(source_arn)], INVOCATION)


@pytest.mark.parametrize(
    "source_arn",
    [
        f"{BASE}/dev/$connect",
        f"{BASE}/prod/$default",
        f"{BASE}/*/*/*",
        f"arn:aws:execute-api:us-east-1:{ACCOUNT_ID}:other/*/*",
        "arn:aws:execute-api:us-east-1:*",
        "*",
    ],
)
def test_source_arn_that_does_not_match_refuses(source_arn: str) -> None:
    assert not is_allowed([permission(source_arn)], INVOCATION)


def test_without_a_statement_nothing_is_allowed() -> None:
    assert not is_allowed([], INVOCATION)


def test_deny_wins_over_allow() -> None:
    allow, deny = permission(f"{BASE}/*/*"), permission(f"{BASE}/prod/*", Effect="Deny")
    assert not is_allowed([allow, deny], INVOCATION)
    assert not is_allowed([deny, allow], INVOCATION)


@pytest.mark.parametrize(
    "changes",
    [
        {"Action": "lambda:*"},
        {"Action": ["lambda:GetFunction", "lambda:InvokeFunction"]},
        {"Action": "*"},
        {"Action": "lambda:invokefunction"},
        {"Principal": "*"},
        {"Principal": {"Service": ["sns.amazonaws.com", "apigateway.amazonaws.com"]}},
        {"Resource": "*"},
        {"Resource": f"{FUNCTION_ARN[:-2]}*"},
        {"Condition": {}},
        {"Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT_ID}}},
        {"Condition": {"StringLike": {"AWS:SourceArn": "*/prod/*"}}},
        {"Condition": {"StringEquals": {"AWS:SourceArn": SOURCE_ARN}}},
        {"Condition": {"StringEqualsIgnoreCase": {"AWS:SourceArn": SOURCE_ARN.upper()}}},
        {"Condition": {"ArnEquals": {"AWS:SourceArn": ["other", f"{BASE}/*"]}}},
    ],
)
def test_statement_that_covers_the_invocation_allows(changes: dict[str, Any]) -> None:
    assert is_allowed([permission(SOURCE_ARN, **changes)], INVOCATION)


@pytest.mark.parametrize(
    "changes",
    [
        {"Action": "lambda:GetFunction"},
        {"Action": None},
        {"Principal": {"Service": "sns.amazonaws.com"}},
        {"Principal": {"AWS": "*"}},
        {"Resource": f"{FUNCTION_ARN}-other"},
        {"Resource": f"{FUNCTION_ARN}:live"},
        {"Condition": {"StringEquals": {"aws:SourceAccount": "999999999999"}}},
        {"Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}},
        {"Condition": {"Bool": {"AWS:SourceArn": SOURCE_ARN}}},
        {"Condition": {"ArnLike": SOURCE_ARN}},
        {"Condition": "text"},
        {
            "Condition": {
                "ArnLike": {"AWS:SourceArn": SOURCE_ARN},
                "StringEquals": {"AWS:SourceAccount": "999999999999"},
            }
        },
        {"Effect": "Maybe"},
    ],
)
def test_statement_that_does_not_cover_the_invocation_refuses(changes: dict[str, Any]) -> None:
    assert not is_allowed([permission(SOURCE_ARN, **changes)], INVOCATION)
