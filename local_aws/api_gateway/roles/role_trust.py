"""Whether a role lets API Gateway assume it, which its trust policy says.

From "Identity and access management for Amazon API Gateway". The local AWS's own calls are those of
the account's root, whom STS would let assume any role.
"""

import json
import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import unquote

from local_aws.aws_client import AwsClient, AwsClientError, query_call
from local_aws.credentials import ROOT
from local_aws.policies.policy_document import (
    Access,
    MalformedPolicyError,
    is_allowed,
    parse_policy,
)

_SERVICE: Final = "apigateway.amazonaws.com"
_ACTION: Final = "sts:AssumeRole"
_POLICY: Final = re.compile(
    r"<AssumeRolePolicyDocument>(?P<policy>.*?)</AssumeRolePolicyDocument>", re.DOTALL
)


class RoleTrustError(Exception):
    """A role does not let API Gateway assume it; the message says what to do."""


class RoleTrust:
    """Reads the trust policies of roles; one that was found to trust is not read again."""

    def __init__(self, client: AwsClient, *, region: str) -> None:
        """Prepare to ask the IAM that a Region's calls reach."""
        self._client = client
        self._region = region
        self._trusting: set[tuple[str, str]] = set()

    async def check(self, role_arn: str, *, source_arn: str, source_account: str) -> None:
        """Check that API Gateway may assume a role for a route or an authorizer.

        Args:
            role_arn: The role.
            source_arn: The ARN of either, which conditions of the trust policy may name.
            source_account: The API's account, which they may name too.

        Raises:
            RoleTrustError: It may not, or there is no such role.
        """
        if (role_arn, source_arn) in self._trusting:
            return
        keys = {"aws:sourcearn": source_arn, "aws:sourceaccount": source_account}
        policy = await self._trust_policy(role_arn)
        try:
            statements = parse_policy(_for_service(policy))
        except MalformedPolicyError:
            statements = ()
        if not is_allowed(statements, Access(_ACTION, role_arn, keys)):
            raise RoleTrustError(
                f"the role {role_arn} does not let API Gateway assume it; allow {_ACTION} to the"
                f" service {_SERVICE} in its assume_role_policy"
            )
        self._trusting.add((role_arn, source_arn))

    async def _trust_policy(self, role_arn: str) -> Any:
        call = query_call(
            "iam",
            region=self._region,
            action="GetRole",
            version="2010-05-08",
            parameters={"RoleName": role_arn.rpartition("/")[2]},
        )
        try:
            response = await self._client.send(call, ROOT)
        except AwsClientError as error:
            raise RoleTrustError(f"the role {role_arn} cannot be assumed: {error}") from error
        found = _POLICY.search(response.body.decode())
        return json.loads(unquote(found["policy"])) if found else None


def _for_service(policy: Any) -> Any:
    """Return the part of a trust policy that is about API Gateway, for its role as the resource."""
    statements = policy.get("Statement") if isinstance(policy, Mapping) else None
    if isinstance(statements, Mapping):
        statements = [statements]
    return {
        "Statement": [
            {**statement, "Resource": "*"}
            for statement in statements or ()
            if _names_service(statement.get("Principal"))
        ]
    }


def _names_service(principal: Any) -> bool:
    services = principal.get("Service") if isinstance(principal, Mapping) else None
    return _SERVICE in (services if isinstance(services, list) else [services])
