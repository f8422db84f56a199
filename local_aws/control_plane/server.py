"""The control plane's process: bind, serve, and end with its parent."""

import errno
import logging
import os
import select
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import make_server

from local_aws.control_plane import extensions
from local_aws.control_plane.application import ControlPlaneApplication
from local_aws.control_plane.cloudwatch.evaluations import evaluated_alarms
from local_aws.control_plane.code_directory import CodeDirectory
from local_aws.control_plane.events.schedules import scheduled_rules
from local_aws.control_plane.private_calls import PrivateCalls
from local_aws.control_plane.publisher import Publisher, write_failure
from local_aws.control_plane.state import read_state
from local_aws.control_plane.time_to_live import sweeping

HOST = "127.0.0.1"
_BACKLOG = 128
_SHUTDOWN_POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Settings:
    """How the control plane runs.

    Attributes:
        port: Port on 127.0.0.1; 0 takes a free one.
        publication_fd: Descriptor to which publications are written.
        code_directory: Folder into which functions' zips are written.
        gateway_address: `host:port` at which WebSocket APIs answer.
        invoke_address: `host:port` of the execution environments' Invoke API.
        region: Region of a call whose signature names none.
        time_to_live_sweep_seconds: How often items whose time to live is over are deleted.
        token: What another part of the local AWS must know to be told of access keys.
        alarm_interval_seconds: How often alarms are evaluated; AWS takes a minute.
        verbose: Whether each call is logged to stderr.
    """

    port: int
    publication_fd: int
    code_directory: Path
    gateway_address: str
    invoke_address: str
    region: str
    time_to_live_sweep_seconds: float
    token: str = field(repr=False)
    alarm_interval_seconds: float = 2.0
    verbose: bool = False


def run(settings: Settings) -> int:
    """Serve until SIGTERM, SIGINT, or the end of stdin or of the publications' reader.

    Returns the exit code; the reason of a failure to start is published.
    """
    try:
        settings.code_directory.mkdir(parents=True, exist_ok=True)
        listener = socket.create_server((HOST, settings.port), backlog=_BACKLOG)
    except OSError as error:
        write_failure(settings.publication_fd, _failure_message(settings, error))
        return 1
    with closing(listener):
        _serve(settings, listener)
    return 0


def _serve(settings: Settings, listener: socket.socket) -> None:
    logging.getLogger("werkzeug").setLevel(logging.INFO if settings.verbose else logging.ERROR)
    extensions.install(
        gateway_address=settings.gateway_address,
        invoke_address=settings.invoke_address,
        region=settings.region,
    )
    publisher = Publisher(
        settings.publication_fd, partial(read_state, CodeDirectory(settings.code_directory))
    )
    server = make_server(
        HOST,
        listener.getsockname()[1],
        ControlPlaneApplication(
            DomainDispatcherApplication(create_backend_app),
            publisher.publish_changes,
            PrivateCalls(settings.token),
        ),
        threaded=True,
        request_handler=MotoRequestHandler,
        fd=listener.fileno(),
    )
    thread = threading.Thread(target=server.serve_forever, args=(_SHUTDOWN_POLL_SECONDS,))
    with (
        _stop_signals() as stopped,
        sweeping(settings.time_to_live_sweep_seconds),
        scheduled_rules(),
        evaluated_alarms(settings.alarm_interval_seconds),
    ):
        thread.start()
        publisher.ready(f"http://{HOST}:{server.port}")
        _wait_for_end(stopped, settings.publication_fd)
    server.shutdown()
    thread.join()


@contextmanager
def _stop_signals() -> Iterator[int]:
    """Yield a descriptor that becomes readable with SIGTERM or SIGINT."""
    readable, writable = os.pipe()
    os.set_blocking(writable, False)
    # A handler in Python would wait for the main thread, which waits for this descriptor.
    previous_descriptor = signal.set_wakeup_fd(writable)
    previous_handlers = {
        number: signal.signal(number, lambda *_: None) for number in (signal.SIGTERM, signal.SIGINT)
    }
    try:
        yield readable
    finally:
        for number, handler in previous_handlers.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(previous_descriptor)
        os.close(readable)
        os.close(writable)


def _wait_for_end(stopped: int, publication_fd: int) -> None:
    """Return when a signal came, stdin ended, or nobody reads the publications any more."""
    stdin = sys.stdin.fileno()
    poll = select.poll()
    poll.register(stopped, select.POLLIN)
    poll.register(stdin, select.POLLIN)
    poll.register(publication_fd, 0)  # a reader that is gone is reported without being asked for
    while True:
        ready = {descriptor for descriptor, _ in poll.poll()}
        if ready != {stdin} or not os.read(stdin, 4096):
            return


def _failure_message(settings: Settings, error: OSError) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return (
                f"Port {settings.port} on {HOST} is in use; pass --aws-port or stop the other "
                "program."
            )
        case errno.EACCES if error.filename is None:
            return f"Port {settings.port} on {HOST} may not be used; pass --aws-port above 1023."
        case _:
            return f"The control plane cannot start: {error}."
