"""The line to the data plane."""

import json
import os
from collections.abc import Callable
from typing import Any


class Publisher:
    """Writes publications to a file descriptor, a state only if it differs from the last one.

    A reader that is gone is no error here: whoever watches the descriptor ends the process.
    """

    def __init__(self, descriptor: int, read_state: Callable[[], dict[str, Any]]) -> None:
        self._descriptor = descriptor
        self._read_state = read_state
        self._version = 0
        self._published: str | None = None

    def ready(self, aws_endpoint: str) -> None:
        """Say that calls are accepted at `aws_endpoint`."""
        _write(self._descriptor, {"type": "ready", "aws_endpoint": aws_endpoint})

    def publish_changes(self) -> None:
        """Write the state if it changed; the caller holds the lock under which it changes."""
        state = self._read_state()
        if self._published is None and not any(state.values()):
            return  # what the reader starts from
        serialised = json.dumps(state)
        if serialised != self._published:
            self._published = serialised
            self._version += 1
            _write(self._descriptor, {"type": "state", "version": self._version, **state})


def write_failure(descriptor: int, message: str) -> None:
    """Say that the control plane cannot start, and why."""
    _write(descriptor, {"type": "failed", "message": message})


def _write(descriptor: int, publication: dict[str, Any]) -> None:
    remaining = memoryview(json.dumps(publication).encode() + b"\n")
    try:
        while remaining:
            remaining = remaining[os.write(descriptor, remaining) :]
    except BrokenPipeError:
        return
