"""IAM authorization: who signed a request, and whether their policies allow it.

From "Control access to WebSocket APIs with IAM authorization".
"""

import hmac
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from local_aws.api_gateway.authorization.principal import Principal
from local_aws.api_gateway.authorization.signature import (
    Signature,
    SignatureError,
    parse_signature,
)
from local_aws.api_gateway.authorization.signature_verification import check_signature
from local_aws.http1 import Request
from local_aws.policies.policy_document import Access
from local_aws.publication import Api

FindPrincipal = Callable[[str], Awaitable[Principal | None]]
"""Returns the holder of an access key, or None if there is none."""


def condition_keys(source_ip: str, user_agent: str | None) -> Mapping[str, str]:
    """Return the condition keys that every request brings."""
    keys = {"aws:sourceip": source_ip}
    return keys if user_agent is None else {**keys, "aws:useragent": user_agent}


class AccessDeniedError(Exception):
    """A caller whose policies do not allow a call; the message says who, what and on which ARN."""


@dataclass(frozen=True, slots=True)
class Iam:
    """Verifies signatures and evaluates policies."""

    find_principal: FindPrincipal

    async def authenticate(self, request: Request, *, region: str, now: float) -> Principal:
        """Return who signed a request; `now` is in seconds since the epoch.

        Raises:
            SignatureError: The request is not signed, or the signature does not hold.
            PrincipalDirectoryError: It cannot be found out.
        """
        signature = parse_signature(request)
        principal = await self.find_principal(signature.access_key_id)
        if principal is None or not _has_token(principal, signature):
            raise SignatureError(
                "UnrecognizedClientException",
                "The security token included in the request is invalid.",
            )
        if principal.expires_at is not None and principal.expires_at <= now:
            raise SignatureError(
                "ExpiredTokenException", "The security token included in the request is expired"
            )
        check_signature(
            signature,
            request,
            secret_access_key=principal.secret_access_key,
            region=region,
            now=now,
        )
        return principal

    def authorize(self, principal: Principal, api: Api, access: Access) -> None:
        """Check that a caller may do something to an API.

        Raises:
            AccessDeniedError: It may not.
        """
        # Without a resource policy, which no WebSocket API has, an account is on its own.
        if principal.account_id != api.account_id or not principal.may(access):
            # The account that is called is none of the caller's business beyond four digits.
            shown = f"********{api.account_id[-4:]}"
            raise AccessDeniedError(
                f"User: {principal.arn} is not authorized to perform: {access.action} on resource:"
                f" {access.resource.replace(api.account_id, shown, 1)}"
            )


def _has_token(principal: Principal, signature: Signature) -> bool:
    """Compare the session tokens; both are missing with a long-term key."""
    actual, expected = signature.session_token, principal.session_token
    if actual is None or expected is None:
        return actual is expected
    return hmac.compare_digest(actual.encode(), expected.encode())
