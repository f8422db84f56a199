"""A stack for plain, synchronous tests: it runs on an event loop in a thread of its own."""

import asyncio
import contextlib
import threading
from collections.abc import Coroutine, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar

from local_aws.command_line import StackSettings
from local_aws.stack import Stack, running_stack
from local_aws.terminal import Terminal
from local_aws.testing.movable_time import MovableTimeLoop

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class ServedStack:
    """A stack, and the loop that it runs on.

    Attributes:
        stack: What is served; only the loop's own thread may call its services.
        loop: Runs it.
    """

    stack: Stack
    loop: MovableTimeLoop

    def run(self, coroutine: Coroutine[Any, Any, _Result]) -> _Result:
        """Run a coroutine on the stack's loop, and return what it returns."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result()

    def advance(self, seconds: float) -> None:
        """Put the stack's clock forward.

        Raises:
            ValueError: a clock does not go back.
        """

        async def advance() -> None:
            self.loop.advance(seconds)

        self.run(advance())


@contextlib.contextmanager
def serving(settings: StackSettings, terminal: Terminal) -> Iterator[ServedStack]:
    """Apply and serve a root while the block runs; an interrupt while it is applied gives that up.

    Raises:
        Whatever ``running_stack`` raises.
    """
    started: Future[Stack] = Future()

    async def serve() -> None:
        try:
            async with running_stack(settings, terminal) as stack:
                started.set_result(stack)
                await asyncio.Event().wait()
        except BaseException as error:
            if not started.done():
                started.set_exception(error)
            elif not isinstance(error, asyncio.CancelledError):
                raise

    with contextlib.closing(MovableTimeLoop()) as loop:
        task = loop.create_task(serve())
        thread = threading.Thread(target=loop.run_until_complete, args=(task,), name="local-aws")
        thread.start()
        try:
            yield ServedStack(started.result(), loop)
        finally:
            loop.call_soon_threadsafe(task.cancel)
            thread.join()
