"""Functions, settings and running services for the tests."""

import asyncio
import base64
import contextlib
import hashlib
import json
import os
import random
import stat
import sys
import textwrap
import time
import zipfile
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from local_aws.credentials import Credentials
from local_aws.lambda_service.invocation import InvocationResult
from local_aws.lambda_service.service import LambdaService
from local_aws.lambda_service.settings import LambdaSettings
from local_aws.publication import Alias, EventInvokeConfig, Function
from local_aws.role_credentials import RoleCredentialsError, RoleSession

ECHO = """
    def handler(event, context):
        return event
"""
WHO_AM_I = """
    import os

    def handler(event, context):
        return os.getpid()
"""
SLEEP = """
    import os
    import time

    def handler(event, context):
        time.sleep(event["seconds"])
        return os.getpid()
"""


def entry(name: str, *, mode: int = stat.S_IFREG | 0o644) -> zipfile.ZipInfo:
    """Describe an entry as an archive made on Unix does."""
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = mode << 16
    return info


def function_of(directory: Path, source: str = ECHO, **changes: Any) -> Function:
    """Make a function of one module, `app`, whose zip goes into a directory."""
    digest = hashlib.sha256(source.encode()).digest()
    archive = directory / f"{digest.hex()}.zip"
    with zipfile.ZipFile(archive, "w") as package:
        package.writestr(entry("app.py"), textwrap.dedent(source))
    name = changes.get("name", "greeter")
    major, minor = sys.version_info[:2]
    function = Function(
        name=name,
        arn=f"arn:aws:lambda:eu-west-1:123456789012:function:{name}",
        runtime=f"python{major}.{minor}",
        handler="app.handler",
        timeout_seconds=20,
        memory_megabytes=256,
        environment={},
        code_sha256=base64.b64encode(digest).decode(),
        code_path=archive,
        version="$LATEST",
        log_group=f"/aws/lambda/{name}",
        architecture="arm64",
        permissions=(),
        role_arn="arn:aws:iam::123456789012:role/greeter",
    )
    return replace(function, **changes)


CREDENTIALS = Credentials("access-key-of-nobody", "secret-key-of-nobody", "session-token-of-nobody")


@dataclass(slots=True)
class Roles:
    """Roles that all have the same credentials, and which of them were assumed."""

    session_seconds: float = 43_200
    problem: str | None = None
    assumed: list[tuple[str, str]] = field(default_factory=list)

    async def session(self, role_arn: str, *, session_name: str) -> RoleSession:
        self.assumed.append((role_arn, session_name))
        if self.problem is not None:
            raise RoleCredentialsError(self.problem)
        return RoleSession(CREDENTIALS, time.time() + self.session_seconds)


def settings_of(directory: Path, **changes: Any) -> LambdaSettings:
    """Make settings whose every directory is the test's own."""
    settings = LambdaSettings(
        region="eu-west-1",
        aws_endpoint_url="http://127.0.0.1:4566",
        cache_directory=directory / "cache",
    )
    return replace(settings, **changes)


@dataclass(slots=True)
class Output:
    """What a service has put out."""

    lines: list[tuple[str, str]] = field(default_factory=list)
    _more: asyncio.Event = field(default_factory=asyncio.Event)

    def __call__(self, function_name: str, line: str) -> None:
        self.lines.append((function_name, line))
        self._more.set()

    def text(self) -> str:
        return "\n".join(line for _, line in self.lines)

    async def until(self, line: str, *, count: int = 1) -> None:
        """Wait until a line has been put out so many times."""
        while [text for _, text in self.lines].count(line) < count:
            self._more.clear()
            await self._more.wait()


@dataclass(frozen=True, slots=True)
class Running:
    """A running service and what it puts out."""

    service: LambdaService
    output: Output

    async def prepared(self) -> None:
        """Wait for what goes on in the background."""
        await asyncio.gather(*self.service._background, *self.service._asynchronous._tasks)

    async def called(self, *, function: str) -> tuple[str, Any]:
        """Invoke a function, and return the version that ran and what it returned."""
        result = await self.call(function=function)
        return result.executed_version, json.loads(result.payload)

    async def call(
        self, payload: object = None, *, function: str = "greeter", **options: Any
    ) -> InvocationResult:
        return await self.service.invoke(function, json.dumps(payload).encode(), **options)

    async def value(self, payload: object = None, *, function: str = "greeter") -> Any:
        result = await self.call(payload, function=function)
        assert result.function_error is None, result.payload
        return json.loads(result.payload)

    async def error(
        self, payload: object = None, *, function: str = "greeter"
    ) -> Mapping[str, Any]:
        result = await self.call(payload, function=function)
        assert result.function_error == "Unhandled", result.payload
        error = json.loads(result.payload)
        assert isinstance(error, dict)
        return error


@contextlib.asynccontextmanager
async def running(
    directory: Path,
    *functions: Function,
    aliases: Iterable[Alias] = (),
    event_invoke_configs: Iterable[EventInvokeConfig] = (),
    draw: Callable[[], float] = random.random,
    roles: Roles | None = None,
    **settings: Any,
) -> AsyncIterator[Running]:
    """Run a service with some functions, and see to it that nothing is left of it."""
    output = Output()
    service = LambdaService(
        settings_of(directory, **settings), output, draw=draw, role_sessions=roles or Roles()
    )
    try:
        service.update(functions, aliases, event_invoke_configs)
        yield Running(service, output)
    finally:
        await service.close()
    assert not service._directory.exists()


def is_alive(process_id: int) -> bool:
    """Tell whether a process exists, one that nobody has waited for yet not counting."""
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    with contextlib.suppress(OSError):
        return ") Z " not in Path(f"/proc/{process_id}/stat").read_text(encoding="utf-8")
    return True


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait for something of which nobody tells us."""
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.002)


def wait_until_gone(*process_ids: int) -> None:
    """Wait for the end of processes that are not our children."""
    wait_until(lambda: not any(map(is_alive, process_ids)))
