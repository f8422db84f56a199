"""A gateway on a real port, with functions that are functions of the test."""

import asyncio
import json
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import websockets.asyncio.client
from websockets.frames import Frame, Opcode

from local_aws.api_gateway.access_log import AccessLog, Notice
from local_aws.api_gateway.authorization.iam import FindPrincipal
from local_aws.api_gateway.aws_services import AwsServices, find_nobody
from local_aws.api_gateway.connection import Connection
from local_aws.api_gateway.gateway import ApiGateway
from local_aws.api_gateway.observer import Observer
from local_aws.api_gateway.settings import GatewaySettings
from local_aws.faults import NO_FAULTS
from local_aws.lambda_service.invocation import InvocationOptions, InvocationType
from local_aws.publication import (
    Api,
    Authorizer,
    Deployment,
    Domain,
    Function,
    Integration,
    Model,
    Route,
    Stage,
    StageReference,
)

ACCOUNT_ID = "123456789012"
REGION = "us-east-1"
FUNCTION_ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT_ID}:function:chat"
AUTHORIZER_ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT_ID}:function:guard"
OK = {"statusCode": 200}


@dataclass(frozen=True, slots=True)
class Result:
    payload: bytes
    function_error: str | None = None
    initialization_seconds: float | None = None


NO_OPTIONS = InvocationOptions()
Event = dict[str, Any]
Behaviour = Callable[[Event], Awaitable[Result]]


def answering(value: object) -> Behaviour:
    """Make a function that returns `value`."""

    async def behave(event: Event) -> Result:
        del event
        return Result(json.dumps(value).encode())

    return behave


async def echo(event: Event) -> Result:
    return Result(json.dumps({"statusCode": 200, "body": event.get("body")}).encode())


async def crash(event: Event) -> Result:
    del event
    return Result(b'{"errorMessage": "a secret", "errorType": "KeyError"}', "Unhandled")


async def hang(event: Event) -> Result:
    del event
    await asyncio.Event().wait()
    raise AssertionError("it never ends")


@dataclass(slots=True)
class Functions:
    """Stands for the Lambda service: one behaviour a route key, `echo` where none is given.

    An authorizer's behaviour has the key `authorizer`.
    """

    behaviours: dict[str, Behaviour] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    arns: list[str] = field(default_factory=list)
    invocation_types: list[InvocationType] = field(default_factory=list)
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def __call__(
        self,
        function_arn: str,
        payload: bytes,
        *,
        invocation_type: InvocationType = InvocationType.REQUEST_RESPONSE,
        options: InvocationOptions = NO_OPTIONS,
    ) -> Result:
        del options
        event = json.loads(payload)
        self.invocation_types.append(invocation_type)
        self.arns.append(function_arn)
        self.events.append(event)
        async with self._changed:
            self._changed.notify_all()
        return await self.behaviours.get(_key(event), echo)(event)

    def received(self, route_key: str) -> list[Event]:
        return [each for each in self.events if _key(each) == route_key]

    async def wait_for(self, route_key: str, count: int = 1) -> list[Event]:
        async with self._changed:
            await self._changed.wait_for(lambda: len(self.received(route_key)) >= count)
        return self.received(route_key)


def _key(event: Event) -> str:
    return "authorizer" if "methodArn" in event else str(event["requestContext"]["routeKey"])


def route(key: str, *, two_way: bool = False, **changes: Any) -> Route:
    fields: dict[str, Any] = {
        "route_id": f"route-{key}",
        "route_key": key,
        "target_integration_id": "chat",
        "authorization_type": "NONE",
        "authorizer_id": None,
        "api_key_required": False,
        "route_response_selection_expression": "$default" if two_way else None,
        "has_default_route_response": two_way,
        "model_selection_expression": None,
        "request_models": {},
        "request_parameters": {},
        "operation_name": None,
    }
    return Route(**(fields | changes))


