"""The roles in whose name API Gateway calls what routes are integrated with."""

from dataclasses import dataclass
from typing import Final, Self

from local_aws.api_gateway.addressing import with_stage_variables
from local_aws.api_gateway.integrations.integration import Call, Failure, IntegrationError
from local_aws.api_gateway.integrations.role_trust import RoleTrust, RoleTrustError
from local_aws.aws_client import AwsClient
from local_aws.credentials import Credentials
from local_aws.role_credentials import RoleCredentials, RoleCredentialsError

# What AWS's logs of such calls show.
_SESSION_NAME: Final = "BackplaneAssumeRoleSession"
_REGION: Final = "us-east-1"  # roles have no Region, but calls of IAM and STS have


@dataclass(frozen=True, slots=True)
class IntegrationRoles:
    """Assumes the roles of integrations, as far as they let API Gateway do so."""

    trust: RoleTrust
    credentials: RoleCredentials

    @classmethod
    def of(cls, client: AwsClient) -> Self:
        """Prepare to ask the IAM and the STS that a client calls."""
        return cls(RoleTrust(client, region=_REGION), RoleCredentials(client, region=_REGION))

    async def assume(self, call: Call) -> Credentials:
        """Return credentials of the role of an integration.

        Raises:
            IntegrationError: It has none, or one that cannot be assumed.
        """
        role_arn = call.credentials_arn
        if role_arn is None:
            raise IntegrationError(
                Failure.NOT_CALLED,
                f"the integration {call.integration.integration_id!r} calls an AWS service without"
                " a credentials_arn; name a role that apigateway.amazonaws.com may assume",
            )
        if ":user/" in role_arn:
            raise IntegrationError(
                Failure.NOT_CALLED,
                f"the integration's credentials_arn {role_arn} stands for the caller's own"
                " credentials, which API Gateway does not keep of a WebSocket client; name a role",
            )
        role_arn = with_stage_variables(call.stage.stage, role_arn)
        try:
            await self.trust.check(
                role_arn,
                source_arn=call.stage.execution_arn(call.route.route_key),
                source_account=call.stage.api.account_id,
            )
            session = await self.credentials.session(role_arn, session_name=_SESSION_NAME)
        except (RoleTrustError, RoleCredentialsError) as error:
            raise IntegrationError(Failure.NOT_CALLED, str(error)) from error
        return session.credentials
