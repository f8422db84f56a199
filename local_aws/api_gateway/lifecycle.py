"""The lives of connections: how they open, what comes of their messages, how they end."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from weakref import WeakSet

from local_aws.api_gateway.addressing import Address, Deployed
from local_aws.api_gateway.authorization.authorization import Attempt, Authorization
from local_aws.api_gateway.connection import GOING_AWAY, TOO_MANY_REQUESTS, Connection, Ending
from local_aws.api_gateway.connections import ConnectionRegistry
from local_aws.api_gateway.events import (
    ConnectionContext,
    Forwarding,
    connect_context,
    forwarded_headers,
)
from local_aws.api_gateway.frames import ErrorMessage, error_frame
from local_aws.api_gateway.handshake import HandshakeError, accept, parse_upgrade, refuse
from local_aws.api_gateway.identifiers import new_identifier, new_trace_id
from local_aws.api_gateway.journal import Arrival, Journal
from local_aws.api_gateway.pipeline import CONNECT, Outcome, Pipeline
from local_aws.api_gateway.settings import GatewaySettings
from local_aws.faults import Faults
from local_aws.http1 import HttpServerProtocol, Request, Response


@dataclass(frozen=True, slots=True)
class _Accepted:
    """A client that is let in: what is known of it, the 101, and what there is to say."""

    context: ConnectionContext
    handshake: bytes
    detail: str


class ConnectionLifecycle:
    """Opens connections, takes their messages, and tells `$disconnect` of their ends.

    `connections` are those that are open.
    """

    def __init__(
        self,
        settings: GatewaySettings,
        authorization: Authorization,
        pipeline: Pipeline,
        journal: Journal,
        faults: Faults,
    ) -> None:
        """Prepare, with nothing deployed.

        Args:
            settings: The limits.
            authorization: Decides on handshakes.
            pipeline: Takes events to their integrations.
            journal: Notes what happened.
            faults: What is to go wrong.
        """
        self.connections = ConnectionRegistry()
        self._settings = settings
        self._authorization = authorization
        self._pipeline = pipeline
        self._journal = journal
        self._faults = faults
        self._deployed = Deployed()
        self._sockets = WeakSet[Connection]()
        self._handshakes: set[asyncio.Task[Response | None]] = set()
        self._disconnects: set[asyncio.Task[None]] = set()
        self._is_closing = False

    def update(self, deployed: Deployed) -> None:
        """Go on with what is deployed now; a connection whose stage is gone is closed."""
        self._deployed = deployed
        for connection in self.connections:
            if connection.stage not in deployed.stages:
                connection.close(GOING_AWAY)

    async def open(
        self, address: Address, request: Request, protocol: HttpServerProtocol, arrival: Arrival
    ) -> Response | None:
        """Let a client in, which returns None, or refuse it.

        A client that goes away meanwhile does not undo what `$connect` has done.
        """
        task = asyncio.create_task(self._open(address, request, protocol, arrival))
        self._handshakes.add(task)
        task.add_done_callback(self._handshakes.discard)
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Close every connection with 1001 and let `$disconnect` run for a while.

        From now on no client is let in.
        """
        self._is_closing = True
        await _cancel(self._handshakes)
        for connection in self.connections:
            connection.close(GOING_AWAY)
        if self._disconnects:
            await asyncio.wait(self._disconnects, timeout=self._settings.disconnect_grace_seconds)
        await _cancel(self._disconnects)
        for connection in tuple(self._sockets):
            await _cancel(connection.abandon())

    async def end_connections(self) -> None:
        """Close every connection with 1001, and wait until nothing of any is handled any more."""
        for connection in self.connections:
            connection.close(GOING_AWAY)
        while tasks := self._unfinished():
            await asyncio.wait(tasks)

    def _unfinished(self) -> set[asyncio.Task[Any]]:
        messages = (task for connection in tuple(self._sockets) for task in connection.handled())
        return {*self._handshakes, *messages, *self._disconnects}

    # The beginning

    async def _open(
        self, address: Address, request: Request, protocol: HttpServerProtocol, arrival: Arrival
    ) -> Response | None:
        stage = address.stage
        context = ConnectionContext(
            api_id=stage.api.api_id,
            stage=stage.stage.name,
            domain_name=address.domain_name or request.header("host") or "",
            connection_id=new_identifier(),
            connected_at=int(arrival.occurrence.time * 1000),
            source_ip=protocol.peer_address,
            user_agent=request.header("user-agent"),
        )
        arrival.occurrence.record.context = connect_context(context, arrival.occurrence)
        try:
            accepted = await self._admit(address, request, protocol, arrival, context)
        except HandshakeError as error:
            outcome = Outcome(CONNECT, error.status, str(error), error=error.message)
            self._journal.record(stage.key, "CONNECT", arrival, outcome, context.connection_id)
            return refuse(
                error.status,
                connection_id=context.connection_id,
                request_id=arrival.occurrence.request_id,
                message=error.message,
                headers=error.headers,
            )
        outcome = Outcome(CONNECT, HTTPStatus.SWITCHING_PROTOCOLS, accepted.detail)
        self._journal.record(stage.key, "CONNECT", arrival, outcome, context.connection_id)
        connection = Connection(
            accepted.context, stage.key, self._settings, receive=self._receive, ended=self._end
        )
        self.connections.add(connection)
        self._sockets.add(connection)
        transport, received = protocol.hijack()
        connection.attach(transport, accepted.handshake, received)
        if stage.key not in self._deployed.stages:
            connection.close(GOING_AWAY)
        return None

    async def _admit(
        self,
        address: Address,
        request: Request,
        protocol: HttpServerProtocol,
        arrival: Arrival,
        context: ConnectionContext,
    ) -> _Accepted:
        """Check the upgrade, let authorizer and `$connect` decide, and return the 101.

        Raises:
            HandshakeError: The client is refused.
        """
        if self._is_closing:
            raise HandshakeError(HTTPStatus.SERVICE_UNAVAILABLE, "the gateway is closing")
        upgrade = parse_upgrade(request)
        if address.lowers_header_names:
            lowered = tuple((name.lower(), value) for name, value in request.headers)
            request = request._replace(headers=lowered)
        occurrence = arrival.occurrence
        forwarding = Forwarding(
            source_ip=context.source_ip,
            port=protocol.port,
            protocol="https" if protocol.is_encrypted else "http",
            trace_id=new_trace_id(occurrence.time),
        )
        attempt = Attempt(address.stage, request, occurrence, forwarding)
        context = await self._authorization.authorize(attempt, context)
        admission = await self._pipeline.connect(
            address.stage,
            context,
            occurrence,
            headers=forwarded_headers(request.headers, forwarding),
            query=attempt.query,
        )
        details = [admission.detail] if admission.detail else []
        if seconds := self._faults.slow_connect_seconds:
            await asyncio.sleep(seconds)
            details.append(f"{seconds:g} s late, by --fault slow-connect")
        return _Accepted(context, accept(upgrade, admission.subprotocol), "; ".join(details))

    # The middle

    async def _receive(self, connection: Connection, text: str) -> None:
        """Handle one message of an open connection."""
        stage = self._deployed.stages.get(connection.stage)
        if stage is None:
            return
        arrival = self._journal.arrive()
        record = arrival.occurrence.record
        record.received = text
        outcome = await self._pipeline.message(stage, connection.context, arrival.occurrence, text)
        reply = outcome.reply
        if outcome.error is ErrorMessage.TOO_MANY_REQUESTS and (
            self._settings.closes_throttled_connections
        ):
            connection.close(TOO_MANY_REQUESTS)
        elif outcome.error is not None:
            reply = error_frame(
                outcome.error,
                connection_id=connection.context.connection_id,
                request_id=arrival.occurrence.request_id,
            )
        if reply is not None:
            connection.send(reply)
            record.sent = reply
        self._record("MESSAGE", connection, arrival, outcome)

    # The end

    def _end(self, connection: Connection, ending: Ending) -> None:
        """Take a connection out of reach at once, and tell `$disconnect` if no fault forbids."""
        self.connections.remove(connection)
        if self._faults.drops_disconnect():
            connection_id = connection.context.connection_id
            self._journal.notice(f"disconnect {connection_id}: dropped, by --drop-disconnect")
            return
        task = asyncio.create_task(self._disconnect(connection, ending))
        self._disconnects.add(task)
        task.add_done_callback(self._disconnects.discard)

    async def _disconnect(self, connection: Connection, ending: Ending) -> None:
        stage = self._deployed.stages.get(connection.stage)
        if stage is None:
            return
        arrival = self._journal.arrive()
        outcome = await self._pipeline.disconnect(
            stage, connection.context, arrival.occurrence, ending
        )
        self._record("DISCONNECT", connection, arrival, outcome)

    def _record(
        self, event: str, connection: Connection, arrival: Arrival, outcome: Outcome
    ) -> None:
        self._journal.record(
            connection.stage, event, arrival, outcome, connection.context.connection_id
        )


async def _cancel(tasks: Iterable[asyncio.Task[object]]) -> None:
    """Cancel tasks and wait until they have taken note."""
    cancelled = tuple(tasks)
    for task in cancelled:
        task.cancel()
    await asyncio.gather(*cancelled, return_exceptions=True)
