"""What happens to an event between socket and integration: CONNECT, MESSAGE and DISCONNECT."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, NamedTuple

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
from local_aws.api_gateway.frames import ErrorMessage, bad_request_body_frame
from local_aws.api_gateway.handshake import HandshakeError, subprotocol_of
from local_aws.api_gateway.identifiers import new_identifier
from local_aws.api_gateway.integrations.integration import Answer, IntegrationError
from local_aws.api_gateway.integrations.integrations import Integrations
from local_aws.api_gateway.models import ModelError, find_violation
from local_aws.api_gateway.selection import select_route
from local_aws.api_gateway.throttling import Throttling
from local_aws.http1 import Headers
from local_aws.publication import Route

CONNECT: Final = "$connect"
DISCONNECT: Final = "$disconnect"


class Outcome(NamedTuple):
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
class Admission:
    """A client that `$connect` lets in.

    Attributes:
        subprotocol: What the connection speaks, if `$connect` chose something.
        detail: What there is to say in the terminal.
    """

    subprotocol: str | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Takes events to what the routes are integrated with, and the answers back."""

    integrations: Integrations
    throttling: Throttling
    maximum_message_bytes: int

    async def connect(
        self,
        stage: DeployedStage,
        context: ConnectionContext,
        occurrence: Occurrence,
        *,
        headers: Headers,
        query: str,
    ) -> Admission:
        """Let `$connect` decide on a handshake.

        Without the route, or without its integration, every handshake is accepted: "Manage
        connected users and client apps: $connect and $disconnect routes".

        Raises:
            HandshakeError: The connection is refused.
        """
        event = connect_event(
            context,
            occurrence,
            headers=headers,
            query=query,
            stage_variables=stage.stage.variables,
        )
        occurrence.record.context = event["requestContext"]
        route = stage.deployment.routes.get(CONNECT)
        if route is None or route.target_integration_id is None:
            return Admission()
        try:
            answer = await self.integrations.call(stage, route, event, occurrence.record)
        except IntegrationError as error:
            raise HandshakeError(
                error.failure.status, str(error), message=error.failure.message
            ) from error
        if not answer.is_successful:
            detail = answer.remark or "the integration of $connect refused it"
            raise HandshakeError(answer.status_code, detail)
        return Admission(subprotocol_of(answer), answer.remark)

    async def message(
        self, stage: DeployedStage, context: ConnectionContext, occurrence: Occurrence, text: str
    ) -> Outcome:
        """Take a message to its route's integration, if it fits the route's model.

        The answer is sent on a two-way route alone, an error on any: "Set up route responses".
        """
        routes = stage.deployment.routes
        route_key = select_route(stage.expression, text, routes)
        message = Message(new_identifier(), route_key or "", text)
        event = message_event(context, occurrence, message, stage_variables=stage.stage.variables)
        occurrence.record.context = event["requestContext"]
        excess = self.throttling.excess_of_message(stage, route_key)
        if excess is not None:
            return Outcome(
                message.route_key,
                HTTPStatus.TOO_MANY_REQUESTS,
                excess,
                error=ErrorMessage.TOO_MANY_REQUESTS,
            )
        if route_key is None:
            return Outcome(
                "", HTTPStatus.FORBIDDEN, "no route matches", error=ErrorMessage.FORBIDDEN
            )
        route = routes[route_key]
        try:
            violation = find_violation(route, stage.deployment.models, text)
        except ModelError as error:
            return _internal_server_error(route_key, HTTPStatus.INTERNAL_SERVER_ERROR, str(error))
        if violation is not None:
            occurrence.record.violation = violation
            frame = bad_request_body_frame(
                connection_id=context.connection_id, message_id=message.message_id
            )
            return Outcome(route_key, HTTPStatus.BAD_REQUEST, violation, reply=frame)
        try:
            answer = await self.integrations.call(stage, route, event, occurrence.record)
        except IntegrationError as error:
            failure = error.failure
            return Outcome(route_key, failure.status, str(error), error=failure.message)
        return self._outcome(route, answer)

    def _outcome(self, route: Route, answer: Answer) -> Outcome:
        """Return what comes of a message that its integration has answered."""
        if not _is_two_way(route):
            return Outcome(route.route_key, answer.status_code, answer.remark)
        if len(answer.body) > self.maximum_message_bytes:
            return _internal_server_error(
                route.route_key,
                HTTPStatus.BAD_GATEWAY,
                f"the integration's answer has {len(answer.body)} bytes; a message may have"
                f" {self.maximum_message_bytes}",
            )
        return Outcome(route.route_key, answer.status_code, answer.remark, reply=answer.body)

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
        event = disconnect_event(
            context,
            occurrence,
            status_code=ending.status_code,
            reason=ending.reason,
            stage_variables=stage.stage.variables,
        )
        occurrence.record.context = event["requestContext"]
        route = stage.deployment.routes.get(DISCONNECT)
        if route is None or route.target_integration_id is None:
            return Outcome("", HTTPStatus.OK, how)
        try:
            answer = await self.integrations.call(stage, route, event, occurrence.record)
        except IntegrationError as error:
            return Outcome(DISCONNECT, error.failure.status, f"{how}; {error}")
        remark = f"; {answer.remark}" if answer.remark else ""
        return Outcome(DISCONNECT, answer.status_code, f"{how}{remark}")

    async def close(self) -> None:
        """Close the connections to backends."""
        await self.integrations.close()


def _internal_server_error(route_key: str, status: HTTPStatus, detail: str) -> Outcome:
    return Outcome(route_key, status, detail, error=ErrorMessage.INTERNAL_SERVER_ERROR)


def _is_two_way(route: Route) -> bool:
    return route.route_response_selection_expression is not None and (
        route.has_default_route_response
    )
