"""The gateway: a port on which every deployed WebSocket API is served, with its `@connections`."""

import asyncio
import errno
import ssl
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from weakref import WeakSet

from local_aws.api_gateway import management
from local_aws.api_gateway.access_log import AccessLog, Notice
from local_aws.api_gateway.addressing import Deployed, DeployedStage, StageKey, UnknownStageError
from local_aws.api_gateway.authorization.authorization import Attempt, Authorization
from local_aws.api_gateway.authorization.lambda_authorizer import LambdaAuthorizer
from local_aws.api_gateway.connection import GOING_AWAY, Connection, Ending
from local_aws.api_gateway.connections import ConnectionRegistry
from local_aws.api_gateway.events import (
    ConnectionContext,
    Forwarding,
    Occurrence,
    forwarded_headers,
)
from local_aws.api_gateway.frames import error_frame
from local_aws.api_gateway.function_invocation import Invoke
from local_aws.api_gateway.handshake import HandshakeError, accept, parse_upgrade, refuse
from local_aws.api_gateway.identifiers import new_identifier, new_trace_id
from local_aws.api_gateway.integrations.integrations import Integrations
from local_aws.api_gateway.pipeline import CONNECT, Outcome, Pipeline
from local_aws.api_gateway.settings import GatewaySettings
from local_aws.http1 import HttpServer, HttpServerProtocol, Limits, Request, Response
from local_aws.publication import Api, Function


class GatewayError(Exception):
    """The gateway could not listen; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class _Arrival:
    """An event as it comes in; `started` is on the event loop's clock, in seconds."""

    occurrence: Occurrence
    started: float


