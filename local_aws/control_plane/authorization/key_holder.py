"""Who holds an access key, read from moto's IAM and STS."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.iam.models import AccessKey, Group, IAMBackend, Policy, Role, User, iam_backends
from moto.sts.models import AssumedRole, sts_backends

from local_aws.credentials import ROOT

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Principal:
    """Whose a call is; `caller` is what API Gateway calls the caller's identity.

    `role_arn` is the role of a session, and None for a user.
    """

    arn: str
    account_id: str
    user_id: str
    caller: str
    role_arn: str | None = None


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """The principal of an access key, with the key's secrets and the policies that hold for it.

    What `policies` allow is allowed only if the permissions boundary and the policy of the session
    allow it too, where there are any. `expires_at` is in seconds since 1970.
    """

    principal: Principal
    secret_access_key: str = field(repr=False)  # a secret, which no log may show
    session_token: str | None = field(default=None, repr=False)
    expires_at: float | None = None
    policies: tuple[Document, ...] = ()
    permissions_boundary: Document | None = None
    session_policy: Document | None = None
    is_root: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return the holder for a part of the local AWS that verifies signatures itself."""
        principal = self.principal
        return {
            "secret_access_key": self.secret_access_key,
            "session_token": self.session_token,
            "expires_at": self.expires_at,
            "principal": {
                "arn": principal.arn,
                "account_id": principal.account_id,
                "user_id": principal.user_id,
                "caller": principal.caller,
                "role_arn": principal.role_arn,
            },
            "policies": list(self.policies),
            "permissions_boundary": self.permissions_boundary,
            "session_policy": self.session_policy,
            "is_root": self.is_root,
        }


def find_key_holder(access_key_id: str) -> KeyHolder | None:
    """Return the holder of an access key, or None if it is nobody's or switched off.

    A role and a user are read anew for each call, so a changed policy holds at once.
    """
    if access_key_id == ROOT.access_key_id:
        return _root()
    for account_id, partitions in list(iam_backends.items()):
        for partition, backend in list(partitions.items()):
            for session in list(sts_backends[account_id][partition].assumed_roles):
                if session.access_key_id == access_key_id:
                    return _session_holder(backend, session)
            for user in list(backend.users.values()):
                for key in list(user.access_keys):
                    if key.access_key_id == access_key_id:
                        return _user_holder(backend, user, key)
    return None


def find_trust_policy(role_arn: str) -> Document | None:
    """Return the trust policy of a role, or None if there is no such role."""
    for partitions in list(iam_backends.values()):
        for backend in list(partitions.values()):
            for role in list(backend.roles.values()):
                if role.arn == role_arn:
                    document: Document = json.loads(role.assume_role_policy_document)
                    return document
    return None


def _root() -> KeyHolder:
    arn = f"arn:aws:iam::{DEFAULT_ACCOUNT_ID}:root"
    return KeyHolder(
        principal=Principal(arn, DEFAULT_ACCOUNT_ID, DEFAULT_ACCOUNT_ID, DEFAULT_ACCOUNT_ID),
        secret_access_key=ROOT.secret_access_key,
        is_root=True,
    )


def _user_holder(backend: IAMBackend, user: User, key: AccessKey) -> KeyHolder | None:
    if key.status != "Active":
        return None
    groups = backend.get_groups_for_user(user.name)
    return KeyHolder(
        principal=Principal(user.arn, user.account_id, user.id, user.id),
        secret_access_key=key.secret_access_key,
        policies=tuple(_documents_of((user, *groups))),
    )


def _session_holder(backend: IAMBackend, session: AssumedRole) -> KeyHolder | None:
    role = next((each for each in backend.roles.values() if each.arn == session.role_arn), None)
    if role is None:
        return None
    return KeyHolder(
        principal=Principal(
            session.arn, role.account_id, session.user_id, session.user_id, role.arn
        ),
        secret_access_key=session.secret_access_key,
        session_token=session.session_token,
        expires_at=session.expiration.replace(tzinfo=UTC).timestamp(),
        policies=tuple(_documents_of((role,))),
        permissions_boundary=_boundary(backend, role),
        session_policy=json.loads(session.policy) if session.policy else None,
    )


def _documents_of(owners: Iterable[User | Group | Role]) -> Iterator[Document]:
    """Yield the inline policies of users, groups and roles, and those attached to them."""
    for owner in owners:
        yield from (json.loads(text) for text in list(owner.policies.values()))
        yield from map(_document, list(owner.managed_policies.values()))


def _boundary(backend: IAMBackend, role: Role) -> Document | None:
    arn = role.permissions_boundary_arn
    return _document(backend.get_policy(arn)) if arn else None


def _document(policy: Policy) -> Document:
    text = next(version.document for version in policy.versions if version.is_default)
    document: Document = json.loads(text)
    return document
