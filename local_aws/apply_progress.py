"""How far Terraform has come, in one line that moves where there is a terminal."""

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any, Final, Self

from local_aws.terminal import Terminal
from local_aws.terraform.command import progress_lines

_CHANGES: Final = ("add", "change", "remove")
_TICK_SECONDS: Final = 0.2


class ApplyProgress:
    """Follows the events of one `init` and one `apply`, which come from another thread.

    The line is there, and its seconds count, while a `with` block on an event loop runs.
    """

    def __init__(
        self,
        terminal: Terminal,
        *,
        shows_all: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin.

        Args:
            terminal: Where to show it.
            shows_all: Whether to print everything that Terraform says.
            clock: Tells seconds.
        """
        self._terminal = terminal
        self._shows_all = shows_all
        self._clock = clock
        self._begun = clock()
        self._planned = 0
        self._done = 0
        self._at_work: dict[str, None] = {}
        self._said = ""
        self._timer: asyncio.TimerHandle | None = None

    def take(self, event: Mapping[str, Any]) -> None:
        """Take an event of Terraform's machine-readable output."""
        lines = tuple(progress_lines(event))
        match event.get("type"):
            case "change_summary":
                self._take_summary(event["changes"])
                is_shown = True
            case "apply_start":
                self._at_work[event["hook"]["resource"]["addr"]] = None
                is_shown = False
            case "apply_complete" | "apply_errored":
                self._at_work.pop(event["hook"]["resource"]["addr"], None)
                self._done += 1
                is_shown = False
            case "apply_progress":  # comes after ten seconds each
                is_shown = not self._terminal.is_interactive
            case kind:
                is_shown = kind == "diagnostic"
        for line in lines if is_shown or self._shows_all else ():
            self._terminal.detail(line)
        self._said = next(iter(self._at_work), lines[-1] if lines else self._said)
        self._show()

    def __enter__(self) -> Self:
        self._tick()
        return self

    def __exit__(self, *_: object) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._terminal.status()

    def _tick(self) -> None:
        self._show()
        self._timer = asyncio.get_running_loop().call_later(_TICK_SECONDS, self._tick)

    def _show(self) -> None:
        """Show what is being done, and how long it has taken by now."""
        counted = f"{self._done} of {self._planned}  " if self._planned else ""
        self._terminal.status(f"    {self._clock() - self._begun:3.0f} s  {counted}{self._said}")

    def _take_summary(self, changes: Mapping[str, Any]) -> None:
        if changes["operation"] == "plan":
            self._planned = sum(changes[name] for name in _CHANGES)
