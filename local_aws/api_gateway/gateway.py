"""The gateway: a port on which every deployed WebSocket API is served, with its `@connections`."""

import errno
import ssl
import time
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus

from local_aws.api_gateway import management
from local_aws.api_gateway.addressing import Address, Deployed, UnknownStageError
from local_aws.api_gateway.authorization.authorization import Authorization
from local_aws.api_gateway.authorization.iam import Iam
from local_aws.api_gateway.authorization.lambda_authorizer import LambdaAuthorizer
from local_aws.api_gateway.authorization.usage import UsageMeter
from local_aws.api_gateway.aws_services import AwsServices
from local_aws.api_gateway.connections import ConnectionRegistry
from local_aws.api_gateway.handshake import refuse
from local_aws.api_gateway.identifiers import new_identifier
from local_aws.api_gateway.integrations.integrations import Integrations
from local_aws.api_gateway.journal import Arrival, Journal
from local_aws.api_gateway.lifecycle import ConnectionLifecycle
from local_aws.api_gateway.management_service import ManagementService
from local_aws.api_gateway.monitoring.monitoring import Monitoring
from local_aws.api_gateway.observer import Observer
from local_aws.api_gateway.pipeline import Outcome, Pipeline
from local_aws.api_gateway.settings import GatewaySettings
from local_aws.api_gateway.throttling import Throttling
from local_aws.faults import NO_FAULTS, Faults
from local_aws.http1 import Handle, HttpServer, HttpServerProtocol, Limits, Request, Response
from local_aws.publication import Api, ApiKey, Domain, Function, UsagePlan


class GatewayError(Exception):
    """The gateway could not listen; the message says why and what to do."""


class ApiGateway:
    """Serves WebSocket APIs: handshakes, messages and `@connections` on one port.

    What is deployed is replaced as a whole by `update`; open connections go on with the new
    deployment of their stage.
    """

    def __init__(
        self,
        settings: GatewaySettings,
        services: AwsServices,
        *,
        observer: Observer,
        clock: Callable[[], float] = time.time,
        faults: Faults = NO_FAULTS,
    ) -> None:
        """Prepare a gateway; `serve` starts it.

        Args:
            settings: Its limits.
            services: What it calls.
            observer: Is told what happens.
            clock: Returns the time in seconds since the epoch, for events and logs.
            faults: What is to go wrong.
        """
        self._settings = settings
        self._beside: Mapping[str, Handle] = {}
        self._monitoring = Monitoring(observer.output, services.endpoint_url)
        self._journal = Journal(observer.output, clock, self._monitoring, observer.on_line)
        self._deployed = Deployed()
        iam, throttling = Iam(services.find_principal), Throttling(settings, clock)
        integrations = Integrations.of(services.invoke, services.endpoint_url)
        self._pipeline = Pipeline(integrations, throttling, settings.maximum_message_bytes)
        authorization = Authorization(
            LambdaAuthorizer(
                services.invoke, settings.authorizer_timeout_seconds, integrations.invoke_api
            ),
            iam,
            UsageMeter(clock),
            throttling,
        )
        self._lifecycle = ConnectionLifecycle(
            settings, authorization, self._pipeline, self._journal, faults
        )
        self._management = ManagementService(
            settings, self._lifecycle.connections, iam, throttling, self._journal, faults
        )
        self._server: HttpServer | None = None

    @property
    def connections(self) -> ConnectionRegistry:
        """The connections that are open."""
        return self._lifecycle.connections

    @property
    def port(self) -> int:
        """The port that is served.

        Raises:
            RuntimeError: `serve` has not been called yet.
        """
        if self._server is None:
            raise RuntimeError("The gateway has no port before it serves; call serve first")
        return self._server.port

    def update(
        self,
        apis: Iterable[Api],
        functions: Iterable[Function] | None = None,
        *,
        domains: Iterable[Domain] = (),
        api_keys: Iterable[ApiKey] = (),
        usage_plans: Iterable[UsagePlan] = (),
    ) -> None:
        """Serve what is deployed now, in place of what was.

        A connection whose stage is gone is closed. `functions` brings the resource policies that
        have to allow each invocation; without it they are not checked.
        """
        known = self._deployed.problems
        self._deployed = Deployed.of(
            apis, functions, domains=domains, api_keys=api_keys, usage_plans=usage_plans
        )
        for problem in self._deployed.problems:
            if problem not in known:
                self._journal.notice(problem)
        self._monitoring.update(self._deployed.stages)
        self._lifecycle.update(self._deployed)

    async def serve(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        tls: ssl.SSLContext | None = None,
        beside: Mapping[str, Handle] | None = None,
    ) -> None:
        """Listen; a port of 0 takes a free one. With `tls`, clients may encrypt or not.

        `beside` is what else is served on the port, by the first segment of its paths; a stage of
        such a name goes first.

        Raises:
            GatewayError: The port cannot be had.
        """
        self._beside = beside or {}
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
                advice = f"cannot be listened on ({error.strerror}); pass another --host or --port."
            raise GatewayError(f"Port {port} on {host} {advice}") from error

    async def end_connections(self) -> None:
        """Close every connection with 1001, and wait until nothing of any is handled any more.

        Clients may connect again at once.
        """
        await self._lifecycle.end_connections()

    async def close(self) -> None:
        """Close every connection with 1001, let `$disconnect` run for a while, and stop listening.

        `@connections` answers until the end, since handlers of `$disconnect` may need it.
        """
        await self._lifecycle.close()
        if self._server is not None:
            await self._server.close()
        await self._pipeline.close()
        await self._monitoring.close()

    async def _handle(self, request: Request, protocol: HttpServerProtocol) -> Response | None:
        """Find what a request is for: a handshake, a call of `@connections`, or nothing."""
        arrival = self._journal.arrive()
        path = request.target.partition("?")[0]
        try:
            address = self._deployed.find(request.header("host") or "", path)
        except UnknownStageError as error:
            handle = self._beside.get(path.split("/")[1] if path.startswith("/") else "")
            if handle is not None:
                return await handle(request, protocol)
            return self._forbid(request, arrival, str(error))
        if not address.path:
            return await self._lifecycle.open(address, request, protocol, arrival)
        connection_id = management.parse_connection_path(address.path)
        if connection_id is None:
            return self._forbid(request, arrival, f"there is nothing at {path}", address)
        return await self._management.answer(
            address,
            request,
            connection_id,
            source_ip=protocol.peer_address,
            arrival=arrival,
        )

    def _forbid(
        self, request: Request, arrival: Arrival, detail: str, address: Address | None = None
    ) -> Response:
        outcome = Outcome("", HTTPStatus.FORBIDDEN, detail)
        self._journal.record(("", ""), request.method, arrival, outcome)
        now = arrival.occurrence.time
        if not management.is_management_path(request.target):
            return refuse(
                HTTPStatus.FORBIDDEN,
                connection_id=new_identifier(),
                request_id=arrival.occurrence.request_id,
            )
        if address is not None and address.domain_name is not None:
            return management.find_no_method(request.method, address.path, now)
        return management.forbid(now)
