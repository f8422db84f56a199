from typing import Any

import pytest

from local_aws.policies.policy_document import (
    Access,
    MalformedPolicyError,
    is_allowed,
    parse_policy,
)
from tests.local_aws.api_gateway.given import policy

ARN = "arn:aws:execute-api:us-east-1:123456789012:abc123/prod/$connect"
KEYS = {"aws:sourceip": "192.0.2.7", "aws:useragent": "Browser/1"}
ACCESS = Access("execute-api:Invoke", ARN, KEYS)
ALLOW = policy()["Statement"][0]
DENY = policy("Deny")["Statement"][0]


def allows(*statements: Any) -> bool:
    return is_allowed(parse_policy({"Version": "2012-10-17", "Statement": [*statements]}), ACCESS)


def test_only_an_allow_allows() -> None:
    assert allows(ALLOW)
    assert not allows(DENY)


def test_deny_wins_over_allow() -> None:
    assert not allows(ALLOW, DENY)
    assert not allows(DENY, ALLOW)


def test_single_statement_needs_no_list() -> None:
    assert is_allowed(parse_policy({"Statement": ALLOW}), ACCESS)


@pytest.mark.parametrize(
    "changes",
    [
        {"Action": "execute-api:*"},
        {"Action": "EXECUTE-API:invoke"},
        {"Action": ["s3:GetObject", "execute-api:Invoke"]},
        {"Action": "*"},
        {"Resource": ARN},
        {"Resource": ["arn:aws:s3:::bucket", ARN.replace("prod", "*")]},
        {"Resource": "arn:aws:execute-api:*:*:abc123/*"},
        {"Resource": ARN.replace("$connect", "$conn???")},
        {"Condition": {}},
        {"Condition": {"StringEquals": {"AWS:UserAgent": ["Other/1", "Browser/1"]}}},
        {"Condition": {"StringEqualsIgnoreCase": {"aws:UserAgent": "BROWSER/1"}}},
        {"Condition": {"StringNotEquals": {"aws:UserAgent": "Other/1"}}},
        {"Condition": {"StringNotLike": {"aws:UserAgent": "Other/*"}}},
        {"Condition": {"NotIpAddress": {"aws:SourceIp": "198.51.100.0/24"}}},
        {"Condition": {"IpAddress": {"aws:SourceIp": ["2001:db8::/32", "192.0.2.0/24"]}}},
    ],
)
def test_statement_that_covers_the_access_applies(changes: dict[str, Any]) -> None:
    assert allows(ALLOW | changes)
    assert not allows(ALLOW, DENY | changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"Action": "execute-api:ManageConnections"},
        {"Resource": ARN.replace("abc123", "other")},
        {"Resource": ARN.replace("$connect", "*/*")},
        {"Resource": "arn:aws:execute-api:us-east-1:123456789012:*:more"},
        {"Condition": {"StringEquals": {"aws:UserAgent": "browser/1"}}},
        {"Condition": {"StringNotEquals": {"aws:UserAgent": ["Other/1", "Browser/1"]}}},
        {"Condition": {"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}}},
        {
            "Condition": {
                "StringEquals": {"aws:Unknown": "x"},
                "IpAddress": {"aws:SourceIp": "198.51.100.0/24"},
            }
        },
    ],
)
def test_statement_that_does_not_cover_the_access_does_not_apply(changes: dict[str, Any]) -> None:
    assert not allows(ALLOW | changes)
    assert allows(ALLOW, DENY | changes)


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"aws:Unknown": "x"}},
        {"StringNotEquals": {"aws:Unknown": "x"}},
        {"DateLessThan": {"aws:UserAgent": "2030-01-01T00:00:00Z"}},
        {"StringIsNearly": {"aws:UserAgent": "Browser/1"}},
        {"IpAddress": {"aws:SourceIp": "no network"}},
        {"StringEquals": {"aws:UserAgent": []}},
        {"StringEquals": {"aws:UserAgent": {"a": 1}}},
    ],
)
def test_condition_that_cannot_be_evaluated_never_lets_anyone_in(condition: Any) -> None:
    assert not allows(ALLOW | {"Condition": condition})
    assert not allows(ALLOW, DENY | {"Condition": condition})


@pytest.mark.parametrize(
    ("resource", "applies"),
    [
        ("arn:aws:execute-api:*:*:abc123/${aws:Stage}/*", True),
        ("arn:aws:execute-api:*:*:abc123/${aws:Other}/*", False),
    ],
)
def test_variable_stands_for_the_value_of_its_key(resource: str, *, applies: bool) -> None:
    access = Access("execute-api:Invoke", ARN, {"aws:stage": "prod", "aws:other": "test"})
    assert (
        is_allowed(parse_policy({"Statement": ALLOW | {"Resource": resource}}), access) is applies
    )


@pytest.mark.parametrize("variable", ["${aws:Unknown}", "${aws:Wild}", "${*}"])
def test_variable_that_is_not_known_never_lets_anyone_in(variable: str) -> None:
    access = Access("execute-api:Invoke", ARN, {"aws:wild": "*"})
    resource = {"Resource": f"arn:aws:execute-api:*:*:abc123/{variable}/*"}
    condition = {"Condition": {"StringLike": {"aws:Wild": [variable, "*"]}}}
    for changes in (resource, condition):
        assert not is_allowed(parse_policy({"Statement": ALLOW | changes}), access)
        statements = [ALLOW, DENY | changes]
        assert not is_allowed(parse_policy({"Statement": statements}), access)


def test_negated_elements_cover_what_they_do_not_name() -> None:
    without_action = {key: value for key, value in ALLOW.items() if key != "Action"}
    without_resource = {key: value for key, value in ALLOW.items() if key != "Resource"}
    assert allows(without_action | {"NotAction": "s3:*"})
    assert not allows(without_action | {"NotAction": "execute-api:*"})
    assert allows(without_resource | {"NotResource": "arn:aws:s3:::bucket"})
    assert not allows(without_resource | {"NotResource": ARN})


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        (None, "no object"),
        ("*", "no object"),
        ({}, "no Statement"),
        ({"Statement": []}, "no Statement"),
        ({"Statement": "Allow"}, "no Statement"),
        ({"Statement": ["Allow"]}, "a Statement of the policy is no object"),
        ({"Version": "2024-01-01", "Statement": [ALLOW]}, "Version is '2024-01-01'"),
        ({"Version": 2012, "Statement": [ALLOW]}, "Version is 2012"),
        (policy("allow"), "Effect of a Statement is 'allow'"),
        (policy(Effect=["Allow"]), "Effect"),
        (policy(Action=[]), "the Action of a Statement"),
        (policy(Action=[1]), "the Action of a Statement"),
        (policy(NotAction="s3:*"), "either Action or NotAction"),
        ({"Statement": {"Effect": "Allow", "Action": "*"}}, "either Resource or NotResource"),
        (policy(resource="abc123/prod/*"), "the Resource 'abc123/prod/*' is neither"),
        (policy(resource="arn:aws:execute-api:*"), "neither an ARN"),
        (policy(Condition="x"), "Condition"),
        (policy(Condition={"StringEquals": "x"}), "Condition"),
    ],
)
def test_document_that_is_no_policy_is_refused(document: Any, problem: str) -> None:
    with pytest.raises(MalformedPolicyError) as refused:
        parse_policy(document)
    assert problem in str(refused.value)
