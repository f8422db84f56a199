"""Subsegments on their way to X-Ray's daemon, beside every function whose tracing is on.

Each goes by itself when it has ended, in one datagram (AWS X-Ray segment documents; Sending segment
documents to the X-Ray daemon). One that does not arrive is missing from its trace, and that is all.
"""

from __future__ import annotations

import json
import os
import socket
import time
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from websocket_api.tracing import Annotate

DAEMON_ADDRESS_VARIABLE = "AWS_XRAY_DAEMON_ADDRESS"
_HEADER = b'{"format":"json","version":1}\n'
_THROTTLED_STATUS = 429
_CLIENT_ERRORS = range(400, 500)

# The trace and the ID of the innermost subsegment that is open.
_OPEN: ContextVar[tuple[str, str]] = ContextVar("subsegment", default=("", ""))


@contextmanager
def subsegment(
    name: str, *, header: str, aws: Mapping[str, str] | None = None
) -> Iterator[Annotate]:
    """Measure what is done inside, as ``tracing.subsegment`` says.

    Args:
        name: as there.
        header: X-Ray's tracing header of the invocation.
        aws: as there.
    """
    members = dict(part.strip().partition("=")[::2] for part in header.split(";"))
    open_in, open_id = _OPEN.get()
    annotations: dict[str, str | float | bool] = {}
    document: dict[str, Any] = {
        "name": name,
        "id": _new_id(),
        "trace_id": members.get("Root"),
        # What an earlier invocation has left open is no part of this one's trace.
        "parent_id": open_id if open_in == header else members.get("Parent"),
        "type": "subsegment",
        "start_time": time.time(),
        "annotations": annotations,
    }
    if aws is not None:
        document |= {"namespace": "aws", "aws": aws}
    token = _OPEN.set((header, document["id"]))
    try:
        yield annotations.update
    except Exception as error:
        document |= _failure(error)
        raise
    finally:
        _OPEN.reset(token)
        document["end_time"] = time.time()
        _send(document)


def _failure(error: Exception) -> Mapping[str, Any]:
    """Return what tells of an error: its kind, without its text, which may quote a message."""
    status = getattr(error, "status", None)
    code = str(getattr(error, "code", None) or type(error).__name__)
    return {
        "throttle": status == _THROTTLED_STATUS or "Throttl" in code or "LimitExceeded" in code,
        "error" if status in _CLIENT_ERRORS else "fault": True,
        "cause": {"exceptions": [{"id": _new_id(), "type": code}]},
    }


def _new_id() -> str:
    return os.urandom(8).hex()


def _send(document: Mapping[str, Any]) -> None:
    # That the daemon cannot be reached, or has no address, is nothing to the caller.
    datagram = _HEADER + json.dumps(document, default=str).encode()
    with (
        suppress(OSError, ValueError, OverflowError),
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams,
    ):
        datagrams.sendto(datagram, _daemon())


def _daemon() -> tuple[str, int]:
    """Return the daemon's address for datagrams, given alone or as in ``tcp:…:2000 udp:…:2000``."""
    addresses = os.environ.get(DAEMON_ADDRESS_VARIABLE, "").split() or [""]
    address = next((each for each in addresses if each.startswith("udp:")), addresses[0])
    host, _, port = address.removeprefix("udp:").rpartition(":")
    return host, int(port)