def integration(**changes: Any) -> Integration:
    fields: dict[str, Any] = {
        "integration_id": "chat",
        "integration_type": "AWS_PROXY",
        "integration_uri": "arn:aws:apigateway:…",
        "integration_method": "POST",
        "timeout_milliseconds": 29_000,
        "function_arn": FUNCTION_ARN,
        "raw": {},
    }
    return Integration(**(fields | changes))


def authorizer(**changes: Any) -> Authorizer:
    fields: dict[str, Any] = {
        "authorizer_id": "guard",
        "name": "chat-connect",
        "authorizer_type": "REQUEST",
        "function_arn": AUTHORIZER_ARN,
        "identity_sources": (),
        "credentials_arn": None,
    }
    return Authorizer(**(fields | changes))


def policy(effect: str = "Allow", resource: str = "*", **changes: Any) -> dict[str, Any]:
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": resource}
    return {"Version": "2012-10-17", "Statement": [statement | changes]}


def decision(**changes: Any) -> dict[str, Any]:
    """Return what an authorizer answers that lets everyone in."""
    return {"principalId": "user-17", "policyDocument": policy()} | changes


LIFECYCLE = (route("$connect"), route("$disconnect"))
ECHO_ROUTES = (*LIFECYCLE, route("$default", two_way=True))


def deployment(
    *routes: Route,
    expression: str = "$request.body.action",
    integrations: Iterable[Integration] = (),
    authorizers: Iterable[Authorizer] = (),
    models: Iterable[Model] = (),
) -> Deployment:
    return Deployment(
        deployment_id="one",
        route_selection_expression=expression,
        api_key_selection_expression="$request.header.x-api-key",
        routes={each.route_key: each for each in routes},
        integrations={each.integration_id: each for each in (*integrations,) or (integration(),)},
        models={each.name: each for each in models},
        authorizers={each.authorizer_id: each for each in authorizers},
    )


def api(
    deployed: Deployment | None,
    *,
    api_id: str = "abc123",
    stage: str = "prod",
    variables: Mapping[str, str] | None = None,
) -> Api:
    served = Stage(name=stage, deployment=deployed, variables=variables or {}, settings={})
    return Api(account_id=ACCOUNT_ID, region=REGION, api_id=api_id, name="chat", stages=(served,))


def domain(mappings: Mapping[str, str], *, name: str = "chat.example.com") -> Domain:
    """Return a domain name; `mappings` has an `api id/stage` for each key."""
    references = {
        key: StageReference(*each.split("/", maxsplit=1)) for key, each in mappings.items()
    }
    return Domain(ACCOUNT_ID, REGION, name, references)


def function(*permissions: Mapping[str, Any]) -> Function:
    return Function(
        name="chat",
        arn=FUNCTION_ARN,
        runtime="python3.13",
        handler="handlers.handler",
        timeout_seconds=3,
        memory_megabytes=128,
        environment={},
        code_sha256="",
        code_path=Path("none.zip"),
        version="$LATEST",
        log_group="/aws/lambda/chat",
        architecture="arm64",
        permissions=permissions,
    )


def permission(source_arn: str, **changes: Any) -> dict[str, Any]:
    return {
        "Sid": "one",
        "Effect": "Allow",
        "Principal": {"Service": "apigateway.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
        "Resource": FUNCTION_ARN,
        "Condition": {"ArnLike": {"AWS:SourceArn": source_arn}},
    } | changes


@dataclass(frozen=True, slots=True)
class Running:
    """A gateway that serves."""

    gateway: ApiGateway
    functions: Functions
    lines: list[AccessLog | Notice]
    written: asyncio.Event

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.gateway.port}"

    @property
    def url(self) -> str:
        return f"ws://{self.host}/prod"

    @property
    def endpoint(self) -> str:
        return f"http://{self.host}/prod"

    def connect(self, query: str = "", **options: Any) -> websockets.asyncio.client.connect:
        """Open a connection; the client sends no pings of its own."""
        return self.connect_to(f"{self.url}{query}", **options)

    def connect_to(self, url: str, **options: Any) -> websockets.asyncio.client.connect:
        return websockets.asyncio.client.connect(url, ping_interval=None, **options)

    def connection(self) -> Connection:
        """Return the only open connection, as the gateway holds it."""
        (connection,) = self.gateway._lifecycle.connections
        return connection

    def logged(self, event: str) -> list[AccessLog]:
        return [line for line in self.lines if isinstance(line, AccessLog) and line.event == event]

    async def wait_for_log(self, event: str) -> AccessLog:
        """Return the first line of an event, once it is written."""
        while not self.logged(event):
            self.written.clear()
            await self.written.wait()
        return self.logged(event)[0]


