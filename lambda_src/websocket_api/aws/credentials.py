"""Whose requests these are: credentials, where they are found, and when they are fetched anew."""

from __future__ import annotations

import time
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from websocket_api.aws.errors import CredentialsUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

CONTAINER_VARIABLE = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
"""Set by Lambda for a function with SnapStart (Lambda environment variables)."""

REFRESH_SECONDS = 15 * 60
"""How long before they expire credentials are fetched anew."""

RETRY_SECONDS = 60
"""How long credentials that are about to expire are used on if there are no newer ones."""


class Credentials(NamedTuple):
    """The access keys of a role or a user."""

    access_key_id: str
    secret_access_key: str
    session_token: str | None = None
    expires_at: float | None = None
    """In epoch seconds; None says that whoever gave them out takes care of it."""

    def __repr__(self) -> str:
        return f"Credentials({self.access_key_id!r}, expires_at={self.expires_at})"

    def are_valid(self, epoch_seconds: float) -> bool:
        """Return whether they have not expired."""
        return self.expires_at is None or epoch_seconds < self.expires_at


class CredentialsProvider(Protocol):
    """Where credentials come from; threads may share it."""

    def current(self) -> Credentials:
        """Return credentials that have not expired: the same object until there are new ones.

        Raises:
            CredentialsUnavailable: there are none.
        """


class RefreshedCredentials:
    """Credentials that are fetched when they are first asked for, and before they expire."""

    def __init__(
        self, fetch: Callable[[], Credentials], *, clock: Callable[[], float] = time.time
    ) -> None:
        """Take what fetches them, and the clock, which gives epoch seconds."""
        self._fetch = fetch
        self._clock = clock
        self._lock = Lock()
        self._credentials = Credentials("", "", expires_at=0)
        self._fetch_at = 0.0

    def current(self) -> Credentials:
        """Return the credentials.

        While one thread fetches new ones, the others go on with those that are still valid.
        """
        now = self._clock()
        if now < self._fetch_at:
            return self._credentials
        if self._lock.acquire(blocking=not self._credentials.are_valid(now)):
            try:
                if now >= self._fetch_at:
                    self._refresh(now)
            finally:
                self._lock.release()
        return self._credentials

    def _refresh(self, now: float) -> None:
        try:
            self._credentials = self._fetch_valid(now)
        except CredentialsUnavailable:
            if not self._credentials.are_valid(now):
                raise
        expires_at = self._credentials.expires_at
        if expires_at is None:
            self._fetch_at = float("inf")
        else:
            # Where only old ones are to be had, not every call may ask for new ones.
            self._fetch_at = max(expires_at - REFRESH_SECONDS, min(now + RETRY_SECONDS, expires_at))

    def _fetch_valid(self, now: float) -> Credentials:
        fetched = self._fetch()
        if not fetched.are_valid(now):
            raise CredentialsUnavailable(
                "The AWS credentials have expired, and there are no new ones where they came from; "
                "renew them there."
            )
        return fetched


class SdkCredentials:
    """What the SDK found, which fetches new ones by itself."""

    def __init__(self, found: Any) -> None:
        """Take botocore's credentials, or None if it found none."""
        self._found = found
        self._last: tuple[Any, Credentials] = (None, Credentials("", ""))

    def current(self) -> Credentials:
        """Return the credentials."""
        if self._found is None:
            raise CredentialsUnavailable(
                "There are no AWS credentials. In Lambda they are the execution role's; elsewhere "
                "set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
            )
        frozen, last = self._found.get_frozen_credentials(), self._last
        if last[0] != frozen:
            last = (frozen, Credentials(frozen.access_key, frozen.secret_key, frozen.token or None))
            self._last = last
        return last[1]


def find_provider(
    environ: Mapping[str, str], *, sdk: Callable[[], CredentialsProvider]
) -> CredentialsProvider:
    """Return the provider for a process: its variables, its container's endpoint, or the SDK.

    Args:
        environ: the environment variables.
        sdk: makes the provider that looks wherever else the SDK does.
    """
    if environ.get("AWS_ACCESS_KEY_ID"):
        return RefreshedCredentials(lambda: from_variables(environ))
    if environ.get(CONTAINER_VARIABLE):
        from websocket_api.aws import container_credentials  # noqa: PLC0415 - only with SnapStart

        return RefreshedCredentials(lambda: container_credentials.fetch(environ))
    return sdk()


def from_variables(environ: Mapping[str, str]) -> Credentials:
    """Return the credentials in environment variables.

    Raises:
        CredentialsUnavailable: one of them is missing, or cannot be used.
    """
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        if not environ.get(name):
            raise CredentialsUnavailable(
                f"The environment variable {name} is not set, which has to come with AWS's other "
                f"credentials; set it too, or remove them."
            )
    token = environ.get("AWS_SECURITY_TOKEN") or environ.get("AWS_SESSION_TOKEN") or None
    expiration = environ.get("AWS_CREDENTIAL_EXPIRATION")
    return Credentials(
        environ["AWS_ACCESS_KEY_ID"],
        environ["AWS_SECRET_ACCESS_KEY"],
        token,
        epoch_seconds(expiration) if expiration else None,
    )


def epoch_seconds(expiration: str) -> float:
    """Return when credentials expire, given as ISO 8601.

    Raises:
        CredentialsUnavailable: it is given in another way.
    """
    from datetime import UTC, datetime  # noqa: PLC0415 - most credentials have no expiration

    try:
        instant = datetime.fromisoformat(expiration)
    except ValueError as error:
        raise CredentialsUnavailable(
            f"The credentials expire at {expiration!r}, which is no instant in ISO 8601."
        ) from error
    return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).timestamp()
