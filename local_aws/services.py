"""The AWS of this machine: control plane, functions and gateway, joined to one another."""

import asyncio
import contextlib
import secrets
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from local_aws.api_gateway.access_log import AccessLog, Notice
from local_aws.api_gateway.authorization.principal_directory import PrincipalDirectory
from local_aws.api_gateway.aws_services import AwsServices
from local_aws.api_gateway.gateway import ApiGateway
from local_aws.api_gateway.observer import Observer
from local_aws.aws_client import AwsClient
from local_aws.certificates import CertificateAuthority
from local_aws.command_line import StackSettings
from local_aws.console.console import SEGMENT as CONSOLE
from local_aws.console.console import Console
from local_aws.console.tables import Tables
from local_aws.control_plane_process import ControlPlaneProcess, ControlPlaneSettings
from local_aws.deployed import Deployed
from local_aws.event_sources.event_sources import EventSources
from local_aws.event_sources.reader import ReaderServices
from local_aws.event_sources.settings import EventSourceSettings
from local_aws.forward_proxy import ForwardProxy
from local_aws.http1.client import HttpClient
from local_aws.lambda_service.function_logs import FunctionLogs
from local_aws.lambda_service.function_metrics import NAMESPACE, FunctionMetrics
from local_aws.lambda_service.invoke_api import InvokeApi
from local_aws.lambda_service.service import LambdaService
from local_aws.lambda_service.settings import LambdaSettings
from local_aws.lambda_service.telemetry import Telemetry
from local_aws.monitoring.metrics import Metrics
from local_aws.places import PLACES
from local_aws.publication import State
from local_aws.request_log import RequestLog
from local_aws.role_credentials import RoleCredentials
from local_aws.terminal import Terminal
from local_aws.time_to_live import sweep_expired

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Services:
    """The running services.

    Attributes:
        aws_endpoint: The `http://host:port` address of every AWS service but the gateway.
        deployed: What is deployed at the moment.
        functions: Runs the deployed functions.
        client: Calls the services.
        gateway: Serves the WebSocket APIs.
        sweep_expired: Deletes items whose time to live is over at a time in seconds since the
            epoch, and returns how many there were.
        console_url: Where the console is, for a browser on this machine; None if the port is not on
            127.0.0.1, where alone it answers.
        certificate: File of the authority behind the TLS of the WebSocket port.
        failure: Ends only if the control plane ends by itself, with ControlPlaneError.
    """

    aws_endpoint: str
    deployed: Deployed
    functions: LambdaService
    client: AwsClient
    gateway: ApiGateway
    sweep_expired: Callable[[float], Coroutine[Any, Any, int]]
    console_url: str | None
    certificate: Path
    failure: asyncio.Task[None]


@contextlib.asynccontextmanager
async def running_services(
    settings: StackSettings, terminal: Terminal, directory: Path
) -> AsyncIterator[Services]:
    """Run the services while the block runs; `directory` takes the files that they share.

    Raises:
        ControlPlaneError: the AWS port is in use, or the control plane cannot start.
        GatewayError: the gateway's port is in use.
    """
    # Each part is told the addresses of the others, so all ports are chosen before any is opened.
    gateway_port = settings.port or _free_port()
    aws_port = settings.aws_port or _free_port()
    deployed = Deployed(
        gateway_address=f"{settings.own_host}:{gateway_port}",
        stage_variables=settings.stage_variables,
    )
    aws_endpoint_url, token = f"http://{HOST}:{aws_port}", secrets.token_urlsafe()
    authority = CertificateAuthority()
    certificate, trusted = directory / "certificate.pem", directory / "trusted.pem"
    authority.write_certificate(certificate)
    authority.write_bundle(trusted)

    def take(state: State) -> None:
        deployed.take(state)
        functions.update(deployed.functions, state.aliases, state.event_invoke_configs)
        event_sources.update(deployed.functions, state.event_source_mappings)
        gateway.update(
            deployed.apis,
            deployed.functions,
            domains=state.domains,
            api_keys=state.api_keys,
            usage_plans=state.usage_plans,
        )
        console.update()

    def take_end(entry: AccessLog | Notice) -> None:
        requests.take_end(entry)
        console.take(entry)

    async with contextlib.AsyncExitStack() as parts:
        parts.callback(terminal.flush)
        proxy = await ForwardProxy.start(deployed.rewrite_host)
        parts.push_async_callback(proxy.close)
        http = HttpClient()
        parts.push_async_callback(http.close)
        client = AwsClient(http, endpoint_url=aws_endpoint_url)
        sessions = RoleCredentials(client, region=settings.region)
        logs = FunctionLogs(client, sessions, partial(terminal.event, "lambda"))
        metrics = Metrics(NAMESPACE, client, partial(terminal.event, "lambda"))
        requests = RequestLog(terminal, is_quiet=settings.quiet, is_raw=settings.verbose)
        functions = LambdaService(
            LambdaSettings(
                region=settings.region,
                aws_endpoint_url=aws_endpoint_url,
                cache_directory=PLACES.cache,
                rewrite_host=deployed.rewrite_host,
                proxy_url=proxy.url,
                trusted_certificates=trusted,
                cold_start_seconds=settings.faults.cold_start_seconds,
                shows_platform_lines=settings.verbose,
            ),
            requests.take_other_line,
            telemetry=Telemetry(metrics=FunctionMetrics(metrics), logs=logs),
        )
        parts.push_async_callback(functions.close)
        event_sources = EventSources(
            ReaderServices(
                client=client,
                sessions=sessions,
                invoke=functions.invoke,
                output=terminal.event,
                settings=EventSourceSettings(),
            )
        )
        principals = PrincipalDirectory(aws_endpoint_url, token)
        parts.push_async_callback(principals.close)
        gateway = ApiGateway(
            settings.gateway,
            AwsServices(functions.invoke, principals.find, aws_endpoint_url),
            observer=Observer(take_end, requests.take_line),
            faults=settings.faults,
        )
        console = Console(
            gateway.connections,
            Tables(client, region=settings.region),
            lambda: deployed.apis,
        )
        parts.callback(console.close)
        invoke_api = await InvokeApi.start(functions)
        parts.push_async_callback(invoke_api.close)
        control_plane = await ControlPlaneProcess.start(
            ControlPlaneSettings(
                port=aws_port,
                region=settings.region,
                code_directory=directory / "code",
                gateway_address=f"{settings.own_host}:{gateway_port}",
                invoke_address=invoke_api.address,
                token=token,
                time_to_live_sweep_seconds=settings.time_to_live_sweep_seconds,
                verbose=settings.verbose,
            )
        )
        parts.push_async_callback(control_plane.stop)
        parts.push_async_callback(metrics.close)
        parts.push_async_callback(logs.close)
        parts.push_async_callback(event_sources.close)
        # The gateway goes first: until then the handlers of $disconnect need all of the above.
        parts.push_async_callback(gateway.close)
        await gateway.serve(
            settings.host,
            gateway_port,
            tls=authority.server_context(),
            beside={CONSOLE: console.answer},
        )
        failure = asyncio.create_task(control_plane.follow(take))
        parts.push_async_callback(_cancel, failure)
        yield Services(
            control_plane.aws_endpoint,
            deployed,
            functions,
            client,
            gateway,
            partial(sweep_expired, http, aws_endpoint_url, token),
            f"http://{HOST}:{gateway_port}/{CONSOLE}" if settings.own_host == HOST else None,
            certificate,
            failure,
        )


def _free_port() -> int:
    with socket.create_server((HOST, 0)) as listener:
        return int(listener.getsockname()[1])


async def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
