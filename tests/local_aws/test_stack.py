import asyncio
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from local_aws.command_line import StackSettings
from local_aws.stack import Stack, apply_again
from local_aws.terminal import Terminal
from tests.local_aws.test_terminal import Screen

if TYPE_CHECKING:
    from local_aws.services import Services
    from local_aws.terraform.command import Terraform
    from local_aws.terraform.working_directory import WorkingDirectory


class SlowTerraform:
    """A Terraform whose `apply` goes on until it is stopped, and says so then."""

    def __init__(self) -> None:
        self.applies = threading.Event()
        self._stopped = threading.Event()

    def apply(
        self,
        _variables: Mapping[str, str],
        on_progress: Callable[[Mapping[str, Any]], None],
        **_: Any,
    ) -> None:
        self.applies.set()
        assert self._stopped.wait(10)
        on_progress({"@message": "Stopping operation...", "type": "log"})

    def stop(self, **_: Any) -> None:
        self._stopped.set()

    def output(self) -> Mapping[str, Any]:
        return {}


class Unchanged:
    """A working directory whose root is as it was."""

    def refresh(self) -> None:
        pass


async def test_no_line_of_progress_stays_when_an_apply_is_given_up() -> None:
    terraform, screen = SlowTerraform(), Screen()
    stack = Stack(
        (),
        {},
        cast("Terraform", terraform),
        cast("WorkingDirectory", Unchanged()),
        cast("Services", None),
    )
    settings = StackSettings(root=Path())
    applying = asyncio.create_task(
        apply_again(stack, settings, Terminal(screen, {"NO_COLOR": "1"}))
    )
    await asyncio.to_thread(terraform.applies.wait)
    applying.cancel()
    with pytest.raises(asyncio.CancelledError):
        await applying
    assert "Stopping operation..." in screen.getvalue()
    assert screen.getvalue().endswith("\r\x1b[K")