class ApiGateway:
    """Serves WebSocket APIs: handshakes, messages and `@connections` on one port.

    What is deployed is replaced as a whole by `update`; open connections go on with the new
    deployment of their stage.
    """

    def __init__(
        self,
        settings: GatewaySettings,
        invoke: Invoke,
        *,
        output: Callable[[AccessLog | Notice], None],
        aws_endpoint_url: str | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Prepare a gateway; `serve` starts it.

        Args:
            settings: Its limits.
            invoke: Invokes a Lambda function.
            output: Takes a line for each thing that happened.
            aws_endpoint_url: The `http://host:port` address of every AWS service, for integrations
                that call one.
            clock: Returns the time in seconds since the epoch, for events and logs.
        """
        self._settings = settings
        self._output = output
        self._clock = clock
        self._authorization = Authorization(
            LambdaAuthorizer(invoke, settings.authorizer_timeout_seconds)
        )
        self._pipeline = Pipeline(
            Integrations.of(invoke, aws_endpoint_url), settings.maximum_message_bytes
        )
        self._deployed = Deployed()
        self._connections = ConnectionRegistry()
        self._sockets = WeakSet[Connection]()
        self._handshakes: set[asyncio.Task[Response | None]] = set()
        self._disconnects: set[asyncio.Task[None]] = set()
        self._server: HttpServer | None = None
        self._is_closing = False

    @property
    def port(self) -> int:
        """The port that is served.

        Raises:
            RuntimeError: `serve` has not been called yet.
        """
        if self._server is None:
            raise RuntimeError("The gateway has no port before it serves; call serve first")
        return self._server.port

    def update(self, apis: Iterable[Api], functions: Iterable[Function] | None = None) -> None:
        """Serve what is deployed now, in place of what was.

        A connection whose stage is gone is closed. `functions` brings the resource policies that
        have to allow each invocation; without it they are not checked.
        """
        known = self._deployed.problems
        self._deployed = Deployed.of(apis, functions)
        for problem in self._deployed.problems:
            if problem not in known:
                self._output(Notice(problem))
        for connection in self._connections:
            if connection.stage not in self._deployed.stages:
                connection.close(GOING_AWAY)

    async def serve(
        self, host: str = "127.0.0.1", port: int = 0, *, tls: ssl.SSLContext | None = None
    ) -> None:
        """Listen; a port of 0 takes a free one. With `tls`, clients may encrypt or not.

        Raises:
            GatewayError: The port cannot be had.
        """
        limits = Limits(
            maximum_target_bytes=self._settings.maximum_target_bytes,
            maximum_head_bytes=self._settings.maximum_head_bytes,
            maximum_body_bytes=self._settings.maximum_body_bytes,
        )
        try:
            self._server = await HttpServer.start(
                self._handle, host=host, port=port, limits=limits, tls=tls
            )
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                advice = "is in use; pass --port or stop the other program."
            else:
                advice = f"cannot be listened on ({error.strerror}); pass another --port."
            raise GatewayError(f"Port {port} on {host} {advice}") from error

    async def close(self) -> None:
        """Close every connection with 1001, let `$disconnect` run for a while, and stop listening.

        `@connections` answers until the end, since handlers of `$disconnect` may need it.
        """
        self._is_closing = True
        await _cancel(self._handshakes)
        for connection in self._connections:
            connection.close(GOING_AWAY)
        if self._disconnects:
            await asyncio.wait(self._disconnects, timeout=self._settings.disconnect_grace_seconds)
        await _cancel(self._disconnects)
        for connection in tuple(self._sockets):
            await _cancel(connection.abandon())
        if self._server is not None:
            await self._server.close()
        await self._pipeline.close()

    # Requests

    async def _handle(self, request: Request, protocol: HttpServerProtocol) -> Response | None:
        """Find what a request is for: a handshake, a call of `@connections`, or nothing."""
        arrival = self._arrive()
        path = request.target.partition("?")[0]
        stage_name, *rest = path.removeprefix("/").split("/")
        segments = tuple(segment for segment in rest if segment)
        try:
            stage = self._deployed.find(request.header("host") or "", stage_name)
        except UnknownStageError as error:
            return self._forbid(request, arrival, stage_name, str(error))
        if not segments:
            task = asyncio.create_task(self._open(stage, request, protocol, arrival))
            self._handshakes.add(task)
            task.add_done_callback(self._handshakes.discard)
            # A client that goes away meanwhile does not undo what $connect has done.
            return await asyncio.shield(task)
        connection_id = management.parse_connection_path(segments)
        if connection_id is None:
            return self._forbid(request, arrival, stage_name, f"there is nothing at {path}")
        return self._manage(stage, request, connection_id, arrival)

    def _manage(
        self, stage: DeployedStage, request: Request, connection_id: str, arrival: _Arrival
    ) -> Response:
        response = management.answer(
            management.Call(request.method, connection_id, request.body),
            lambda identifier: self._connections.find(stage.key, identifier),
            maximum_message_bytes=self._settings.maximum_message_bytes,
            now=arrival.occurrence.time,
        )
        self._log(stage.key, request.method, arrival, Outcome("", response.status), connection_id)
        return response

    def _forbid(
        self, request: Request, arrival: _Arrival, stage_name: str, detail: str
    ) -> Response:
        outcome = Outcome("", HTTPStatus.FORBIDDEN, detail)
        self._log(("", stage_name), request.method, arrival, outcome)
        if management.is_management_path(request.target):
            return management.forbid(arrival.occurrence.time)
        return refuse(
            HTTPStatus.FORBIDDEN,
            connection_id=new_identifier(),
            request_id=arrival.occurrence.request_id,
        )

    # The life of a connection

    async def _open(
        self,
        stage: DeployedStage,
        request: Request,
        protocol: HttpServerProtocol,
        arrival: _Arrival,
    ) -> Response | None:
        """Let a client in, or refuse it."""
        context = ConnectionContext(
            api_id=stage.api.api_id,
            stage=stage.stage.name,
            domain_name=request.header("host") or "",
            connection_id=new_identifier(),
            connected_at=int(arrival.occurrence.time * 1000),
            source_ip=protocol.peer_address,
            user_agent=request.header("user-agent"),
        )
        try:
            context, accepted, detail = await self._admit(
                stage, request, arrival, context, is_encrypted=protocol.is_encrypted
            )
        except HandshakeError as error:
            outcome = Outcome(CONNECT, error.status, str(error))
            self._log(stage.key, "CONNECT", arrival, outcome, context.connection_id)
            return refuse(
                error.status,
                connection_id=context.connection_id,
                request_id=arrival.occurrence.request_id,
                message=error.message,
                headers=error.headers,
            )
        outcome = Outcome(CONNECT, HTTPStatus.SWITCHING_PROTOCOLS, detail)
        self._log(stage.key, "CONNECT", arrival, outcome, context.connection_id)
        connection = Connection(
            context, stage.key, self._settings, receive=self._receive, ended=self._end
        )
        self._connections.add(connection)
        self._sockets.add(connection)
        transport, received = protocol.hijack()
        connection.attach(transport, accepted, received)
        if stage.key not in self._deployed.stages:
            connection.close(GOING_AWAY)
        return None

    async def _admit(
        self,
        stage: DeployedStage,
        request: Request,
        arrival: _Arrival,
        context: ConnectionContext,
        *,
        is_encrypted: bool,
    ) -> tuple[ConnectionContext, bytes, str]:
        """Check the upgrade, let authorizer and `$connect` decide, and return the 101.

        Raises:
            HandshakeError: The client is refused.
        """
        if self._is_closing:
            raise HandshakeError(HTTPStatus.SERVICE_UNAVAILABLE, "the gateway is closing")
        upgrade = parse_upgrade(request)
        occurrence = arrival.occurrence
        forwarding = Forwarding(
            source_ip=context.source_ip,
            port=self.port,
            protocol="https" if is_encrypted else "http",
            trace_id=new_trace_id(occurrence.time),
        )
        attempt = Attempt(stage, request, occurrence, forwarding)
        context = await self._authorization.authorize(attempt, context)
        admission = await self._pipeline.connect(
            stage,
            context,
            occurrence,
            headers=forwarded_headers(request.headers, forwarding),
            query=attempt.query,
        )
        return context, accept(upgrade, admission.subprotocol), admission.detail

    async def _receive(self, connection: Connection, text: str) -> None:
        """Handle one message of an open connection."""
        stage = self._deployed.stages.get(connection.stage)
        if stage is None:
            return
        arrival = self._arrive()
        outcome = await self._pipeline.message(stage, connection.context, arrival.occurrence, text)
        reply = outcome.reply
        if outcome.error is not None:
            reply = error_frame(
                outcome.error,
                connection_id=connection.context.connection_id,
                request_id=arrival.occurrence.request_id,
            )
        if reply is not None:
            connection.send(reply)
        self._log(connection.stage, "MESSAGE", arrival, outcome, connection.context.connection_id)

    def _end(self, connection: Connection, ending: Ending) -> None:
        """Take a connection out of reach at once, and tell `$disconnect`."""
        self._connections.remove(connection)
        task = asyncio.create_task(self._disconnect(connection, ending))
        self._disconnects.add(task)
        task.add_done_callback(self._disconnects.discard)

    async def _disconnect(self, connection: Connection, ending: Ending) -> None:
        stage = self._deployed.stages.get(connection.stage)
        if stage is None:
            return
        arrival = self._arrive()
        outcome = await self._pipeline.disconnect(
            stage, connection.context, arrival.occurrence, ending
        )
        self._log(
            connection.stage, "DISCONNECT", arrival, outcome, connection.context.connection_id
        )

    # Time and logs

    def _arrive(self) -> _Arrival:
        return _Arrival(
            Occurrence(new_identifier(), self._clock()), asyncio.get_running_loop().time()
        )

    def _log(
        self,
        stage: StageKey,
        event: str,
        arrival: _Arrival,
        outcome: Outcome,
        connection_id: str = "",
    ) -> None:
        api_id, stage_name = stage
        elapsed = asyncio.get_running_loop().time() - arrival.started
        self._output(
            AccessLog(
                api_id=api_id,
                stage=stage_name,
                event=event,
                connection_id=connection_id,
                route_key=outcome.route_key,
                status=int(outcome.status),
                latency_milliseconds=elapsed * 1000,
                detail=outcome.detail,
            )
        )


async def _cancel(tasks: Iterable[asyncio.Task[object]]) -> None:
    """Cancel tasks and wait until they have taken note."""
    cancelled = tuple(tasks)
    for task in cancelled:
        task.cancel()
    await asyncio.gather(*cancelled, return_exceptions=True)
