"""Who holds an access key, and what IAM lets them do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from local_aws.policies.identity_policies import IdentityPolicies
from local_aws.policies.policy_document import Access
from local_aws.publication.fields import Fields


@dataclass(frozen=True, slots=True)
class Principal:
    """The holder of an access key.

    Attributes:
        access_key_id: The access key's id.
        secret_access_key: What the holder signs with.
        session_token: What comes with temporary credentials; None with a long-term key.
        expires_at: When temporary credentials end, in seconds since the epoch.
        arn: The user, or the session of a role.
        account_id: The account.
        user_id: The unique id of the user, or of the role and its session.
        caller: The same, as `requestContext.identity.caller` has it.
        role_arn: The role of a session; None for a user.
        policies: What the identity's policies say; the account's root needs none.
        is_root: Whether everything is allowed.
    """

    access_key_id: str
    secret_access_key: str = field(repr=False)  # a secret, which no log may show
    session_token: str | None = field(repr=False)
    expires_at: float | None
    arn: str
    account_id: str
    user_id: str
    caller: str
    role_arn: str | None
    policies: IdentityPolicies
    is_root: bool

    @property
    def identity(self) -> Mapping[str, str]:
        """What `requestContext.identity` says of the holder."""
        return {
            "accessKey": self.access_key_id,
            "accountId": self.account_id,
            "caller": self.caller,
            "user": self.user_id,
            "userArn": self.arn,
        }

    def may(self, access: Access) -> bool:
        """Tell whether the identity's policies allow an access in its own account."""
        if self.is_root:
            return True
        asked = Access(access.action, access.resource, {**self._condition_keys(), **access.keys})
        return self.policies.denial_of(asked) is None

    def _condition_keys(self) -> Mapping[str, str]:
        keys = {
            "aws:principalaccount": self.account_id,
            "aws:principalarn": self.role_arn or self.arn,
            "aws:principaltype": "User" if self.role_arn is None else "AssumedRole",
            "aws:userid": self.user_id,
        }
        if self.role_arn is not None:
            return keys
        return {**keys, "aws:username": self.arn.rpartition("/")[2]}


def parse_principal(access_key_id: str, document: object) -> Principal:
    """Read what the control plane answers of an access key.

    Raises:
        MalformedPublicationError, MalformedPolicyError: A field is missing or of another type, or
            a policy is none; both are a ValueError.
    """
    fields = Fields(document, "principal of the access key")
    principal = fields.object("principal")
    return Principal(
        access_key_id=access_key_id,
        secret_access_key=fields.text("secret_access_key"),
        session_token=fields.optional_text("session_token"),
        expires_at=fields.optional_number("expires_at"),
        arn=principal.text("arn"),
        account_id=principal.text("account_id"),
        user_id=principal.text("user_id"),
        caller=principal.text("caller"),
        role_arn=principal.optional_text("role_arn"),
        policies=IdentityPolicies.parse(
            (policy.document for policy in fields.items("policies")),
            permissions_boundary=_optional_document(fields, "permissions_boundary"),
            session_policy=_optional_document(fields, "session_policy"),
        ),
        is_root=fields.boolean("is_root"),
    )


def _optional_document(fields: Fields, name: str) -> Mapping[str, Any] | None:
    found = fields.optional_object(name)
    return None if found is None else found.document
