"""`python -m local_aws`: apply a Terraform root to an AWS on 127.0.0.1 and serve its API."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import uvloop

from local_aws.api_gateway.gateway import GatewayError
from local_aws.command_line import StackSettings, parse_command_line
from local_aws.control_plane_process import ControlPlaneError
from local_aws.lambda_service.errors import LambdaServiceError
from local_aws.ready_file import ready_file, write_ready_file
from local_aws.stack import Stack, StackError, running_stack
from local_aws.terminal import Terminal
from local_aws.terraform.binary import BinaryError
from local_aws.terraform.cli_configuration import ConfigurationError
from local_aws.terraform.command import TerraformError
from local_aws.terraform.mirror import MirrorError
from local_aws.terraform.working_directory import WorkingDirectoryError
from local_aws.watch.view import seen_before
from local_aws.watch.watch import Watch

FAILURES = (
    BinaryError,
    ConfigurationError,
    ControlPlaneError,
    GatewayError,
    LambdaServiceError,
    MirrorError,
    StackError,
    TerraformError,
    WorkingDirectoryError,
)


def main(arguments: Sequence[str]) -> int:
    """Serve until Ctrl-C, SIGTERM or the terminal's end; return 0 then, and 1 after a failure."""
    settings = parse_command_line(arguments)
    terminal = Terminal()
    try:
        uvloop.run(_serve_until_stopped(settings, terminal))
    except FAILURES as error:
        sys.stderr.write(f"\n{error}\n")
        return 1
    return 0


async def _serve_until_stopped(settings: StackSettings, terminal: Terminal) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stopped.set)
    serving = asyncio.create_task(_serve(settings, terminal))
    waiting = asyncio.create_task(stopped.wait())
    await asyncio.wait((serving, waiting), return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if not serving.done():
        terminal.step("Stopping")
        serving.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await serving


async def _serve(settings: StackSettings, terminal: Terminal) -> None:
    seen = seen_before(settings.root) if settings.watch else None
    async with running_stack(settings, terminal) as stack:
        _print_addresses(stack, terminal)
        terminal.line("Ctrl-C stops everything.")
        with _ready_file(settings.ready_file, stack):
            if seen is None:
                await stack.services.failure
                return

            def announce(applied: Stack) -> None:
                if applied.addresses != stack.addresses:
                    _print_addresses(applied, terminal)
                if settings.ready_file is not None:
                    write_ready_file(settings.ready_file, _ready(applied))

            watch = Watch(stack, settings, terminal, seen=seen, on_applied=announce)
            await _first_to_end(stack.services.failure, asyncio.create_task(watch.run()))


async def _first_to_end(*tasks: asyncio.Task[None]) -> None:
    """Return or raise as the first of some tasks does, and cancel the others."""
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _print_addresses(stack: Stack, terminal: Terminal) -> None:
    terminal.line()
    for address in stack.addresses:
        terminal.address("WebSocket", address.websocket_url)
        named = "" if address.host is None else f' -H "Host: {address.host}"'
        terminal.address("try", f"npx wscat -c {address.websocket_url}{named}")
        terminal.address("@connections", f"{address.management_endpoint}/@connections")
    terminal.address("AWS", stack.services.aws_endpoint)
    if stack.services.console_url is not None:
        terminal.address("console", stack.services.console_url)
    terminal.address("wss, https", f"on the WebSocket port; trust {stack.services.certificate}")
    terminal.line()


def _ready_file(path: Path | None, stack: Stack) -> contextlib.AbstractContextManager[None]:
    return contextlib.nullcontext() if path is None else ready_file(path, _ready(stack))


def _ready(stack: Stack) -> dict[str, Any]:
    first = stack.addresses[0]
    return {
        "websocket_url": first.websocket_url,
        "management_endpoint": first.management_endpoint,
        "aws_endpoint": stack.services.aws_endpoint,
        "certificate": str(stack.services.certificate),
        "region": first.region,
        "outputs": stack.outputs,
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
