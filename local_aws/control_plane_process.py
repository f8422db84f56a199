"""The control plane as a process of its own, so that its work never delays a socket."""

import asyncio
import contextlib
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import local_aws
from local_aws.publication import Failed, Ready, State, parse_publication

# A state holds every route and function of every API in one line.
MAXIMUM_PUBLICATION_BYTES = 64 * 1024 * 1024
STOP_GRACE_SECONDS = 5.0


class ControlPlaneError(Exception):
    """The control plane could not start, or ended by itself; the message says what to do."""


@dataclass(frozen=True, slots=True)
class ControlPlaneSettings:
    """Where the control plane listens, and what it tells its callers.

    Attributes:
        port: Port of the AWS endpoint on 127.0.0.1; 0 takes a free one.
        region: AWS Region of calls that are not signed for another one.
        code_directory: Folder into which it writes the zip of each function's code.
        gateway_address: `host:port` of the WebSocket API.
        invoke_address: `host:port` to which it forwards Lambda's Invoke calls.
        time_to_live_sweep_seconds: How often items whose time to live is over are deleted.
        token: What a caller must know to ask it for the secrets of access keys.
        verbose: Whether it prints a line for each call.
    """

    port: int
    region: str
    code_directory: Path
    gateway_address: str
    invoke_address: str
    token: str = field(repr=False)
    time_to_live_sweep_seconds: float = 60.0
    verbose: bool = False


class ControlPlaneProcess:
    """A running control plane.

    Attributes:
        aws_endpoint: Its `http://host:port` address.
        process_id: Its process.
    """

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        publications: asyncio.StreamReader,
        aws_endpoint: str,
    ) -> None:
        self.aws_endpoint = aws_endpoint
        self.process_id = process.pid
        self._process = process
        self._publications = publications

    @classmethod
    async def start(cls, settings: ControlPlaneSettings) -> "ControlPlaneProcess":
        """Start the process and wait until it accepts calls.

        Raises:
            ControlPlaneError: it could not start; nothing of it is left running.
        """
        read_end, write_end = os.pipe()
        starting = asyncio.create_task(
            asyncio.create_subprocess_exec(
                *_command(settings, publication_fd=write_end),
                stdin=asyncio.subprocess.PIPE,  # its end of file tells the process that we are gone
                pass_fds=(write_end,),
                start_new_session=True,  # a Ctrl-C at the terminal is ours to handle
                env=_environment(settings),
            )
        )
        try:
            process = await asyncio.shield(starting)
        except asyncio.CancelledError:
            # A start that is cancelled half-way would leave a process that nobody knows.
            process = await starting
            process.kill()
            await process.wait()
            os.close(read_end)
            raise
        finally:
            os.close(write_end)
        publications = asyncio.StreamReader(limit=MAXIMUM_PUBLICATION_BYTES)
        await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(publications), os.fdopen(read_end, "rb")
        )
        control_plane = cls(process, publications, aws_endpoint="")
        try:
            control_plane.aws_endpoint = await _first_publication(publications)
        except BaseException:
            await control_plane.stop()
            raise
        return control_plane

    async def follow(self, on_state: Callable[[State], None]) -> None:
        """Call `on_state` with every state that is published, until the process ends.

        Raises:
            ControlPlaneError: the process ended although nobody stopped it.
        """
        while line := await self._publications.readline():
            publication = parse_publication(line)
            if isinstance(publication, State):
                on_state(publication)
        exit_code = await self._process.wait()
        raise ControlPlaneError(
            f"The control plane at {self.aws_endpoint} ended with exit code {exit_code}; "
            "its last lines above say why."
        )

    async def stop(self) -> None:
        """End the process: by SIGTERM, and by SIGKILL if it takes too long."""
        if self._process.returncode is None:
            self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), STOP_GRACE_SECONDS)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
        # asyncio closes a pipe to a finished process in a later turn of the loop.
        if self._process.stdin is not None:
            self._process.stdin.close()
            with contextlib.suppress(ConnectionError):
                await self._process.stdin.wait_closed()


def _command(settings: ControlPlaneSettings, *, publication_fd: int) -> list[str]:
    command = [sys.executable, "-m", "local_aws.control_plane"]
    command += ["--port", str(settings.port), "--region", settings.region]
    command += ["--publication-fd", str(publication_fd)]
    command += ["--code-directory", str(settings.code_directory)]
    command += ["--gateway-address", settings.gateway_address]
    command += ["--invoke-address", settings.invoke_address]
    command += ["--time-to-live-sweep-seconds", str(settings.time_to_live_sweep_seconds)]
    if settings.verbose:
        command.append("--verbose")
    return command


def _environment(settings: ControlPlaneSettings) -> dict[str, str]:
    # A command line could be read by any user of the machine, an environment by this one alone.
    return {**os.environ, "PYTHONPATH": _python_path(), "LOCAL_AWS_TOKEN": settings.token}


def _python_path() -> str:
    """Return a PYTHONPATH on which the process finds the same local_aws as this one."""
    package_parent = str(Path(local_aws.__file__).parent.parent)
    return os.pathsep.join(filter(None, (package_parent, os.environ.get("PYTHONPATH"))))


async def _first_publication(publications: asyncio.StreamReader) -> str:
    line = await publications.readline()
    if not line:
        raise ControlPlaneError("The control plane ended before it was ready; see its lines above.")
    match parse_publication(line):
        case Ready(aws_endpoint=aws_endpoint):
            return aws_endpoint
        case Failed(message=message):
            raise ControlPlaneError(message)
        case State():
            raise ControlPlaneError("The control plane published a state before it was ready.")
