"""What pollers have in common: a mapping, and calls in the name of the function's role."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol

from local_aws.aws_client import AwsCall, AwsClient, AwsClientError
from local_aws.credentials import ROOT, Credentials
from local_aws.event_sources.filter_pattern import FilterPattern
from local_aws.event_sources.settings import EventSourceSettings
from local_aws.lambda_service.invocation import InvocationResult
from local_aws.publication import EventSourceMapping, Function
from local_aws.role_credentials import RoleCredentialsError, RoleSession

Invoke = Callable[[str, bytes], Awaitable[InvocationResult]]
"""Invokes a function, by its ARN, with an event; raises a LambdaServiceError if it cannot run."""


class EventSourceError(Exception):
    """A source cannot be read; the message says why, and in whose name it was tried."""


class RoleSessions(Protocol):
    """Assumes roles."""

    async def session(self, role_arn: str, *, session_name: str) -> RoleSession:
        """Return a session of a role, or raise RoleCredentialsError."""


@dataclass(frozen=True, slots=True)
class ReaderServices:
    """What pollers work with; `output` takes a function's name and a line for the terminal."""

    client: AwsClient
    sessions: RoleSessions
    invoke: Invoke
    output: Callable[[str, str], None]
    settings: EventSourceSettings


class Reader:
    """One mapping as it is at the moment, and its function's access to the source.

    A mapping without a function is as good as disabled.
    """

    def __init__(
        self, mapping: EventSourceMapping, function: Function | None, services: ReaderServices
    ) -> None:
        self._services = services
        self._active = asyncio.Event()
        self._has_ended = False
        self._complaint = ""
        self.update(mapping, function)

    def update(self, mapping: EventSourceMapping, function: Function | None) -> None:
        """Take over what the mapping and its function are now."""
        self.mapping, self._function = mapping, function
        self._patterns = tuple(map(FilterPattern.parse, mapping.filter_patterns))
        if mapping.is_enabled and function is not None:
            self._active.set()
        else:
            self._active.clear()

    def end(self) -> None:
        """Have nothing more read."""
        self._has_ended = True
        self._active.set()

    @property
    def is_active(self) -> bool:
        """Whether the source is to be read."""
        return self._active.is_set() and not self._has_ended

    async def wait_until_active(self) -> bool:
        """Wait until the source is to be read; return False if that will never be."""
        await self._active.wait()
        return not self._has_ended

    def selects(self, record: dict[str, Any]) -> bool:
        """Tell whether a record is for the function, as filters have it."""
        return not self._patterns or any(pattern.matches(record) for pattern in self._patterns)

    async def invoke(self, event: bytes) -> InvocationResult:
        """Invoke the function.

        Raises:
            LambdaServiceError: The event did not reach it.
        """
        return await self._services.invoke(self.mapping.function_arn, event)

    async def send(self, call: AwsCall) -> bytes:
        """Make a call, in the name of the role, and return the body of its answer.

        Raises:
            EventSourceError: The role may not, or the service cannot.
        """
        function = self._function
        if function is None or function.role_arn is None:
            raise EventSourceError("its function is gone or has no role")
        try:
            session = await self._services.sessions.session(
                function.role_arn, session_name=function.name
            )
        except RoleCredentialsError as error:
            raise EventSourceError(str(error)) from error
        return await self._send(call, session.credentials)

    async def send_as_service(self, call: AwsCall) -> None:
        """Make a call that the role need not be allowed to make.

        Raises:
            EventSourceError: The service cannot.
        """
        await self._send(call, ROOT)

    async def _send(self, call: AwsCall, credentials: Credentials) -> bytes:
        try:
            response = await self._services.client.send(call, credentials)
        except AwsClientError as error:
            raise EventSourceError(str(error)) from error
        return response.body

    def complain(self, problem: object) -> None:
        """Put out what is wrong, once as long as it stays the same."""
        complaint = str(problem)
        if complaint != self._complaint:
            self._complaint = complaint
            name = self.mapping.function_arn.partition(":function:")[2]
            source = self.mapping.event_source_arn
            self._services.output(name, f"The event source {source} is stuck: {complaint}")

    def relent(self) -> None:
        """Let what was wrong be put out anew if it happens again."""
        self._complaint = ""
