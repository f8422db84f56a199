"""Whether a role trusts whoever wants to assume it."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from local_aws.control_plane.authorization.key_holder import KeyHolder, find_trust_policy
from local_aws.policies.identity_policies import IdentityPolicies
from local_aws.policies.policy_document import Access, is_allowed, parse_policy

ASSUME_ROLE: Final = "sts:AssumeRole"


def may_assume(holder: KeyHolder, policies: IdentityPolicies, access: Access) -> bool:
    """Tell whether a holder may assume the role that an access is about.

    A role that trusts an account leaves it to that account's policies who may; one that trusts a
    principal by name needs none, but for what limits these ("Policy evaluation logic").

    Raises:
        MalformedPolicyError: the role's trust policy is no policy.
    """
    document = find_trust_policy(access.resource)
    if document is None:
        return False
    if holder.is_root:
        return True
    principal = holder.principal
    names = {principal.arn, principal.role_arn or principal.arn}
    if _trusts(document, names, access):
        return not policies.forbids(access)
    partition = principal.arn.split(":")[1]
    account = f"arn:{partition}:iam::{principal.account_id}:root"
    names |= {"*", principal.account_id, account}
    return _trusts(document, names, access) and policies.denial_of(access) is None


def _trusts(document: Mapping[str, Any], names: set[str], access: Access) -> bool:
    """Tell whether a trust policy allows an access to one of these principals."""
    statements = document.get("Statement", [])
    statements = [statements] if isinstance(statements, Mapping) else statements
    applying = [
        # What a trust policy is about is the role that it belongs to.
        {**{name: value for name, value in each.items() if name != "Principal"}, "Resource": "*"}
        for each in statements
        if names.intersection(_trusted(each.get("Principal")))
    ]
    if not applying:
        return False
    policy = parse_policy({**document, "Statement": applying})
    return is_allowed(policy, Access(ASSUME_ROLE, "*", access.keys))


def _trusted(principal: Any) -> Iterable[str]:
    if isinstance(principal, str):
        return (principal,)
    trusted = principal.get("AWS", []) if isinstance(principal, Mapping) else []
    return (trusted,) if isinstance(trusted, str) else trusted
