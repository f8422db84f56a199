"""A Terraform root, applied to the AWS of this machine and served."""

import asyncio
import contextlib
import os
import tempfile
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from local_aws.apply_progress import ApplyProgress
from local_aws.command_line import StackSettings
from local_aws.deployed import StageAddress
from local_aws.services import Services, running_services
from local_aws.terminal import Terminal
from local_aws.terraform.binary import find_binary
from local_aws.terraform.cli_configuration import configure
from local_aws.terraform.command import Terraform, TerraformError
from local_aws.terraform.environment import local_environment
from local_aws.terraform.mirror import SearchPlaces
from local_aws.terraform.working_directory import WorkingDirectory


class StackError(Exception):
    """The root deploys nothing that could be served; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Stack:
    """A root that is applied and served.

    Attributes:
        addresses: The address of each deployed stage; at least one.
        outputs: The root's outputs.
        terraform: Runs more commands on the applied root.
        working_directory: Where they run: a mirror of the root.
        services: The AWS that it is applied to.
    """

    addresses: tuple[StageAddress, ...]
    outputs: Mapping[str, Any]
    terraform: Terraform
    working_directory: WorkingDirectory
    services: Services


@contextlib.asynccontextmanager
async def running_stack(settings: StackSettings, terminal: Terminal) -> AsyncIterator[Stack]:
    """Apply `settings.root` to an AWS on this machine and serve it while the block runs.

    Whatever happens, cancellation included, nothing is left: no process, no port, no file.

    Raises:
        StackError: the root has no WebSocket API with a deployed stage.
        BinaryError, ConfigurationError, MirrorError, WorkingDirectoryError: Terraform cannot run.
        TerraformError: Terraform failed.
        ControlPlaneError, GatewayError: a port is in use, or a part could not start.
        FunctionInitializationError: a function that a route names cannot be loaded.
    """
    with tempfile.TemporaryDirectory(prefix="local-aws-") as name:
        directory = Path(name)
        binary = find_binary(os.environ)
        configuration = configure(
            os.environ,
            platform=binary.platform,
            directory=directory,
            places=SearchPlaces(root=settings.root.absolute()),
        )
        terminal.step("Starting an AWS on 127.0.0.1")
        if settings.exposure is not None:
            terminal.detail(settings.exposure)
        async with running_services(settings, terminal, directory) as services:
            terminal.step(f"Applying {settings.root} with Terraform {binary.version}")
            for note in configuration.notes:
                terminal.detail(note)
            with WorkingDirectory(settings.root) as working_directory:
                environment = local_environment(
                    configuration.environment,
                    aws_endpoint=services.aws_endpoint,
                    region=settings.region,
                )
                terraform = Terraform(
                    binary.path, working_directory.path, working_directory.environment(environment)
                )
                outputs = await _apply(terraform, settings, terminal, has_changed_modules=True)
                addresses = _addresses(settings, services)
                terminal.step("Loading the functions")
                for function_arn in services.deployed.routed_functions():
                    await services.functions.initialize(function_arn)
                yield Stack(addresses, outputs, terraform, working_directory, services)


async def apply_again(stack: Stack, settings: StackSettings, terminal: Terminal) -> Stack:
    """Apply a root as its files are now, and return it as it is served then.

    After an error the API goes on as far as Terraform has brought it.

    Raises:
        StackError: the root has no WebSocket API with a deployed stage any more.
        TerraformError: Terraform failed.
        FunctionInitializationError: a function that a route names cannot be loaded.
    """
    stack.working_directory.refresh()
    try:
        outputs = await _apply(stack.terraform, settings, terminal)
    except TerraformError as error:
        if not error.wants_init:
            raise
        outputs = await _apply(stack.terraform, settings, terminal, has_changed_modules=True)
    addresses = _addresses(settings, stack.services)
    for function_arn in stack.services.deployed.routed_functions():
        await stack.services.functions.initialize(function_arn)
    return replace(stack, addresses=addresses, outputs=outputs)


def _addresses(settings: StackSettings, services: Services) -> tuple[StageAddress, ...]:
    addresses = services.deployed.addresses()
    if not addresses:
        raise StackError(
            f"{settings.root} deploys no WebSocket API: after the apply there is no "
            "aws_apigatewayv2_stage with a deployment_id. Add one, or name another root."
        )
    return addresses


async def _apply(
    terraform: Terraform,
    settings: StackSettings,
    terminal: Terminal,
    *,
    has_changed_modules: bool = False,
) -> Mapping[str, Any]:
    """Apply the root in a thread; a cancellation ends Terraform before it goes on."""
    progress = ApplyProgress(terminal, shows_all=settings.verbose)

    def apply() -> Mapping[str, Any]:
        if has_changed_modules:
            terraform.init(on_progress=progress.take)
        terraform.apply(
            settings.terraform_variables,
            progress.take,
            variable_files=settings.variable_files,
        )
        return terraform.output()

    applying = asyncio.create_task(asyncio.to_thread(apply))
    with progress:
        try:
            return await asyncio.shield(applying)
        except asyncio.CancelledError:
            # What it has made so far is thrown away with the AWS: there is nothing to wait for.
            await asyncio.to_thread(terraform.stop, grace_seconds=0)
            await asyncio.gather(applying, return_exceptions=True)
            raise
