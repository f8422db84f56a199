"""A function that is served and watched."""

import asyncio
import contextlib
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
from tests.local_aws.deployed_function import DeployedFunction, client_of
from tests.local_aws.watch.given import write, zip_of

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
    _waited_for: int = 0

    def client(self, service: str) -> Any:
        return client_of(self.services, service)

    async def answer(self) -> str:
        """Return what the function answers to a message."""
        async with connect(self.url) as client:
            await client.send("hello")
            return str(await client.recv())

    async def until(self, text: str) -> None:
        """Wait until something is printed after what was waited for before."""
        found = await asyncio.to_thread(
            eventually, lambda: text in self.output.getvalue()[self._waited_for :]
        )
        assert found, self.output.getvalue()
        self._waited_for = self.output.getvalue().index(text, self._waited_for) + len(text)


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
    function = DeployedFunction("echo.handler", zip_of(SOURCES), alias=alias)
    async with running_services(settings, terminal, files) as services:
        await asyncio.to_thread(function.deploy, services)
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
