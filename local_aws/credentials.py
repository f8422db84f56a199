"""Whose the calls to the AWS of this machine are."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Credentials:
    """What an AWS call is signed with; `session_token` is None for a user's own access key."""

    access_key_id: str
    secret_access_key: str = field(repr=False)  # a secret, which no log may show
    session_token: str | None = field(default=None, repr=False)


# Known to everybody, as it opens nothing but the AWS of this machine.
ROOT = Credentials("test", "test")
"""The account's root user, to whom everything is allowed: Terraform and the developer."""
