import asyncio
import contextlib
import signal
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

import pytest

from local_aws.command_line import StackSettings
from local_aws.stack import Stack
from local_aws.terminal import Terminal
from local_aws.testing import served_stack
from local_aws.testing.served_stack import serving

STACK = cast("Stack", object())


class Runs:
    """Runs of a stack that takes `seconds` to apply: what became of each."""

    def __init__(self, seconds: float = 0.0, *, is_interrupted: bool = False) -> None:
        self.seconds = seconds
        self.is_interrupted = is_interrupted
        self.ends: list[str] = []

    @contextlib.asynccontextmanager
    async def running_stack(
        self, _settings: StackSettings, _terminal: Terminal
    ) -> AsyncIterator[Stack]:
        end = "given up"
        try:
            await asyncio.sleep(0.05)
            if self.is_interrupted:
                _press_ctrl_c()
            await asyncio.sleep(self.seconds)
            end = "served"
            yield STACK
        finally:
            self.ends.append(end)


def _press_ctrl_c() -> None:
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)


def settings() -> StackSettings:
    return StackSettings(root=Path(), port=0, aws_port=0)


def test_stack_is_served_while_the_block_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    runs = Runs()
    monkeypatch.setattr(served_stack, "running_stack", runs.running_stack)
    with serving(settings(), Terminal()) as served:
        assert served.stack is STACK
        assert runs.ends == []
        assert served.run(asyncio.sleep(0, "done")) == "done"
    assert runs.ends == ["served"]


def test_interrupted_apply_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    runs = Runs(5, is_interrupted=True)
    monkeypatch.setattr(served_stack, "running_stack", runs.running_stack)
    with pytest.raises(KeyboardInterrupt), serving(settings(), Terminal()):
        pass
    assert runs.ends == ["given up"]


def test_clock_that_would_go_back_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(served_stack, "running_stack", Runs().running_stack)
    with serving(settings(), Terminal()) as served:
        before = served.loop.time()
        served.advance(600)
        assert served.loop.time() >= before + 600
        with pytest.raises(ValueError, match="cannot go back by 1 s"):
            served.advance(-1)
