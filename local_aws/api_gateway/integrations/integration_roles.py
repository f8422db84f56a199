"""The role in whose name API Gateway calls what a route is integrated with."""

from dataclasses import dataclass

from local_aws.api_gateway.integrations.integration import Call, Failure, IntegrationError
from local_aws.api_gateway.roles.gateway_roles import GatewayRoles, Role, RoleError
from local_aws.credentials import Credentials


def role_of(call: Call) -> Role:
    """Return the role of an integration.

    Raises:
        IntegrationError: It has none.
    """
    if call.credentials_arn is None:
        raise IntegrationError(
            Failure.NOT_CALLED,
            f"the integration {call.integration.integration_id!r} calls an AWS service without a"
            " credentials_arn; name a role that apigateway.amazonaws.com may assume",
        )
    source_arn = call.stage.execution_arn(call.route.route_key)
    return Role(call.credentials_arn, call.stage, source_arn)


@dataclass(frozen=True, slots=True)
class IntegrationRoles:
    """Assumes the roles of integrations."""

    roles: GatewayRoles

    async def assume(self, call: Call) -> Credentials:
        """Return credentials of the role of an integration.

        Raises:
            IntegrationError: It has none, or one that cannot be assumed.
        """
        try:
            return await self.roles.assume(role_of(call))
        except RoleError as error:
            raise IntegrationError(Failure.NOT_CALLED, str(error)) from error
