"""Handlers that are coroutines: they all run on one event loop, in a thread of its own.

The loop lives as long as the execution environment, so that what a handler opened there, such as an
HTTP session, is still good for the next event. Between two events the environment stands still, and
so does whatever a handler left running. What a handler calls of this package blocks the loop, which
matters to other events only, and only where several are handled at once.
"""

from __future__ import annotations

import asyncio
from functools import cache
from threading import Lock, Thread
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Coroutine

_Result = TypeVar("_Result")

_STARTING = Lock()


def run(coroutine: Coroutine[object, object, _Result]) -> _Result:
    """Run a coroutine on the loop, with the caller's context variables, and return its result.

    Several threads may call it at once.
    """
    with _STARTING:
        loop = _event_loop()
    return asyncio.run_coroutine_threadsafe(coroutine, loop).result()


@cache
def _event_loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    Thread(target=loop.run_forever, name="async handlers", daemon=True).start()
    return loop
