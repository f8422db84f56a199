"""The policies of one principal, taken together."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from local_aws.policies.policy_document import (
    Access,
    Decision,
    Statement,
    decide,
    parse_policy,
)


@dataclass(frozen=True, slots=True)
class IdentityPolicies:
    """What a user or a role is allowed.

    `granting` allows; a permissions boundary and the policy of a session, where there are any, have
    to allow it too ("Policy evaluation logic" in the IAM User Guide).
    """

    granting: tuple[Statement, ...]
    permissions_boundary: tuple[Statement, ...] | None = None
    session_policy: tuple[Statement, ...] | None = None

    @classmethod
    def parse(
        cls,
        policies: Iterable[Mapping[str, Any]],
        *,
        permissions_boundary: Mapping[str, Any] | None = None,
        session_policy: Mapping[str, Any] | None = None,
    ) -> "IdentityPolicies":
        """Read policy documents.

        Raises:
            MalformedPolicyError: one of them is no policy.
        """
        return cls(
            tuple(statement for policy in policies for statement in parse_policy(policy)),
            None if permissions_boundary is None else parse_policy(permissions_boundary),
            None if session_policy is None else parse_policy(session_policy),
        )

    def denial_of(self, access: Access) -> str | None:
        """Return why an access is not allowed, in AWS's words; None if it is allowed."""
        decisions = [(kind, decide(policy, access)) for kind, policy in self._kinds()]
        for kind, decision in decisions:
            if decision is Decision.EXPLICITLY_DENIED:
                article = "an" if kind[0] == "i" else "a"
                return f"with an explicit deny in {article} {kind}"
        for kind, decision in decisions:
            if decision is Decision.IMPLICITLY_DENIED:
                return f"because no {kind} allows the {access.action} action"
        return None

    def forbids(self, access: Access) -> bool:
        """Tell whether an access is denied explicitly, or by what only limits."""
        return any(
            decision is Decision.EXPLICITLY_DENIED
            or (policy is not self.granting and decision is Decision.IMPLICITLY_DENIED)
            for decision, policy in (
                (decide(policy, access), policy) for _, policy in self._kinds()
            )
        )

    def _kinds(self) -> Iterator[tuple[str, tuple[Statement, ...]]]:
        yield "identity-based policy", self.granting
        if self.permissions_boundary is not None:
            yield "permissions boundary", self.permissions_boundary
        if self.session_policy is not None:
            yield "session policy", self.session_policy