@asynccontextmanager
async def serving(
    *apis: Api,
    functions: Functions | None = None,
    policies: Iterable[Function] | None = None,
    find_principal: FindPrincipal = find_nobody,
    aws_endpoint_url: str | None = None,
    tls: ssl.SSLContext | None = None,
    **options: Any,
) -> AsyncIterator[Running]:
    """Serve; the options are the gateway's limits, and `faults`."""
    faults = options.pop("faults", NO_FAULTS)
    lines: list[AccessLog | Notice] = []
    written = asyncio.Event()

    def write(line: AccessLog | Notice) -> None:
        lines.append(line)
        written.set()

    invoke = functions or Functions()
    services = AwsServices(invoke, find_principal, aws_endpoint_url)
    # Most tests call @connections without a signature; those of signatures say so.
    settings = GatewaySettings(**({"verify_signatures": False} | options))
    gateway = ApiGateway(settings, services, observer=Observer(write), faults=faults)
    gateway.update(apis or (api(deployment(*ECHO_ROUTES)),), policies)
    await gateway.serve(tls=tls)
    try:
        yield Running(gateway, invoke, lines, written)
    finally:
        await gateway.close()


async def pass_time(seconds: float) -> None:
    """Move the event loop's clock on, and let the timers run that are due then."""
    loop = asyncio.get_running_loop()
    before = loop.time
    loop.time = lambda: before() + seconds  # type: ignore[method-assign] # no public way to do it
    for _ in range(3):
        await asyncio.sleep(0)


async def exchange(running: Running, sent: bytes) -> bytes:
    """Send bytes on a plain socket, and return everything up to the gateway's close."""
    reader, writer = await asyncio.open_connection("127.0.0.1", running.gateway.port)
    writer.write(sent)
    received = await reader.read()
    writer.close()
    await writer.wait_closed()
    return received


RAW_HANDSHAKE = (
    b"GET /prod HTTP/1.1\r\nHost: here\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


class RawClient:
    """A client that may send what no WebSocket library would."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def send(self, opcode: int, data: bytes, *, fin: bool = True) -> None:
        frame = Frame(Opcode(opcode), data, fin)
        self.writer.write(frame.serialize(mask=True))

    @contextmanager
    def without_reading(self) -> Iterator[None]:
        """Take nothing from the socket, not even into a buffer, while the block runs."""
        transport = self.writer.transport
        assert isinstance(transport, asyncio.ReadTransport)
        transport.pause_reading()
        try:
            yield
        finally:
            transport.resume_reading()

    async def receive(self) -> tuple[int, bytes, bool]:
        """Return a frame's opcode and data, and whether it ends its message."""
        first, second = await self.reader.readexactly(2)
        length = second & 0x7F
        if length == 126:
            (length,) = struct.unpack("!H", await self.reader.readexactly(2))
        return first & 0x0F, await self.reader.readexactly(length), bool(first & 0x80)

    async def receive_close(self) -> tuple[int, str]:
        opcode, data, _ = await self.receive()
        assert opcode == Opcode.CLOSE
        return struct.unpack("!H", data[:2])[0], data[2:].decode()


@asynccontextmanager
async def raw_client(running: Running, after: bytes = b"") -> AsyncIterator[RawClient]:
    reader, writer = await asyncio.open_connection("127.0.0.1", running.gateway.port)
    try:
        writer.write(RAW_HANDSHAKE + after)
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 101 ")
        yield RawClient(reader, writer)
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
