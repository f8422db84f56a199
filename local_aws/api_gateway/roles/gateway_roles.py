"""Credentials of the roles in whose name API Gateway acts."""

from dataclasses import dataclass
from typing import Final, Self

from local_aws.api_gateway.addressing import DeployedStage, with_stage_variables
from local_aws.api_gateway.roles.role_trust import RoleTrust, RoleTrustError
from local_aws.aws_client import AwsClient
from local_aws.credentials import Credentials
from local_aws.role_credentials import RoleCredentials, RoleCredentialsError

# What AWS's logs of such calls show.
_SESSION_NAME: Final = "BackplaneAssumeRoleSession"
_REGION: Final = "us-east-1"  # roles have no Region, but calls of IAM and STS have


class RoleError(Exception):
    """A role cannot be assumed; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Role:
    """A role, and for what it is to be assumed.

    Attributes:
        arn: The role's ARN, in which stage variables may stand.
        stage: The stage that it is assumed for.
        source_arn: The route or the authorizer.
    """

    arn: str
    stage: DeployedStage
    source_arn: str


@dataclass(frozen=True, slots=True)
class GatewayRoles:
    """Assumes roles, as far as they let API Gateway do so."""

    trust: RoleTrust
    credentials: RoleCredentials

    @classmethod
    def of(cls, client: AwsClient) -> Self:
        """Prepare to ask the IAM and the STS that a client calls."""
        return cls(RoleTrust(client, region=_REGION), RoleCredentials(client, region=_REGION))

    async def assume(self, role: Role) -> Credentials:
        """Return credentials of a role.

        Raises:
            RoleError: It cannot be assumed.
        """
        role_arn = with_stage_variables(role.stage.stage, role.arn)
        if ":user/" in role_arn:
            raise RoleError(
                f"{role_arn} stands for the caller's own credentials, which API Gateway does not"
                " keep of a WebSocket client; name a role"
            )
        try:
            await self.trust.check(
                role_arn,
                source_arn=role.source_arn,
                source_account=role.stage.api.account_id,
            )
            session = await self.credentials.session(role_arn, session_name=_SESSION_NAME)
        except (RoleTrustError, RoleCredentialsError) as error:
            raise RoleError(str(error)) from error
        return session.credentials
