"""Who may connect, as the route `$connect` demands it; nothing that fails lets anyone in."""

from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Final

from local_aws.api_gateway.addressing import DeployedStage
from local_aws.api_gateway.authorization.lambda_authorizer import LambdaAuthorizer
from local_aws.api_gateway.events import (
    ConnectionContext,
    Forwarding,
    Occurrence,
    Parameters,
    authorizer_headers,
)
from local_aws.api_gateway.frames import ErrorMessage
from local_aws.api_gateway.handshake import HandshakeError
from local_aws.http1 import Request
from local_aws.publication import Route

CONNECT: Final = "$connect"


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

    async def authorize(self, attempt: Attempt, context: ConnectionContext) -> ConnectionContext:
        """Return the context of a client that may connect, with what is now known of it.

        Raises:
            HandshakeError: It may not.
        """
        route = attempt.stage.deployment.routes.get(CONNECT)
        if route is None:
            return context
        match route.authorization_type:
            case "NONE":
                authorized = context
            case "CUSTOM":
                authorized = await self._by_authorizer(attempt, route, context)
            case other:
                raise _unknown(other)
        if route.api_key_required:
            raise _unknown("an API key")
        return authorized

    async def _by_authorizer(
        self, attempt: Attempt, route: Route, context: ConnectionContext
    ) -> ConnectionContext:
        authorizer = attempt.stage.deployment.authorizers.get(route.authorizer_id or "")
        if authorizer is None:
            raise HandshakeError(
                HTTPStatus.INTERNAL_SERVER_ERROR,
                f"the route $connect has the authorizer {route.authorizer_id!r}, which is not in"
                " the deployment; deploy again",
                message=ErrorMessage.INTERNAL_SERVER_ERROR,
            )
        headers = authorizer_headers(attempt.request.headers, attempt.forwarding)
        decision = await self.lambda_authorizer.decide(
            attempt.stage,
            authorizer,
            context,
            attempt.occurrence,
            Parameters(headers, attempt.query),
        )
        return replace(context, authorizer=decision.context)


def _unknown(needed: str) -> HandshakeError:
    return HandshakeError(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        f"the route $connect needs {needed}, which this gateway does not evaluate",
        message=ErrorMessage.INTERNAL_SERVER_ERROR,
    )
