"""Requests that botocore has signed, and the holders of the keys."""

from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from local_aws.api_gateway.authorization.iam import FindPrincipal
from local_aws.api_gateway.authorization.principal import Principal
from local_aws.http1 import Request
from local_aws.policies.identity_policies import IdentityPolicies
from tests.local_aws.api_gateway.given import ACCOUNT_ID, REGION

ACCESS_KEY_ID = "AKIAEXAMPLE"
SECRET = "a/secret+key"
NOW = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)


def principal(**changes: Any) -> Principal:
    fields: dict[str, Any] = {
        "access_key_id": ACCESS_KEY_ID,
        "secret_access_key": SECRET,
        "session_token": None,
        "expires_at": None,
        "arn": f"arn:aws:iam::{ACCOUNT_ID}:user/ada",
        "account_id": ACCOUNT_ID,
        "user_id": "AIDAEXAMPLE",
        "caller": "AIDAEXAMPLE",
        "role_arn": None,
        "policies": IdentityPolicies(()),
        "is_root": False,
    }
    return Principal(**(fields | changes))


def allowing(action: str, resource: str = "*", effect: str = "Allow", **changes: Any) -> Principal:
    """Return a principal with one statement."""
    statement = {"Effect": effect, "Action": action, "Resource": resource}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    return principal(policies=IdentityPolicies.parse([document]), **changes)


def holding(holder: Principal) -> FindPrincipal:
    """Return what finds this principal alone."""

    async def find(access_key_id: str) -> Principal | None:
        return holder if access_key_id == holder.access_key_id else None

    return find


def signed_headers(
    url: str,
    *,
    method: str = "GET",
    headers: dict[str, str] | None = None,
    body: bytes = b"",
    at: datetime | None = NOW,
    **signing: Any,
) -> dict[str, str]:
    """Return the headers of a request that is signed in its headers; `at` None is now."""
    request = AWSRequest(method, url, headers or {}, data=body)
    _sign(SigV4Auth, request, at, **signing)
    return dict(request.headers.items())


def presigned_url(url: str, *, at: datetime | None = NOW, expires: int = 60, **signing: Any) -> str:
    """Return an address that is signed in its query string; `at` None is now."""
    request = AWSRequest("GET", url)
    _sign(SigV4QueryAuth, request, at, expires=expires, **signing)
    assert request.url is not None
    return request.url


def _sign(  # noqa: PLR0913 - what a signature is made of
    auth: Any,
    request: AWSRequest,
    at: datetime | None,
    *,
    secret: str = SECRET,
    token: str | None = None,
    region: str = REGION,
    service: str = "execute-api",
    access_key_id: str = ACCESS_KEY_ID,
    **options: Any,
) -> None:
    signer = auth(Credentials(access_key_id, secret, token), service, region, **options)
    moment = at or datetime.now(UTC)
    with patch("botocore.auth.get_current_datetime", return_value=moment):
        signer.add_auth(request)


def received(
    url: str, headers: dict[str, str] | None = None, *, method: str = "GET", body: bytes = b""
) -> Request:
    """Return a request as the gateway gets it from an HTTP client."""
    host, slash, target = url.partition("://")[2].partition("/")
    pairs = {"Host": host, **(headers or {})}
    return Request(method, slash + target, tuple(pairs.items()), body)
