from typing import Any

import pytest

from local_aws.policies.identity_policies import IdentityPolicies
from local_aws.policies.policy_document import Access, MalformedPolicyError

ACCESS = Access("sqs:SendMessage", "arn:aws:sqs:us-east-1:123456789012:work")


def policy(effect: str, action: str) -> dict[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": effect, "Action": action, "Resource": "*"}],
    }


ALLOW, DENY, OTHER = policy("Allow", "sqs:*"), policy("Deny", "sqs:*"), policy("Allow", "sns:*")


def test_one_policy_that_allows_is_enough() -> None:
    assert IdentityPolicies.parse([OTHER, ALLOW]).denial_of(ACCESS) is None


@pytest.mark.parametrize("policies", [[], [OTHER]])
def test_without_one_the_access_is_denied(policies: list[dict[str, Any]]) -> None:
    assert IdentityPolicies.parse(policies).denial_of(ACCESS) == (
        "because no identity-based policy allows the sqs:SendMessage action"
    )


@pytest.mark.parametrize("kind", ["permissions boundary", "session policy"])
def test_boundary_and_session_have_to_allow_it_too(kind: str) -> None:
    argument = kind.replace(" ", "_")
    allowed = IdentityPolicies.parse([ALLOW], **{argument: ALLOW})
    assert allowed.denial_of(ACCESS) is None
    limited = IdentityPolicies.parse([ALLOW], **{argument: OTHER})
    assert limited.denial_of(ACCESS) == (f"because no {kind} allows the sqs:SendMessage action")
    denied = IdentityPolicies.parse([ALLOW], **{argument: DENY})
    assert denied.denial_of(ACCESS) == f"with an explicit deny in a {kind}"


def test_explicit_deny_is_told_before_what_is_missing() -> None:
    policies = IdentityPolicies.parse([ALLOW, DENY], session_policy=OTHER)
    assert policies.denial_of(ACCESS) == "with an explicit deny in an identity-based policy"


def test_malformed_policy_is_none() -> None:
    with pytest.raises(MalformedPolicyError):
        IdentityPolicies.parse([{"Statement": "all"}])
