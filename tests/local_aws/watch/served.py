"""A function behind a WebSocket API, served and watched; boto3 has deployed it."""

import asyncio
import contextlib
import io
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from websockets.asyncio.client import connect

from local_aws.command_line import StackSettings
from local_aws.services import Services, running_services
from local_aws.stack import Stack
from local_aws.terminal import Terminal
from local_aws.terraform.binary import Binary
from local_aws.terraform.command import Terraform
from local_aws.terraform.working_directory import WorkingDirectory
from local_aws.watch.view import seen_before
from local_aws.watch.watch import Watch
from tests.end_to_end.given import eventually
from tests.local_aws.watch.given import write, zip_of

ROUTES = ("$connect", "$default")
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}
SOURCES = {
    "echo.py": (
        "import answers\n\n\ndef handler(event, context):\n"
        '    return {"statusCode": 200, "body": answers.ANSWER}\n'
    ),
    "answers.py": 'ANSWER = "first"\n',
}


@dataclass(slots=True)
class Served:
    """What is watched.

    `sources` is the folder of the function's code, `root` that of a Terraform root which has
    nothing to do with it.
    """

    sources: Path
    root: Path
    url: str
    services: Services
    output: io.StringIO
    applied: list[Stack]

    def client(self, service: str) -> Any:
        return _client(service, self.services)

    async def answer(self) -> str:
        """Return what the function answers to a message."""
        async with connect(self.url) as client:
            await client.send("hello")
            return str(await client.recv())

    async def until(self, text: str) -> None:
        """Wait until something is printed, and forget what is printed up to there."""
        found = await asyncio.to_thread(eventually, lambda: text in self.output.getvalue())
        assert found, self.output.getvalue()
        self.output.seek(0)
        self.output.truncate()


@contextlib.asynccontextmanager
async def serving(
    directory: Path, binary: Binary, *, alias: str | None = None
) -> AsyncIterator[Served]:
    """Serve and watch a function while the block runs; with `alias`, routes go to its version."""
    sources, root, files = directory / "src", directory / "root", directory / "files"
    write(sources, SOURCES)
    write(root, {"main.tf": 'output "first" {\n  value = "one"\n}\n'})
    write(directory, {".git/HEAD": ""})
    files.mkdir()
    output, applied = io.StringIO(), list[Stack]()
    terminal = Terminal(output)
    settings = StackSettings(root=root, port=0, aws_port=0, watch=True)
    seen = seen_before(root)
    async with running_services(settings, terminal, files) as services:
        await asyncio.to_thread(_deploy, services, alias)
        await services.deployed.until(lambda: bool(services.deployed.addresses()))
        addresses = services.deployed.addresses()
        with WorkingDirectory(root) as working_directory:
            terraform = Terraform(binary.path, working_directory.path, {})
            stack = Stack(addresses, {}, terraform, working_directory, services)
            watch = Watch(stack, settings, terminal, seen=seen, on_applied=applied.append)
            watching = asyncio.create_task(watch.run())
            url = addresses[0].websocket_url
            served = Served(sources, root, url, services, output, applied)
            await served.until("==> Watching")
            yield served
            watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watching


def _client(service: str, services: Services) -> Any:
    return boto3.client(  # type: ignore[call-overload]  # the service is a variable
        service,
        endpoint_url=services.aws_endpoint,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


def _deploy(services: Services, alias: str | None) -> None:
    role = _client("iam", services).create_role(
        RoleName="echo", AssumeRolePolicyDocument=json.dumps(TRUST)
    )
    functions = _client("lambda", services)
    function = functions.create_function(
        FunctionName="echo",
        Runtime="python3.13",
        Handler="echo.handler",
        Role=role["Role"]["Arn"],
        Code={"ZipFile": zip_of(SOURCES)},
        Publish=alias is not None,
    )
    target, qualifier = function["FunctionArn"].removesuffix(":1"), {}
    if alias is not None:
        functions.create_alias(FunctionName="echo", Name=alias, FunctionVersion="1")
        target, qualifier = f"{target}:{alias}", {"Qualifier": alias}
    functions.add_permission(
        FunctionName="echo",
        StatementId="routes",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        **qualifier,
    )
    _deploy_api(_client("apigatewayv2", services), target)


def _deploy_api(apis: Any, function_arn: str) -> None:
    api_id = apis.create_api(
        Name="echo", ProtocolType="WEBSOCKET", RouteSelectionExpression="$request.body.action"
    )["ApiId"]
    uri = (
        f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{function_arn}/invocations"
    )
    integration = apis.create_integration(
        ApiId=api_id, IntegrationType="AWS_PROXY", IntegrationUri=uri, IntegrationMethod="POST"
    )["IntegrationId"]
    for route_key in ROUTES:
        route = apis.create_route(
            ApiId=api_id,
            RouteKey=route_key,
            Target=f"integrations/{integration}",
            RouteResponseSelectionExpression="$default",
        )
        apis.create_route_response(
            ApiId=api_id, RouteId=route["RouteId"], RouteResponseKey="$default"
        )
    deployment = apis.create_deployment(ApiId=api_id)["DeploymentId"]
    apis.create_stage(
        ApiId=api_id,
        StageName="prod",
        DeploymentId=deployment,
        DefaultRouteSettings={"ThrottlingRateLimit": 100.0, "ThrottlingBurstLimit": 50},
    )
