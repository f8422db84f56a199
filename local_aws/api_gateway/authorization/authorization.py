"""Who may connect, as the route `$connect` demands it; nothing that fails lets anyone in."""

from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Final

from local_aws.api_gateway.addressing import DeployedStage
from local_aws.api_gateway.authorization.api_key import (
    ApiKeySelectionError,
    Grant,
    selected_api_key,
)
from local_aws.api_gateway.authorization.iam import AccessDeniedError, Iam, condition_keys
from local_aws.api_gateway.authorization.lambda_authorizer import (
    INVOKE_ACTION,
    Decision,
    LambdaAuthorizer,
)
from local_aws.api_gateway.authorization.principal import Principal
from local_aws.api_gateway.authorization.principal_directory import PrincipalDirectoryError
from local_aws.api_gateway.authorization.signature import SignatureError
from local_aws.api_gateway.authorization.usage import Excess, UsageMeter
from local_aws.api_gateway.events import (
    ConnectionContext,
    Forwarding,
    Occurrence,
    Parameters,
    authorizer_headers,
)
from local_aws.api_gateway.frames import ErrorMessage
from local_aws.api_gateway.handshake import HandshakeError
from local_aws.api_gateway.throttling import Throttling
from local_aws.http1 import Request
from local_aws.policies.policy_document import Access
from local_aws.publication import Route

CONNECT: Final = "$connect"
_EXCESSES: Final = {
    Excess.THROTTLE: ErrorMessage.TOO_MANY_REQUESTS,
    Excess.QUOTA: ErrorMessage.LIMIT_EXCEEDED,
}


@dataclass(frozen=True, slots=True)
class Attempt:
    """A handshake on its way: what a client asks, of which stage, and when."""

    stage: DeployedStage
    request: Request
    occurrence: Occurrence
    forwarding: Forwarding

    @property
    def query(self) -> str:
        """The query string as it was sent, or ""."""
        return self.request.target.partition("?")[2]


@dataclass(frozen=True, slots=True)
class Authorization:
    """Decides on handshakes."""

    lambda_authorizer: LambdaAuthorizer
    iam: Iam
    usage: UsageMeter
    throttling: Throttling

    async def authorize(self, attempt: Attempt, context: ConnectionContext) -> ConnectionContext:
        """Return the context of a client that may connect, with what is now known of it.

        Raises:
            HandshakeError: It may not.
        """
        excess = self.throttling.excess_of_connection(attempt.stage)
        if excess is not None:
            raise HandshakeError(
                HTTPStatus.TOO_MANY_REQUESTS, excess, message=ErrorMessage.TOO_MANY_REQUESTS
            )
        route = attempt.stage.deployment.routes.get(CONNECT)
        if route is None:
            return context
        usage_identifier_key = None
        match route.authorization_type:
            case "NONE":
                pass
            case "CUSTOM":
                decision = await self._ask_authorizer(attempt, route, context)
                usage_identifier_key = decision.response.usage_identifier_key
                context = replace(context, authorizer=decision.context)
            case "AWS_IAM":
                principal = await self._check_iam(attempt, context)
                context = replace(context, caller={**context.caller, **principal.identity})
            case other:
                raise _failure(
                    f"the route $connect has the authorization type {other}, which WebSocket APIs"
                    " do not have"
                )
        if route.api_key_required:
            grant = self._check_api_key(attempt, usage_identifier_key)
            context = replace(context, caller={**context.caller, **grant.identity})
        return context

    async def _ask_authorizer(
        self, attempt: Attempt, route: Route, context: ConnectionContext
    ) -> Decision:
        authorizer = attempt.stage.deployment.authorizers.get(route.authorizer_id or "")
        if authorizer is None:
            raise _failure(
                f"the route $connect has the authorizer {route.authorizer_id!r}, which is not in"
                " the deployment; deploy again"
            )
        headers = authorizer_headers(attempt.request.headers, attempt.forwarding)
        return await self.lambda_authorizer.decide(
            attempt.stage,
            authorizer,
            context,
            attempt.occurrence,
            Parameters(headers, attempt.query),
        )

    async def _check_iam(self, attempt: Attempt, context: ConnectionContext) -> Principal:
        api = attempt.stage.api
        access = Access(
            INVOKE_ACTION,
            attempt.stage.execution_arn(CONNECT),
            condition_keys(context.source_ip, context.user_agent),
        )
        try:
            principal = await self.iam.authenticate(
                attempt.request, region=api.region, now=attempt.occurrence.time
            )
            self.iam.authorize(principal, api, access)
        except PrincipalDirectoryError as error:
            raise _failure(str(error)) from error
        except SignatureError as error:
            raise HandshakeError(
                HTTPStatus.FORBIDDEN, f"the handshake's signature: {error.first_line}"
            ) from error
        except AccessDeniedError as error:
            raise HandshakeError(HTTPStatus.FORBIDDEN, str(error)) from error
        return principal

    def _check_api_key(self, attempt: Attempt, usage_identifier_key: str | None) -> Grant:
        expression = attempt.stage.deployment.api_key_selection_expression
        try:
            value = selected_api_key(expression, attempt.request, usage_identifier_key)
        except ApiKeySelectionError as error:
            raise _failure(str(error)) from error
        if not value:
            raise HandshakeError(
                HTTPStatus.FORBIDDEN, f"the handshake has no API key, {expression}"
            )
        grant = attempt.stage.grants.get(value)
        if grant is None:
            raise HandshakeError(
                HTTPStatus.FORBIDDEN,
                "the handshake's API key is none, is disabled, or is in no usage plan of the stage",
            )
        excess = self.usage.admit(grant)
        if excess is None:
            return grant
        raise HandshakeError(
            HTTPStatus.TOO_MANY_REQUESTS,
            f"API key {grant.api_key.api_key_id} is over the {excess.value} of the usage plan"
            f" {grant.usage_plan.name}",
            message=_EXCESSES[excess],
        )


def _failure(detail: str) -> HandshakeError:
    return HandshakeError(
        HTTPStatus.INTERNAL_SERVER_ERROR, detail, message=ErrorMessage.INTERNAL_SERVER_ERROR
    )
