"""The memory that a function has, from "Configure Lambda function memory"."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator

from local_aws.lambda_service.process import RuntimeProcess

_CHECK_SECONDS = 0.1


@contextlib.contextmanager
def memory_limit(
    process: RuntimeProcess, megabytes: int, print_line: Callable[[str], None]
) -> Iterator[None]:
    """Kill a process, while the block runs, once it holds more memory than its function has.

    Lambda kills without a word; here a line says why. Where the system does not tell how much
    memory a process holds, which Linux alone does, there is no limit.
    """
    watching = asyncio.create_task(_watch_memory(process, megabytes, print_line))
    try:
        yield
    finally:
        watching.cancel()


async def _watch_memory(
    process: RuntimeProcess, megabytes: int, print_line: Callable[[str], None]
) -> None:
    while (held := process.own_memory_megabytes()) is not None:
        if held > megabytes:
            print_line(f"Killed as on AWS: it holds {held} MB of memory, and has {megabytes} MB")
            process.kill()
            return
        await asyncio.sleep(_CHECK_SECONDS)
