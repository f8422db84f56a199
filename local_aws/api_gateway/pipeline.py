"""What happens to an event between the socket and the function: CONNECT, MESSAGE and DISCONNECT."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from local_aws.api_gateway.addressing import DeployedStage
from local_aws.api_gateway.connection import Ending
from local_aws.api_gateway.events import (
    ConnectionContext,
    Message,
    Occurrence,
    connect_event,
    disconnect_event,
    message_event,
)
from local_aws.api_gateway.frames import ErrorMessage
from local_aws.api_gateway.handshake import HandshakeError, subprotocol_of
from local_aws.api_gateway.identifiers import new_identifier
from local_aws.api_gateway.lambda_integration import IntegrationError, LambdaIntegration
from local_aws.api_gateway.selection import select_route
from local_aws.http1 import Headers
from local_aws.publication import Route

CONNECT: Final = "$connect"
DISCONNECT: Final = "$disconnect"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an event.

    Attributes:
        route_key: The route that was chosen, or "".
        status: The HTTP status that says how it went.
        detail: What there is to say in the terminal.
        reply: The message that the client is sent, or None.
        error: The error that the client is sent instead, or None.
    """

    route_key: str
    status: int
    detail: str = ""
    reply: bytes | None = None
    error: ErrorMessage | None = None


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Takes events to the functions that the routes name, and their answers back."""

    integration: LambdaIntegration
    maximum_message_bytes: int

    async def connect(
        self,
        stage: DeployedStage,
        context: ConnectionContext,
        occurrence: Occurrence,
        *,
        headers: Headers,
        query: str,
    ) -> str | None:
        """Let `$connect` decide on a handshake; return the subprotocol that it chose, if any.

        Without the route, or without its integration, every handshake is accepted: "Manage
        connected users and client apps: $connect and $disconnect routes".

        Raises:
            HandshakeError: The connection is refused.
        """
        route = stage.deployment.routes.get(CONNECT)
        if route is None or route.target_integration_id is None:
            return None
        event = connect_event(
            context,
            occurrence,
            headers=headers,
            query=query,
            stage_variables=stage.stage.variables,
        )
        try:
            response = await self.integration.call(stage, route, event)
        except IntegrationError as error:
            raise HandshakeError(
                error.failure.status, str(error), message=error.failure.message
            ) from error
        if not response.is_successful:
            raise HandshakeError(response.status_code, "the function of $connect refused it")
        return subprotocol_of(response)

    async def message(
        self, stage: DeployedStage, context: ConnectionContext, occurrence: Occurrence, text: str
    ) -> Outcome:
        """Take a message to its route's function.

        Its answer is sent on a two-way route alone, an error on any: "Set up route responses".
        """
        routes = stage.deployment.routes
        route_key = select_route(stage.expression, text, routes)
        if route_key is None:
            return Outcome(
                "", HTTPStatus.FORBIDDEN, "no route matches", error=ErrorMessage.FORBIDDEN
            )
        route = routes[route_key]
        message = Message(new_identifier(), route_key, text)
        event = message_event(context, occurrence, message, stage_variables=stage.stage.variables)
        try:
            response = await self.integration.call(stage, route, event)
        except IntegrationError as error:
            failure = error.failure
            return Outcome(route_key, failure.status, str(error), error=failure.message)
        if not _is_two_way(route):
            return Outcome(route_key, response.status_code)
        if len(response.body) > self.maximum_message_bytes:
            return Outcome(
                route_key,
                HTTPStatus.BAD_GATEWAY,
                f"the function's body has {len(response.body)} bytes; a message may have"
                f" {self.maximum_message_bytes}",
                error=ErrorMessage.INTERNAL_SERVER_ERROR,
            )
        return Outcome(route_key, response.status_code, reply=response.body)

    async def disconnect(
        self,
        stage: DeployedStage,
        context: ConnectionContext,
        occurrence: Occurrence,
        ending: Ending,
    ) -> Outcome:
        """Tell `$disconnect`, if there is one, how a connection ended.

        Its answer counts for nothing but the log.
        """
        how = f"{ending.status_code} {ending.reason}".rstrip()
        route = stage.deployment.routes.get(DISCONNECT)
        if route is None or route.target_integration_id is None:
            return Outcome("", HTTPStatus.OK, how)
        event = disconnect_event(
            context,
            occurrence,
            status_code=ending.status_code,
            reason=ending.reason,
            stage_variables=stage.stage.variables,
        )
        try:
            response = await self.integration.call(stage, route, event)
        except IntegrationError as error:
            return Outcome(DISCONNECT, error.failure.status, f"{how}; {error}")
        return Outcome(DISCONNECT, response.status_code, how)


def _is_two_way(route: Route) -> bool:
    return route.route_response_selection_expression is not None and (
        route.has_default_route_response
    )
