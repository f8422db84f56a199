"""What an environment needs before its process can start: Python, code, layers, and credentials."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from local_aws.lambda_service.binaries import BinariesOfDirectories
from local_aws.lambda_service.deployment_package import DeploymentPackages
from local_aws.lambda_service.environment_variables import packages_of
from local_aws.lambda_service.errors import RoleNotAssumedError
from local_aws.lambda_service.interpreters import Interpreters, PythonRuntime
from local_aws.lambda_service.platforms import this_platform
from local_aws.lambda_service.settings import LambdaSettings
from local_aws.publication import Function
from local_aws.role_credentials import RoleCredentialsError, RoleSession


class RoleSessions(Protocol):
    """Assumes roles."""

    async def session(self, role_arn: str, *, session_name: str) -> RoleSession:
        """Return a session of a role, or raise RoleCredentialsError."""


@dataclass(frozen=True, slots=True)
class Preparation:
    """What is at hand for an environment of a function.

    Attributes:
        runtime: The Python that runs it.
        task_root: The directory of its code.
        layers: The directory of each of its layers, the topmost first.
        session: Its credentials, and until when they hold.
    """

    runtime: PythonRuntime
    task_root: Path
    layers: tuple[Path, ...]
    session: RoleSession


class Preparations:
    """Makes things ready, those of one environment side by side, and each of them once."""

    def __init__(
        self,
        settings: LambdaSettings,
        role_sessions: RoleSessions,
        *,
        directory: Path,
        notice: Callable[[str, str], None],
    ) -> None:
        """Prepare nothing yet.

        Args:
            settings: The service's settings.
            role_sessions: Assumes the functions' roles.
            directory: Takes whatever is made.
            notice: Is called with a runtime and what the user should know about it.
        """
        self._role_sessions = role_sessions
        self._binaries = BinariesOfDirectories()
        self._packages = DeploymentPackages(directory / "code")
        self._interpreters = Interpreters(
            directory=directory / "runtimes",
            cache_directory=settings.cache_directory / "runtimes",
            requirements=settings.requirements,
            notice=notice,
        )

    async def prepare(self, function: Function) -> Preparation:
        """Make ready what an environment of a function needs.

        Raises:
            LambdaServiceError: Something cannot be had; the message says what, and what to do.
        """
        runtime, task_root, layers, session = await asyncio.gather(
            self._interpreters.runtime_for(function),
            self._packages.task_root(function),
            self._packages.layers(function),
            self.session_of(function),
        )
        place = this_platform(runtime.version)
        for directory in (task_root, *packages_of(layers, runtime.version)):
            (await self._binaries.of(directory)).check(function, place)
        return Preparation(runtime, task_root, layers, session)

    async def session_of(self, function: Function) -> RoleSession:
        """Return a session of a function's role, which is named after the function.

        Raises:
            RoleNotAssumedError: It has none, or one that cannot be assumed.
        """
        if function.role_arn is None:
            raise RoleNotAssumedError(f"Function {function.name} has no Role; give it one.")
        try:
            return await self._role_sessions.session(function.role_arn, session_name=function.name)
        except RoleCredentialsError as error:
            raise RoleNotAssumedError(
                f"Function {function.name} has no credentials, as {error}. Its Role has to be one "
                "that exists in IAM."
            ) from error

    async def close(self) -> None:
        """Stop what is being made, or wait for it."""
        await self._interpreters.close()
        await self._packages.close()
        await self._binaries.close()
