"""Whether a call to the AWS of this machine is allowed to whoever makes it."""

import logging
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from local_aws.control_plane.authorization.call import (
    Call,
    UnknownCallError,
    protocol_of,
    read_call,
)
from local_aws.control_plane.authorization.key_holder import KeyHolder, find_key_holder
from local_aws.control_plane.authorization.needs import needs_of
from local_aws.control_plane.authorization.refusal import (
    Answer,
    access_denied,
    expired_token,
    invalid_token,
)
from local_aws.control_plane.authorization.signature import Signature, read_signature
from local_aws.control_plane.authorization.trust import ASSUME_ROLE, may_assume
from local_aws.policies.identity_policies import IdentityPolicies
from local_aws.policies.policy_document import Access, MalformedPolicyError

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

logger = logging.getLogger(__name__)


def refusal_of_call(environ: "WSGIEnvironment") -> Answer | None:
    """Return AWS's refusal of a call, or None if it is allowed.

    Root may do everything; and a call that is not signed is left to its service, as some take one.
    """
    signature = read_signature(environ)
    if signature is None:
        return None
    holder = find_key_holder(signature.access_key_id)
    # AWS lets root do everything but what cannot be done at all, which moto would do.
    if holder is not None and holder.is_root and signature.service != "sts":
        return None
    protocol = protocol_of(environ, signature.service)
    if holder is None or not (holder.is_root or signature.session_token == holder.session_token):
        return invalid_token(signature.service, protocol)
    if holder.expires_at is not None and holder.expires_at < time.time():
        return expired_token(signature.service, protocol)
    denial = _denial(environ, signature, holder)
    return None if denial is None else access_denied(signature.service, protocol, denial)


def _denial(environ: "WSGIEnvironment", signature: Signature, holder: KeyHolder) -> str | None:
    """Return what AWS says to a holder whose policies do not allow a call; None if they do."""
    user = f"User: {holder.principal.arn} is not authorized to perform"
    try:
        call = read_call(environ, signature, holder.principal.account_id)
        keys = _condition_keys(environ, call, holder)
        policies = IdentityPolicies.parse(
            holder.policies,
            permissions_boundary=holder.permissions_boundary,
            session_policy=holder.session_policy,
        )
        for need in needs_of(call):
            access = Access(need.action, need.resource, keys)
            if need.action == ASSUME_ROLE:
                reason = None if may_assume(holder, policies, access) else ""
            else:
                reason = None if holder.is_root else policies.denial_of(access)
            if reason is not None:
                # S3 alone puts the resource into quotation marks.
                resource = f'"{need.resource}"' if call.service == "s3" else need.resource
                return f"{user}: {need.action} on resource: {resource} {reason}".rstrip()
    except (UnknownCallError, MalformedPolicyError) as error:
        logger.warning("A call of %s was refused: %s", holder.principal.arn, error)
        return f"{user} this call"
    return None


def _condition_keys(environ: "WSGIEnvironment", call: Call, holder: KeyHolder) -> Mapping[str, str]:
    """Return the keys that conditions of policies may ask for, in lower case."""
    principal = holder.principal
    is_session = principal.role_arn is not None
    now = datetime.now(UTC)
    keys = {
        "aws:currenttime": now.isoformat(timespec="seconds"),
        "aws:epochtime": str(int(now.timestamp())),
        "aws:principalaccount": principal.account_id,
        "aws:principalarn": principal.role_arn or principal.arn,
        "aws:principaltype": "AssumedRole" if is_session else "User",
        "aws:requestedregion": call.region,
        # On AWS the call would come over TLS, and whoever asks for that means AWS.
        "aws:securetransport": "true",
        "aws:sourceip": environ.get("REMOTE_ADDR", "127.0.0.1"),
        "aws:userid": principal.user_id,
    }
    if (external_id := call.parameters.get("ExternalId")) is not None:
        keys["sts:externalid"] = str(external_id)
    return keys if is_session else {**keys, "aws:username": principal.arn.rpartition("/")[2]}
